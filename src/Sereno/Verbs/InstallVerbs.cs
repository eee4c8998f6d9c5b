using System.CommandLine;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Texts;
using Sereno.Units.Install;
using Sereno.Units.Load;
using Sereno.Verbs.Install;

namespace Sereno.Verbs;

/// <summary>enable and its kin: through the manager, or straight on the file system with --root=, --global, or where no manager runs.</summary>
public static class InstallVerbs
{
    private static readonly string[] s_presetModes = ["full", "enable-only", "disable-only"];

    public static Command Build(string verb)
    {
        bool changes = verb is not ("get-default" or "is-enabled" or "list-unit-files"), targeted = verb is "add-wants" or "add-requires" or "set-default";
        var target = new Argument<string>("TARGET") { Description = Text.Current.Option("target") };
        var units = Help.Units(verb is "list-unit-files" ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore);
        var root = new Option<string?>("--root") { Description = Text.Current.Install.Option("root"), HelpName = "DIR" };
        var global = Flag("--global", "global");
        var user = Flag("--user", "user");
        var system = Flag("--system", "system");
        var noReload = Flag("--no-reload", "no-reload");
        var full = Flag("--full", "full", "-l");
        var mode = new Option<string>("--preset-mode") { Description = Text.Current.Install.Option("preset-mode"), DefaultValueFactory = _ => "full", HelpName = "full|enable-only|disable-only" };
        mode.AcceptOnlyFromAmong(s_presetModes);
        var now = Help.Option<bool>("--now", "now");
        var runtime = Help.Option<bool>("--runtime", "runtime");
        var force = Help.Option<bool>("--force", "force", "-f");
        var quiet = Help.Option<bool>("--quiet", "quiet", "-q");
        var states = Help.Option<string[]>("--state", "state");
        var types = Help.Option<string[]>("--type", "type", "-t");
        var noLegend = Help.Option<bool>("--no-legend", "no-legend");
        var output = Help.Output();

        var command = Help.Command(verb, Examples(verb));
        if (targeted)
            command.Add(target);
        if (verb is not ("preset-all" or "set-default" or "get-default"))
            command.Add(units);
        foreach (var option in (Option[])[root, global, user, system, quiet, .. changes ? [noReload, runtime, force] : (Option[])[],
            .. verb is "enable" or "disable" or "mask" ? [now] : (Option[])[], .. verb is "preset" or "preset-all" ? [mode] : (Option[])[],
            .. verb is "is-enabled" ? [full, runtime] : (Option[])[], .. verb is "list-unit-files" ? [states, types, noLegend] : (Option[])[],
            .. changes ? (Option[])[] : [output]])
            command.Add(option);
        command.SetAction(r =>
        {
            bool Has(Option<bool> option) => command.Options.Contains(option) && r.GetValue(option);
            string[] List(Option<string[]> option) => command.Options.Contains(option) ? [.. ListVerbs.Split(r.GetValue(option))] : [];
            if (verb == "list-unit-files" && ListVerbs.Kinds(List(types), out _, out _) is { } exit)
                return exit;
            bool json = !changes && r.GetValue(output) == "json";
            var arguments = new InstallArguments(verb, command.Arguments.Contains(units) ? Patterns(verb, r.GetValue(units)!) : [])
            {
                Target = targeted ? r.GetValue(target) : null,
                Runtime = Has(runtime), Force = Has(force), Quiet = Has(quiet), Full = Has(full), NoLegend = Has(noLegend),
                PresetMode = verb.StartsWith("preset", StringComparison.Ordinal) ? (PresetMode)Array.IndexOf(s_presetModes, r.GetValue(mode)) : PresetMode.Full,
                States = List(states), Types = List(types), Json = json,
            };
            return Run(r, arguments, r.GetValue(root), Has(global), Has(user), reload: !Has(noReload), now: Has(now));
        });
        return command;
    }

    private static int Run(ParseResult r, InstallArguments arguments, string? root, bool global, bool user, bool reload, bool now)
    {
        var (place, offline) = Place(r, root, global, user);
        if (place is null)
            return ExitCodes.Failure;
        using var client = offline ? null : GlobalOptions.ConnectIfRunning(r);
        if (arguments is { Json: true, Verb: "list-unit-files" })
            return ListVerbs.WriteUnitFiles(client is null
                ? new Installer(place.Paths, place.Specifiers).List(n => Units.Values.Glob.MatchesAny(arguments.Names, n)).Select(f => (f.Path, f.State.Name()))
                : new ManagerProxy(client).ListUnitFilesByPatterns(arguments.States, arguments.Names).Select(f => (f.Path, f.State)), arguments);
        if (client is not null)
            return new OnlineInstall(client, place, StandardStreams.Text, StandardStreams.Errors).Run(arguments, reload, now);
        int exit = new OfflineInstall(place, StandardStreams.Text, StandardStreams.Errors).Run(arguments);
        if (exit != 0 || !now)
            return exit;
        using var manager = GlobalOptions.Connect(r); // says that there is none
        return JobVerbs.Run(manager, arguments.Verb == "enable" ? "start" : "stop", arguments.Names);
    }

    /// <summary>Which unit files are meant, and whether no manager is asked; null where there are none, which has been said then.</summary>
    internal static (InstallPlace? Place, bool Offline) Place(ParseResult r, string? root, bool global, bool user)
    {
        bool others = user && Self.Uid == 0;
        try
        {
            var instance = GlobalOptions.Instance(r);
            return (root is not null || global ? InstallPlace.Below(root, global)
                : others ? new(UnitPaths.User(), HostFacts.Read(user: true))
                : new(GlobalOptions.UnitPaths(r), instance.Specifiers), root is not null || global || others);
        }
        catch (InstallPlaceException e)
        {
            StandardStreams.Errors.WriteLine(Text.Current.Install.NoSearchPath(e.Root, e.Error.Words()));
            return (null, true);
        }
    }

    /// <summary>Of list-unit-files: a name without a type is a service here too.</summary>
    private static string[] Patterns(string verb, string[] names) =>
        verb == "list-unit-files" ? [.. names.Select(n => n.AsSpan().IndexOfAny("*?[") >= 0 ? n : GlobalOptions.UnitName(n))] : names;

    private static Option<bool> Flag(string name, string text, params string[] aliases) => new(name, aliases) { Description = Text.Current.Install.Option(text) };

    private static string[] Examples(string verb) => verb switch
    {
        "enable" or "disable" or "mask" => [$"sereno {verb} redis-server", $"sereno {verb} --now nginx", $"sereno {verb} --root=/mnt/image nginx"],
        "link" => ["sereno link /opt/app/app.service"],
        "add-wants" or "add-requires" => [$"sereno {verb} multi-user.target nginx"],
        "set-default" => ["sereno set-default multi-user.target"],
        "preset-all" => ["sereno preset-all --preset-mode=enable-only"],
        "get-default" => ["sereno get-default"],
        "list-unit-files" => ["sereno list-unit-files", "sereno list-unit-files --state enabled"],
        _ => [$"sereno {verb} redis-server"],
    };
}
