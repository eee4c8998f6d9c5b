namespace Sereno.Bus.Server.Systemd1;

internal static partial class ManagerInterface
{
    /// <summary>UnitFileFlags that the calls "WithFlags" take.</summary>
    private const ulong FlagRuntime = 1, FlagForce = 2, FlagPortable = 4;

    private static void AddFileMethods(BusInterface<ManagerSnapshot> table, IManagerApi api)
    {
        table
            .Method("GetUnitFileState", "file:s", "state:s", Access.Read, (_, call) =>
            {
                string state = api.UnitFileState(call.Arguments.ReadString());
                call.Reply(w => w.WriteString(state));
            })
            .Method("GetDefaultTarget", "", "name:s", Access.Read, (_, call) => call.Reply(w => w.WriteString(api.DefaultTarget)))
            .Method("SetDefaultTarget", "name:s force:b", "changes:a(sss)", Access.Control, (_, call) =>
            {
                var arguments = call.Arguments;
                var target = ParseName(arguments.ReadString());
                api.Install(new(InstallVerb.SetDefault, [target.Full], Force: arguments.ReadBool()), Changes(call, carries: false));
            });
        AddInstall(table, api, "EnableUnitFiles", InstallVerb.Enable, carries: true, takesForce: true);
        AddInstall(table, api, "ReenableUnitFiles", InstallVerb.Reenable, carries: true, takesForce: true);
        AddInstall(table, api, "PresetUnitFiles", InstallVerb.Preset, carries: true, takesForce: true);
        AddInstall(table, api, "LinkUnitFiles", InstallVerb.Link, carries: false, takesForce: true);
        AddInstall(table, api, "MaskUnitFiles", InstallVerb.Mask, carries: false, takesForce: true);
        AddInstall(table, api, "UnmaskUnitFiles", InstallVerb.Unmask, carries: false, takesForce: false);
        AddInstall(table, api, "DisableUnitFiles", InstallVerb.Disable, carries: false, takesForce: false);
        AddPresets(table, api);
        table.Method("AddDependencyUnitFiles", "files:as target:s type:s runtime:b force:b", Out(false), Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            var (files, target, kind) = (arguments.ReadStringArray(), arguments.ReadString(), arguments.ReadString());
            var verb = kind switch { "Wants" => InstallVerb.AddWants, "Requires" => InstallVerb.AddRequires, _ => throw new BusException(BusErrors.InvalidArgs, "Invalid argument") };
            api.Install(new(verb, files, arguments.ReadBool(), arguments.ReadBool()) { Target = target }, Changes(call, carries: false));
        });
        table.Method("GetUnitFileLinks", "name:s runtime:b", "links:as", Access.Read, (_, call) =>
        {
            var arguments = call.Arguments;
            var links = api.UnitFileLinks(ParseName(arguments.ReadString()).Full, arguments.ReadBool());
            call.Reply(w => w.WriteStringArray(links));
        });
        AddInstallWithFlags(table, api, "EnableUnitFilesWithFlags", InstallVerb.Enable, carries: true);
        AddInstallWithFlags(table, api, "DisableUnitFilesWithFlags", InstallVerb.Disable, carries: false);
        table.Method("RevertUnitFiles", "files:as", "changes:a(sss)", Access.Control, (_, call) =>
            api.Install(new(InstallVerb.Revert, call.Arguments.ReadStringArray()), Changes(call, carries: false)));
    }

    private static void AddPresets(BusInterface<ManagerSnapshot> table, IManagerApi api)
    {
        table.Method("PresetUnitFilesWithMode", "files:as mode:s runtime:b force:b", Out(true), Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            var (files, mode) = (arguments.ReadStringArray(), arguments.ReadString());
            api.Install(new(InstallVerb.Preset, files, arguments.ReadBool(), arguments.ReadBool()) { PresetMode = mode }, Changes(call, carries: true));
        });
        table.Method("PresetAllUnitFiles", "mode:s runtime:b force:b", Out(false), Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            string mode = arguments.ReadString();
            api.Install(new(InstallVerb.PresetAll, [], arguments.ReadBool(), arguments.ReadBool()) { PresetMode = mode }, Changes(call, carries: false));
        });
    }

    private static string Out(bool carries) => (carries ? "carries_install_info:b " : "") + "changes:a(sss)";

    private static void AddInstall(BusInterface<ManagerSnapshot> table, IManagerApi api, string name, InstallVerb verb, bool carries, bool takesForce) =>
        table.Method(name, "files:as runtime:b" + (takesForce ? " force:b" : ""), Out(carries), Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            var request = new InstallRequest(verb, arguments.ReadStringArray(), arguments.ReadBool(), takesForce && arguments.ReadBool());
            api.Install(request, Changes(call, carries));
        });

    private static void AddInstallWithFlags(BusInterface<ManagerSnapshot> table, IManagerApi api, string name, InstallVerb verb, bool carries) =>
        table.Method(name, "files:as flags:t", Out(carries), Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            var (files, flags) = (arguments.ReadStringArray(), arguments.ReadUInt64());
            if ((flags & ~(FlagRuntime | FlagForce | FlagPortable)) != 0)
                throw new BusException(BusErrors.InvalidArgs, "Invalid 'flags' parameter");
            api.Install(new(verb, files, (flags & FlagRuntime) != 0, (flags & FlagForce) != 0, (flags & FlagPortable) != 0), Changes(call, carries));
        });

    private static Reply<InstallResult> Changes(MethodCall call, bool carries) => call.Deferred<InstallResult>((result, w) =>
    {
        if (carries)
            w.WriteBool(result.HasInstallInfo);
        using var rows = w.Array('(');
        foreach (var change in result.Changes)
        {
            w.WriteStruct();
            w.WriteString(change.Type);
            w.WriteString(change.Path);
            w.WriteString(change.Source);
        }
    });
}
