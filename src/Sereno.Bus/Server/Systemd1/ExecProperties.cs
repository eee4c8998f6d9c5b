using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>The properties of systemd.exec(5): those the model holds by value, and the sandbox by whether it is enforced.</summary>
public static class ExecProperties
{
    /// <summary>Switches of the sandbox: true only where the unit asks for it and it holds here, so nobody is told of a protection that is not.</summary>
    private static readonly string[] s_switches =
    [
        "PrivateTmp", "PrivateDevices", "PrivateNetwork", "PrivateUsers", "PrivateMounts", "PrivateIPC", "ProtectClock",
        "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectHostname",
        "LockPersonality", "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID", "DynamicUser",
    ];

    private static readonly (Resource Resource, string Name)[] s_limits =
    [
        (Resource.Cpu, "CPU"), (Resource.FileSize, "FSIZE"), (Resource.Data, "DATA"), (Resource.Stack, "STACK"), (Resource.Core, "CORE"),
        (Resource.ResidentSet, "RSS"), (Resource.OpenFiles, "NOFILE"), (Resource.AddressSpace, "AS"), (Resource.Processes, "NPROC"),
        (Resource.LockedMemory, "MEMLOCK"), (Resource.Locks, "LOCKS"), (Resource.PendingSignals, "SIGPENDING"),
        (Resource.MessageQueues, "MSGQUEUE"), (Resource.Nice, "NICE"), (Resource.RealtimePriority, "RTPRIO"), (Resource.RealtimeTime, "RTTIME"),
    ];

    internal static void Add(BusInterface<ServiceView> table)
    {
        AddProcess(table);
        AddStreams(table);
        AddDirectories(table);
        foreach (var (resource, name) in s_limits)
            table
                .UInt64("Limit" + name, s => Limit(s, resource).Hard, Emits.Const)
                .UInt64("Limit" + name + "Soft", s => Limit(s, resource).Soft, Emits.Const);
        foreach (string name in s_switches)
            table.Bool(name, s => Enforced(s, name) is "yes" or "true" or "1" or "on", Emits.Const);
        foreach (string name in (string[])["ProtectSystem", "ProtectHome"])
            table.String(name, s => Enforced(s, name) switch
            {
                null or "false" or "0" or "off" => "no",
                "true" or "1" or "on" => "yes",
                var other => other,
            }, Emits.Const);
    }

    private static void AddProcess(BusInterface<ServiceView> table) => table
        .Strings("Environment", s => s.Definition.Exec.Environment, Emits.Const)
        .Property("EnvironmentFiles", "a(sb)", (s, w) =>
        {
            using var files = w.Array('(');
            foreach (var file in s.Definition.Exec.EnvironmentFiles)
            {
                w.WriteStruct();
                w.WriteString(file.Path);
                w.WriteBool(file.Optional);
            }
        }, Emits.Const)
        .Strings("PassEnvironment", s => s.Definition.Exec.PassEnvironment, Emits.Const)
        .Strings("UnsetEnvironment", s => s.Definition.Exec.UnsetEnvironment, Emits.Const)
        .UInt32("UMask", s => s.Definition.Exec.UMask, Emits.Const)
        .String("WorkingDirectory", s => s.Definition.Exec.WorkingDirectory is { } folder ? (folder.Optional ? "!" : "") + folder.Path : "", Emits.Const)
        .Int32("OOMScoreAdjust", s => s.Definition.Exec.OomScoreAdjust ?? 0, Emits.Const)
        .Int32("Nice", s => s.Definition.Exec.Nice ?? 0, Emits.Const)
        .String("User", s => s.Definition.Exec.User, Emits.Const)
        .String("Group", s => s.Definition.Exec.Group, Emits.Const)
        .Strings("SupplementaryGroups", s => s.Definition.Exec.SupplementaryGroups, Emits.Const)
        .Bool("NoNewPrivileges", s => s.Definition.Exec.NoNewPrivileges, Emits.Const)
        .Bool("IgnoreSIGPIPE", s => s.Definition.Exec.IgnoreSigpipe, Emits.Const);

    private static void AddStreams(BusInterface<ServiceView> table) => table
        .String("StandardInput", s => Stream(s.Definition.Exec.StandardInput), Emits.Const)
        .String("StandardOutput", s => Stream(s.Definition.Exec.StandardOutput), Emits.Const)
        .String("StandardError", s => Stream(s.Definition.Exec.StandardError), Emits.Const)
        .String("SyslogIdentifier", s => s.Definition.Exec.SyslogIdentifier, Emits.Const)
        .String("LogNamespace", _ => "", Emits.Const);

    private static void AddDirectories(BusInterface<ServiceView> table)
    {
        foreach (var kind in Enum.GetValues<DirectoryKind>())
            table
                .Strings(kind + "Directory", s => Directories(s, kind).Names, Emits.Const)
                .UInt32(kind + "DirectoryMode", s => Directories(s, kind).Mode, Emits.Const);
        table.String("RuntimeDirectoryPreserve", s => Words.Of(s.Definition.Exec.RuntimeDirectoryPreserve), Emits.Const);
    }

    private static DirectorySet Directories(ServiceView service, DirectoryKind kind) =>
        service.Definition.Exec.Directories.GetValueOrDefault(kind, DirectorySet.None);

    private static ResourceLimit Limit(ServiceView service, Resource resource) =>
        service.Definition.Exec.Limits.GetValueOrDefault(resource, new(ulong.MaxValue, ulong.MaxValue));

    private static string Stream(StreamTarget target) => target.Kind is StreamKind.File or StreamKind.Append or StreamKind.Truncate or StreamKind.Fd
        ? $"{Words.Of(target.Kind)}:{target.Argument}"
        : Words.Of(target.Kind);

    /// <summary>Whether a property repeats what stands in the file.</summary>
    public static bool AreToldOf(Directive directive) =>
        directive.Section == "Service" && (directive.Key is "ProtectSystem" or "ProtectHome" || s_switches.Contains(directive.Key));

    /// <summary>The last value that the unit's files give, when it is not ignored here.</summary>
    private static string? Enforced(ServiceView service, string key) =>
        service.Unit.Definition.Directives.LastOrDefault(d => d.Key == key && d.Section == "Service") is { Support: not Support.Ignored, Value: var value }
            ? value
            : null;
}
