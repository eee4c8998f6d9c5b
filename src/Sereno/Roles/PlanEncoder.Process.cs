using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager.Spawn;

namespace Sereno.Roles;

public static partial class PlanEncoder
{
    private static PlanWriter AddProcess(PlanWriter writer, SpawnStep step, ExitStage stage) => step switch
    {
        KeepCapabilities s => writer.BoundingSet(stage, s.Keep),
        RaiseAmbient s => writer.AmbientSet(stage, s.Set, s.AlsoInheritable),
        KeepPermitted => writer.Prctl(stage, libc.PR_SET_KEEPCAPS, 1),
        SetSecureBits s => writer.SecureBits(stage, (int)s.Bits),
        InstallFilter s => writer.Seccomp(stage, [.. s.Program.Select(i => new libc.sock_filter { code = i.Code, jt = i.JumpTrue, jf = i.JumpFalse, k = i.K })]),
        SetCoredumpFilter s => writer.WriteFile(stage, "/proc/self/coredump_filter", $"0x{s.Filter:x}", tolerate: true),
        SetScheduler s => writer.Scheduler(stage, s.Policy, s.Priority, s.ResetOnFork),
        SetAffinity s => writer.Affinity(stage, s.Processors.Words.AsSpan()),
        SetNumaPolicy s => writer.NumaPolicy(stage, (int)s.Policy, s.Nodes is { } nodes ? nodes.Words.AsSpan() : []),
        SetIoPriority s => writer.IoPriority(stage, s.Value),
        SetTimerSlack s => writer.Prctl(stage, libc.PR_SET_TIMERSLACK, s.Nsec),
        SetPersonality s => writer.Personality(stage, s.Value),
        JoinKeyring s => writer.Keyring(stage, s.Shared, s.Uid, s.Gid, Convert.FromHexString(s.InvocationId)),
        ProvideData s => writer.Data(stage, s.Target, s.Data.AsSpan()),
        ResetTerminal s => writer.TerminalReset(stage, s.Path, s.HangUp, s.Settings, s.Clear),
        TakeTerminal s => writer.Terminal(stage, s.Path, s.Force, s.Owner ?? PlanWriter.Keep, s.Rows, s.Columns),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, null),
    };
}
