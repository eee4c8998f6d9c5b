using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager.Machine;
using Sereno.Manager.Spawn;
using Sereno.Units.Text;

namespace Sereno.Roles;

/// <summary>From the manager's meaning to the bytes that spawn.c plays.</summary>
public static partial class PlanEncoder
{
    /// <param name="logPipe">Index of the log pipe among the plan's descriptors.</param>
    /// <param name="shared">Indices of the shared namespaces that the plan joins.</param>
    public static byte[] Encode(SpawnPlan plan, int logPipe, IReadOnlyDictionary<NamespaceKinds, int>? shared = null)
    {
        var writer = new PlanWriter();
        foreach (var step in plan.Steps)
            if (!AddSandbox(writer, step, (ExitStage)step.Stage, shared))
                Add(writer, step, (ExitStage)step.Stage, logPipe);
        return writer.ToArray();
    }

    private static PlanWriter Add(PlanWriter writer, SpawnStep step, ExitStage stage, int logPipe) => step switch
    {
        NewSession => writer.SetSid(stage),
        OpenFile s => writer.Open(stage, s.Target, Flags(s.Mode), s.Path, s.Permissions),
        UseLogPipe s => writer.Dup(stage, logPipe, s.Target),
        CopyDescriptor s => writer.Copy(stage, s.Source, s.Target),
        IgnoreSignal s => writer.IgnoreSignal(stage, s.Signal),
        SetLimit s => writer.Rlimit(stage, (int)s.Resource, s.Limit.Soft, s.Limit.Hard, clamp: true),
        SetNice s => writer.Nice(stage, s.Value, tolerate: true),
        // Without CAP_SYS_RESOURCE systemd goes on without a negative adjustment too.
        SetOomScoreAdjust s => writer.OomScoreAdjust(stage, s.Value, tolerate: true),
        SetUMask s => writer.Umask(stage, s.Mask),
        MakeDirectory s => writer.Directory(stage, s.Path, s.Mode, s.Uid, s.Gid),
        ChangeDirectory s => writer.Chdir(stage, s.Path, s.Optional),
        SetGroups s => writer.SetGroups(stage, s.Gids.AsSpan()),
        SetGid s => writer.SetGid(stage, s.Gid),
        SetUid s => writer.SetUid(stage, s.Uid),
        NoNewPrivileges => writer.Prctl(stage, libc.PR_SET_NO_NEW_PRIVS, 1),
        UseDescriptor s => writer.Dup(stage, s.Index, s.Target),
        CloseOthers => writer.CloseFrom(stage, 3),
        CloseFrom s => writer.CloseFrom(stage, s.First),
        Execute s => writer.Exec(stage, RawText.Encode(s.Path), [.. s.Arguments.Select(RawText.Encode)], [.. s.Environment.Select(RawText.Encode)]),
        _ => AddProcess(writer, step, stage),
    };

    private static int Flags(OpenMode mode) => libc.O_NOCTTY | mode switch
    {
        OpenMode.Read => libc.O_RDONLY,
        OpenMode.Append => libc.O_WRONLY | libc.O_APPEND | libc.O_CREAT,
        OpenMode.Truncate => libc.O_WRONLY | libc.O_TRUNC | libc.O_CREAT,
        OpenMode.ReadWrite => libc.O_RDWR | libc.O_CREAT,
        OpenMode.Write => libc.O_WRONLY | libc.O_CREAT,
        OpenMode.Terminal => libc.O_WRONLY,
    };
}
