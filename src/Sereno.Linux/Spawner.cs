using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>How a spawn went: a process, or the stage that failed.</summary>
/// <param name="Pid">0 when it failed.</param>
/// <param name="Pidfd">Null when it failed, or before Linux 5.2.</param>
/// <param name="InCgroup">Whether the process started in the cgroup that was asked for.</param>
/// <param name="Errno">0 when it worked.</param>
/// <param name="Stage">Which stage of the plan failed; <see cref="ExitStage.None"/> when there was no child at all.</param>
/// <param name="Operation">Index of the operation of the plan that failed, or -1.</param>
public readonly record struct SpawnResult(int Pid, Fd? Pidfd, bool InCgroup, int Errno, ExitStage Stage, int Operation)
{
    public bool Ok => Errno == 0;
}

/// <summary>
/// Plays a spawn plan in a vfork child (native/spawn.c). The caller waits until the child has called execve(2): that is
/// the cheapest way and the one that reports failures, at the price that a slow disk under the executable holds the caller up.
/// </summary>
public static unsafe class Spawner
{
    /// <summary>For a process that will have thousands of descriptors: without it each child has the table of all of them copied,
    /// and execve(2) closes them all again.</summary>
    /// <returns>False when the numbers for it are taken: all works as before.</returns>
    public static bool ReserveWindow() => sereno_spawn.sereno_reserve_window() == 0;

    /// <param name="plan">What <see cref="PlanWriter"/> made.</param>
    /// <param name="fds">What <see cref="PlanWriter.Dup"/> refers to by index.</param>
    /// <param name="cgroup">The folder of a cgroup v2 to start in. Where that can't be done the process starts outside of it.</param>
    public static SpawnResult Spawn(ReadOnlySpan<byte> plan, IReadOnlyList<Fd> fds, Fd? cgroup = null)
    {
        // The child writes into it, and its numbers must be aligned.
        var copy = new ulong[(plan.Length + 7) / 8];
        fixed (ulong* p = copy)
        {
            plan.CopyTo(new Span<byte>(p, plan.Length));
            return p == null ? new(0, null, false, libc.EINVAL, ExitStage.None, -1) : Spawn((byte*)p, (ulong)plan.Length, null, fds, cgroup);
        }
    }

    /// <param name="plan">A sealed memfd; anything else is EINVAL.</param>
    public static SpawnResult Spawn(Fd plan, IReadOnlyList<Fd> fds, Fd? cgroup = null) => Spawn(null, 0, plan, fds, cgroup);

    private static SpawnResult Spawn(byte* plan, ulong length, Fd? planFd, IReadOnlyList<Fd> fds, Fd? cgroup)
    {
        int* numbers = stackalloc int[Math.Max(1, Math.Min(fds.Count, 1024))];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fds.Count, 1024, nameof(fds));
        for (int i = 0; i < fds.Count; i++)
            numbers[i] = fds[i].Number;
        sereno_spawn.spawn_result result;
        int errno = sereno_spawn.spawn(plan, length, planFd?.Number ?? -1, numbers, (uint)fds.Count, cgroup?.Number ?? -1, &result);
        GC.KeepAlive(planFd);
        GC.KeepAlive(fds);
        GC.KeepAlive(cgroup);
        return errno == 0
            ? new(result.pid, result.pidfd >= 0 ? new Fd(result.pidfd) : null, result.in_cgroup != 0, 0, ExitStage.None, -1)
            : new(0, null, false, errno, (ExitStage)result.stage, result.op);
    }
}
