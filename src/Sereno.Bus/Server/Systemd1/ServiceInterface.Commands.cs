using System.Collections.Immutable;
using Sereno.Bus.Wire;
using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>The Exec lines with how they fared: a(sasbttttuii), and with all prefixes a(sasasttttuii).</summary>
internal static partial class ServiceInterface
{
    private static void AddCommands(BusInterface<ServiceView> table)
    {
        foreach (var kind in Enum.GetValues<CommandKind>())
            table
                .Property(kind.ToString(), "a(sasbttttuii)", (s, w) => WriteCommands(s, kind, extended: false, w), Emits.Invalidation)
                .Property(kind + "Ex", "a(sasasttttuii)", (s, w) => WriteCommands(s, kind, extended: true, w), Emits.Invalidation);
    }

    private static ImmutableArray<ExecCommand> CommandsOf(ServiceDefinition service, CommandKind kind) => kind switch
    {
        CommandKind.ExecCondition => service.ExecCondition,
        CommandKind.ExecStartPre => service.ExecStartPre,
        CommandKind.ExecStart => service.ExecStart,
        CommandKind.ExecStartPost => service.ExecStartPost,
        CommandKind.ExecReload => service.ExecReload,
        CommandKind.ExecStop => service.ExecStop,
        CommandKind.ExecStopPost => service.ExecStopPost,
    };

    private static void WriteCommands(ServiceView service, CommandKind kind, bool extended, MessageWriter w)
    {
        var statuses = service.State.Commands.GetValueOrDefault(kind, []);
        var commands = CommandsOf(service.Definition, kind);
        using var rows = w.Array('(');
        for (int i = 0; i < commands.Length; i++)
        {
            var (command, status) = (commands[i], i < statuses.Length ? statuses[i] : default);
            w.WriteStruct();
            w.WriteString(command.Path);
            w.WriteStringArray(command.Arguments);
            if (extended)
                w.WriteStringArray(Flags(command.Flags));
            else
                w.WriteBool(command.IgnoreFailure);
            w.WriteUInt64(status.Start.Realtime);
            w.WriteUInt64(status.Start.Monotonic);
            w.WriteUInt64(status.Exit.Realtime);
            w.WriteUInt64(status.Exit.Monotonic);
            w.WriteUInt32(status.Pid);
            w.WriteInt32(status.Code);
            w.WriteInt32(status.Status);
        }
    }

    private static IEnumerable<string> Flags(ExecFlags flags)
    {
        if ((flags & ExecFlags.IgnoreFailure) != 0)
            yield return "ignore-failure";
        if ((flags & ExecFlags.FullyPrivileged) != 0)
            yield return "privileged";
        if ((flags & ExecFlags.NoSetuid) != 0)
            yield return "no-setuid";
        if ((flags & ExecFlags.AmbientMagic) != 0)
            yield return "ambient";
        if ((flags & ExecFlags.NoEnvironmentExpansion) != 0)
            yield return "no-env-expand";
    }
}
