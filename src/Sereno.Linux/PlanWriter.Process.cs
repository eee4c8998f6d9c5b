using System.Buffers;
using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What a process may do, and how it is run (native/process.h).</summary>
public sealed partial class PlanWriter
{
    private enum ProcessOp : ushort { BoundingSet = 20, AmbientSet, SecureBits, Seccomp, Scheduler, Affinity, NumaPolicy, IoPriority, Personality, WriteFile, Keyring, Data, TerminalReset, Terminal }

    /// <summary>Drops every capability that isn't in <paramref name="keep"/> from the bounding and the inheritable set.</summary>
    public PlanWriter BoundingSet(ExitStage stage, ulong keep) => Begin(ProcessOp.BoundingSet, stage).Put(keep).End();

    /// <summary>Makes this the ambient set, without what the bounding set lacks.</summary>
    /// <param name="inheritable">Make it the inheritable set before.</param>
    public PlanWriter AmbientSet(ExitStage stage, ulong set, bool inheritable) =>
        Begin(ProcessOp.AmbientSet, stage).Put(set).Put(inheritable ? 1 : 0).Put(0).End();

    public PlanWriter SecureBits(ExitStage stage, int bits) => Begin(ProcessOp.SecureBits, stage).Put(bits).End();

    /// <summary>Installs a filter and lets signals in. Only <see cref="Seccomp"/> and <see cref="Exec(ExitStage, string, IReadOnlyCollection{string}, IReadOnlyCollection{string})"/> should follow.</summary>
    public PlanWriter Seccomp(ExitStage stage, ReadOnlySpan<libc.sock_filter> program)
    {
        Begin(ProcessOp.Seccomp, stage).Put(program.Length).Put(0);
        _out.Write(MemoryMarshal.AsBytes(program));
        return End();
    }

    /// <summary>SCHED_* and the priority of the real-time ones.</summary>
    public PlanWriter Scheduler(ExitStage stage, int policy, int priority, bool resetOnFork) =>
        Begin(ProcessOp.Scheduler, stage).Put(policy).Put(priority).Put(resetOnFork ? 1 : 0).Put(0).End();

    /// <param name="processors">A bit each.</param>
    public PlanWriter Affinity(ExitStage stage, ReadOnlySpan<ulong> processors) => Begin(ProcessOp.Affinity, stage).Put(processors).End();

    /// <summary>MPOL_* and the memory nodes it is about, a bit each.</summary>
    public PlanWriter NumaPolicy(ExitStage stage, int mode, ReadOnlySpan<ulong> nodes) => Begin(ProcessOp.NumaPolicy, stage).Put(mode).Put(0).Put(nodes).End();

    /// <summary>Class and level, as ioprio_set(2) takes them.</summary>
    public PlanWriter IoPriority(ExitStage stage, int value) => Begin(ProcessOp.IoPriority, stage).Put(value).End();

    public PlanWriter Personality(ExitStage stage, uint value) => Begin(ProcessOp.Personality, stage).Put(value).End();

    /// <summary>Writes to a file that is there.</summary>
    /// <param name="tolerate">Go on where it isn't permitted.</param>
    public PlanWriter WriteFile(ExitStage stage, string path, string text, bool tolerate) =>
        Begin(ProcessOp.WriteFile, stage).Put(tolerate ? 1 : 0).Put(0).Put(path).Put(text).End();

    /// <summary>A session keyring that holds the invocation's id.</summary>
    /// <param name="shared">Linked to the user's.</param>
    public PlanWriter Keyring(ExitStage stage, bool shared, uint uid, uint gid, ReadOnlySpan<byte> invocation)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(invocation.Length, 16);
        Begin(ProcessOp.Keyring, stage).Put(shared ? 2 : 1).Put(uid).Put(gid).Put(0);
        _out.Write(invocation);
        return End();
    }

    /// <summary>Bytes to read from number <paramref name="target"/>.</summary>
    public PlanWriter Data(ExitStage stage, int target, ReadOnlySpan<byte> bytes)
    {
        Begin(ProcessOp.Data, stage).Put(target).Put(0);
        _out.Write(bytes);
        return End();
    }

    /// <summary>Hangs a terminal up, gives it its usual settings, clears it; none of it is an error when it fails.</summary>
    public PlanWriter TerminalReset(ExitStage stage, string path, bool hangUp, bool settings, bool clear) => Begin(ProcessOp.TerminalReset, stage)
        .Put((hangUp ? 1 : 0) | (settings ? 2 : 0) | (clear ? 4 : 0)).Put(Keep).Put(Keep).Put(0).Put(path).End();

    /// <summary>Makes a terminal the session's and standard input.</summary>
    /// <param name="force">Take it from another session.</param>
    /// <param name="uid">Who it is to belong to, or <see cref="Keep"/>.</param>
    public PlanWriter Terminal(ExitStage stage, string path, bool force, uint uid, uint? rows, uint? columns) =>
        Begin(ProcessOp.Terminal, stage).Put(force ? 1 : 0).Put(uid).Put(rows ?? Keep).Put(columns ?? Keep).Put(path).End();

    private PlanWriter Put(ReadOnlySpan<ulong> words)
    {
        _out.Write(MemoryMarshal.AsBytes(words));
        return this;
    }

    private PlanWriter Begin(ProcessOp op, ExitStage stage) => Begin((Op)op, stage);
}
