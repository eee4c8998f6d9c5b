using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>Main processes that a service names itself: what may be believed, and how their end is noticed.</summary>
public sealed partial class ManagerHost
{
    private BusNames? _busNames;

    private BusNames BusNames => _busNames ??= new(_loop, _instance.MessageBusPath, (unit, state) =>
    {
        _core.Now = Clock.Now;
        _core.OnBusName(unit, state);
    });

    /// <summary>The keeper tells of its own children and of orphans; of somebody else's child only its pidfd does.</summary>
    private void Watch(UnitName unit, int pid)
    {
        if (ProcessTable.Stat(pid)?.Parent == Self.ParentPid || TryOpen(pid) is not { } pidfd)
            return;
        IWatch? watch = null;
        watch = _loop.Watch(pidfd, Readiness.Read, _ =>
        {
            watch!.Dispose();
            pidfd.Dispose();
            // It may have become an orphan since, and its exit is on the way then.
            OnKeeper();
            if (ProcessTable.Stat(pid)?.Parent != Self.ParentPid)
                _core.OnVanished(unit, pid);
        });
    }

    /// <summary>
    /// A pid file may be stale, or lie: the process must be there, and be the unit's; root's file may name others
    /// (systemd.service(5), PIDFile=). Who can't write as root can't make us signal what isn't his.
    /// </summary>
    private int? ReadPid(UnitName unit, string path)
    {
        // Whoever writes it may have put a FIFO there: opening must not wait.
        using var file = Files.TryOpen(path, libc.O_RDONLY | libc.O_NONBLOCK | libc.O_NOCTTY, out _);
        Span<byte> text = stackalloc byte[32];
        int length = file?.TryRead(text) ?? 0;
        int end = length > 0 ? text[..length].IndexOf((byte)'\n') : -1;
        if (length <= 0 || !int.TryParse(text[..(end >= 0 ? end : length)].Trim("\n \t\r"u8), out int pid) || pid < 1)
            return null;
        string? problem = IsOurs(pid) ? $"New main PID {pid} is the manager, refusing."
            : ProcessTable.Stat(pid) is null or { State: 'Z' or 'X' } ? $"New main PID {pid} does not exist or is a zombie."
            : _groups.UnitOf(pid) == unit ? null
            : !IsRootsAlone(path) ? $"New main PID {pid} does not belong to service, and PID file is not owned by root. Refusing."
            : null;
        if (problem is null)
            return pid;
        if (_lies.Add((unit, pid)))
            Log(unit, LogLevel.Warning, $"{unit}: {problem}");
        return null;
    }

    private static bool IsRootsAlone(string path)
    {
        var walked = SafeWalk.Open(null, path, safe: true);
        using (walked.Fd)
            return walked.Fd is { } fd && FileStatus.Of(fd).Uid == 0;
    }

    /// <summary>What was refused once: the file is read again and again while the service may still write a better one.</summary>
    private readonly HashSet<(UnitName, int)> _lies = [];
}
