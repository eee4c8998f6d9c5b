using System.Runtime.InteropServices;
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
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, null),
    };
}
