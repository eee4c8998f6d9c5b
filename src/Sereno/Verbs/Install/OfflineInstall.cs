using Sereno.Texts;
using Sereno.Units.Install;
using Sereno.Units.Values;

namespace Sereno.Verbs.Install;

/// <summary>enable and its kin without a manager: straight on the file system, as systemctl does with --root=.</summary>
public sealed class OfflineInstall(InstallPlace place, TextWriter output, TextWriter errors)
{
    private static InstallTexts Texts => Text.Current.Install;

    private Installer NewInstaller() => new(place.Paths, place.Specifiers, errors.WriteLine);

    /// <returns>The exit status.</returns>
    public int Run(InstallArguments arguments) => arguments.Verb switch
    {
        "add-wants" or "add-requires" => AddDependency(arguments),
        "preset-all" => Report(NewInstaller().PresetAll(arguments.PresetMode, arguments.Flags), arguments),
        "set-default" => SetDefault(arguments),
        "get-default" => GetDefault(arguments),
        "is-enabled" => IsEnabled(arguments),
        "list-unit-files" => List(arguments),
        _ => Change(arguments),
    };

    private int Change(InstallArguments arguments)
    {
        if (UnitWords.Resolve(arguments.Names, "to " + arguments.Verb, arguments, errors) is not { } names)
            return ExitCodes.Failure;
        if (new SysVScripts(place, output, errors).Handle(arguments, names) is { Failed: true })
            return ExitCodes.Failure;
        if (names.Count == 0)
            return ExitCodes.Success;
        if (Normalize(arguments.Verb, names) is { } refusal)
        {
            errors.WriteLine(refusal);
            return ExitCodes.Failure;
        }
        var installer = NewInstaller();
        return Report(arguments.Verb switch
        {
            "enable" => installer.Enable(names, arguments.Flags),
            "disable" => installer.Disable(names, arguments.Flags),
            "reenable" => installer.Reenable(names, arguments.Flags),
            "link" => installer.Link(names, arguments.Flags),
            "preset" => installer.Preset(names, arguments.PresetMode, arguments.Flags),
            "mask" => installer.Mask(names, arguments.Flags),
            "unmask" => installer.Unmask(names, arguments.Flags),
            "revert" => installer.Revert(names),
            _ => throw new ArgumentOutOfRangeException(nameof(arguments), arguments.Verb, null),
        }, arguments);
    }

    /// <summary>disable takes names only, link paths only; a refusal's words.</summary>
    private string? Normalize(string verb, List<string> names)
    {
        if (verb == "disable" && names.Any(n => n.Contains('/')))
        {
            for (int i = 0; i < names.Count; i++)
                names[i] = Paths.FileName(names[i]);
            errors.WriteLine(Texts.PathTakenAsName);
        }
        return verb == "link" && names.Find(n => !n.Contains('/')) is { } bare
            ? place.Paths.Root is null ? Texts.LinkNeedsPath(bare) : Texts.NotAbsolute(bare) : null;
    }

    private int AddDependency(InstallArguments arguments)
    {
        if (UnitWords.One(arguments.Target!, ".target", "as target", arguments, errors) is not { } target
            || UnitWords.Resolve(arguments.Names, "as dependency", arguments, errors) is not { } names)
            return ExitCodes.Failure;
        return Report(NewInstaller().AddDependency(names, target, arguments.Verb == "add-requires", arguments.Flags), arguments);
    }

    private int SetDefault(InstallArguments arguments)
    {
        if (UnitWords.One(arguments.Target!, ".target", "set-default", arguments, errors) is not { } target)
            return ExitCodes.Failure;
        var installer = NewInstaller();
        int exit = Report(installer.SetDefault(target), arguments);
        if (exit != 0 || arguments.Quiet)
            return exit;
        if (installer.GetDefault(out string now) is not InstallError.None and var error)
        {
            errors.WriteLine(Texts.NoDefault(error.Words()));
            return ExitCodes.Failure;
        }
        if (now != target)
            errors.WriteLine(Texts.OtherDefault(now));
        return ExitCodes.Success;
    }

