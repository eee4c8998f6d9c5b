using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Texts;
using Sereno.Units.Install;
using Sereno.Units.Values;
using InstallChange = Sereno.Units.Install.InstallChange;

namespace Sereno.Verbs.Install;

/// <summary>enable and its kin through the manager, which reads its units again afterwards.</summary>
internal sealed class OnlineInstall(BusClient client, InstallPlace place, TextWriter output, TextWriter errors)
{
    private readonly ManagerProxy _manager = new(client);

    private static InstallTexts Texts => Text.Current.Install;

    public int Run(InstallArguments arguments, bool reload, bool now)
    {
        try
        {
            return arguments.Verb switch
            {
                "get-default" => GetDefault(arguments),
                "set-default" => SetDefault(arguments, reload),
                "is-enabled" => IsEnabled(arguments),
                "list-unit-files" => UnitFileList.Write(_manager.ListUnitFilesByPatterns(arguments.States, arguments.Names).Select(f => (f.Path, f.State)),
                    arguments, new(() => Presets.Read(place.Paths)), output),
                "add-wants" or "add-requires" => AddDependency(arguments, reload),
                "preset-all" => Finish(_manager.InstallCall("PresetAllUnitFiles", null, Mode(arguments), [arguments.Runtime, arguments.Force], carries: false), arguments, reload),
                _ => Change(arguments, reload, now),
            };
        }
        catch (BusException e)
        {
            errors.WriteLine(arguments.Verb is "set-default" or "get-default" ? Texts.NoDefault(Text.Current.Problem(e.Message)) : Texts.FailedOnBus(arguments.Words, Text.Current.Problem(e.Message)));
            return ExitCodes.Failure;
        }
    }

    private int Change(InstallArguments arguments, bool reload, bool now)
    {
        if (UnitWords.Resolve(arguments.Names, "to " + arguments.Verb, arguments, errors) is not { } names
            || new SysVScripts(place, output, errors).Handle(arguments, names).Failed)
            return ExitCodes.Failure;
        if (arguments.Verb == "disable")
            names = [.. names.Select(Paths.FileName)];
        if (arguments.Verb == "link" && names.Find(n => !n.Contains('/')) is { } bare)
        {
            errors.WriteLine(Texts.LinkNeedsPath(bare));
            return ExitCodes.Failure;
        }
        if (arguments.Verb is "mask" or "unmask" && !arguments.Quiet)
            foreach (string name in names.Where(n => new Installer(place.Paths, place.Specifiers).StateOf(n) is null))
                errors.WriteLine(Texts.MissingButProceeding(name));
        bool modal = arguments.Verb == "preset" && arguments.PresetMode != PresetMode.Full;
        bool[] flags = arguments.Verb switch { "revert" => [], "disable" or "unmask" => [arguments.Runtime], _ => [arguments.Runtime, arguments.Force] };
        string method = char.ToUpperInvariant(arguments.Verb[0]) + arguments.Verb[1..] + "UnitFiles" + (modal ? "WithMode" : "");
        int exit = names.Count == 0 ? 0
            : Finish(_manager.InstallCall(method, names, modal ? Mode(arguments) : null, flags, carries: arguments.Verb is "enable" or "reenable" or "preset"), arguments, reload);
        if (exit != 0 || !now || arguments.Verb is not ("enable" or "disable" or "mask"))
            return exit;
        return JobVerbs.Run(client, arguments.Verb == "enable" ? "start" : "stop", [.. names.Select(Paths.FileName)]);
    }

    private int AddDependency(InstallArguments arguments, bool reload)
    {
        if (UnitWords.One(arguments.Target!, ".target", "as target", arguments, errors) is not { } target
            || UnitWords.Resolve(arguments.Names, "as dependency", arguments, errors) is not { } names)
            return ExitCodes.Failure;
        return Finish((true, _manager.AddDependencyUnitFiles(names, target, arguments.Verb == "add-requires" ? "Requires" : "Wants", arguments.Runtime, arguments.Force)), arguments, reload);
    }

    private int SetDefault(InstallArguments arguments, bool reload)
    {
        if (UnitWords.One(arguments.Target!, ".target", "set-default", arguments, errors) is not { } target)
            return ExitCodes.Failure;
        return Finish((true, _manager.SetDefaultTarget(target)), arguments, reload);
    }

    private int GetDefault(InstallArguments arguments)
    {
        OfflineInstall.WriteDefault(_manager.GetDefaultTarget(), arguments, output);
        return ExitCodes.Success;
    }

    private int IsEnabled(InstallArguments arguments)
    {
        if (UnitWords.Resolve(arguments.Names, "to check", arguments, errors) is not { } names)
            return ExitCodes.Failure;
        var scripts = new SysVScripts(place, output, errors).Handle(arguments, names);
        bool any = scripts.AnyEnabled;
        var answers = new List<(string, string, List<string>)>();
        foreach (string name in names)
        {
            string state;
            try
            {
                state = _manager.GetUnitFileState(name);
            }
            catch (BusException e)
            {
                errors.WriteLine(Texts.NoSuchState(name, Text.Current.Problem(e.Message)));
                return ExitCodes.Failure;
            }
            any |= state is "enabled" or "enabled-runtime" or "static" or "alias" or "indirect" or "generated";
            if (arguments.Quiet)
                continue;
            answers.Add((name, state, arguments.Full ? _manager.GetUnitFileLinks(name, arguments.Runtime) : []));
            if (!arguments.Json)
                OfflineInstall.Write(answers[^1], output);
        }
        OfflineInstall.WriteJson(answers, arguments);
        return any && !scripts.Failed ? ExitCodes.Success : ExitCodes.Failure;
    }

    private int Finish((bool HasInstallInfo, List<Bus.InstallChange> Changes) result, InstallArguments arguments, bool reload)
    {
        OfflineInstall.Write(result.Changes.Select(c => new InstallChange(InstallChange.KindOf(c.Type), c.Path, c.Source)), arguments, errors);
        if (reload)
            _manager.Reload();
        if (!result.HasInstallInfo && arguments.SaysWhenNothingToInstall)
            errors.WriteLine(Texts.NothingToInstall);
        return ExitCodes.Success;
    }

    private static string Mode(InstallArguments arguments) => arguments.PresetMode switch
    {
        PresetMode.EnableOnly => "enable-only",
        PresetMode.DisableOnly => "disable-only",
        _ => "full",
    };
}
