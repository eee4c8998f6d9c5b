using System.Buffers;
using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What a process may do, and how it is run (native/process.h).</summary>
public sealed partial class PlanWriter
{
    private enum ProcessOp : ushort { BoundingSet = 20, AmbientSet, SecureBits, Seccomp, Scheduler, Affinity, NumaPolicy, IoPriority, Personality, WriteFile, Keyring }

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

    private PlanWriter Begin(ProcessOp op, ExitStage stage) => Begin((Op)op, stage);
}