    private int GetDefault(InstallArguments arguments)
    {
        var error = NewInstaller().GetDefault(out string name);
        if (error == InstallError.None)
            WriteDefault(name, arguments, output);
        else
            errors.WriteLine(Texts.NoDefault(error.Words()));
        return error == InstallError.None ? ExitCodes.Success : ExitCodes.Failure;
    }

    private int IsEnabled(InstallArguments arguments)
    {
        if (UnitWords.Resolve(arguments.Names, "to check", arguments, errors) is not { } names)
            return ExitCodes.Failure;
        var scripts = new SysVScripts(place, output, errors).Handle(arguments, names);
        if (scripts.Failed)
            return ExitCodes.Failure;
        bool any = scripts.AnyEnabled;
        var answers = new List<(string, string, List<string>)>();
        foreach (string name in names)
        {
            var installer = NewInstaller();
            if (installer.StateOf(name, out var state) is not InstallError.None and var error)
            {
                errors.WriteLine(Texts.NoSuchState(name, error.Words()));
                return ExitCodes.Failure;
            }
            any |= state.CountsAsEnabled();
            if (arguments.Quiet)
                continue;
            answers.Add((name, state.Name(), arguments.Full ? [.. installer.Disable([name], (arguments.Flags & InstallFlags.Runtime) | InstallFlags.DryRun).Changes
                .Where(c => c.Kind == InstallChangeKind.Unlink).Select(c => c.Path)] : []));
            if (!arguments.Json)
                Write(answers[^1], output);
        }
        WriteJson(answers, arguments);
        return any ? ExitCodes.Success : ExitCodes.Failure;
    }

    internal static void WriteDefault(string target, InstallArguments arguments, TextWriter output)
    {
        if (arguments.Json)
            ListVerbs.Json([target], (json, t) => json.WriteString("unit", t));
        else
            output.WriteLine(target);
    }

    internal static void Write((string Unit, string State, List<string> Links) answer, TextWriter output)
    {
        output.WriteLine(answer.State);
        foreach (string link in answer.Links)
            output.WriteLine("  " + link);
    }

    internal static void WriteJson(IEnumerable<(string Unit, string State, List<string> Links)> answers, InstallArguments arguments)
    {
        if (arguments is { Json: true, Quiet: false })
            ListVerbs.Json(answers, (json, answer) =>
            {
                json.WriteString("unit", answer.Unit);
                json.WriteString("state", answer.State);
                if (!arguments.Full)
                    return;
                json.WriteStartArray("links");
                foreach (string link in answer.Links)
                    json.WriteStringValue(link);
                json.WriteEndArray();
            });
    }

    private int List(InstallArguments arguments)
    {
        var files = NewInstaller()
            .List(name => Glob.MatchesAny(arguments.Names, name), state => arguments.States.Count == 0 || arguments.States.Contains(state.Name()))
            .Select(f => (f.Path, State: f.State.Name()));
        return UnitFileList.Write(files, arguments, new(() => Presets.Read(place.Paths, errors.WriteLine)), output);
    }

    private int Report(InstallReport report, InstallArguments arguments)
    {
        Write(report.Changes, arguments, errors);
        if (report.Error != InstallError.None && !report.Changes.Any(c => c.Kind == InstallChangeKind.Failure))
            errors.WriteLine(Texts.FailedWholly(arguments.Words, report.Error.Words()));
        if (report.Error != InstallError.None)
            return ExitCodes.Failure;
        if (!report.CarriesInstallInfo && arguments.SaysWhenNothingToInstall)
            errors.WriteLine(Texts.NothingToInstall);
        return ExitCodes.Success;
    }

    /// <summary>Failures are told in any case.</summary>
    internal static void Write(IEnumerable<InstallChange> changes, InstallArguments arguments, TextWriter errors)
    {
        foreach (var change in changes)
            if (!arguments.Quiet || change.Kind == InstallChangeKind.Failure)
                errors.WriteLine(Texts.Of(change, arguments.Words));
    }
}
