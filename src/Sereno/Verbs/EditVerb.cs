using System.CommandLine;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Texts;
using Sereno.Units.Model;
using Sereno.Verbs.Install;

namespace Sereno.Verbs;

/// <summary>edit: a drop-in, or a unit file as a whole, in the user's editor; the manager then reads it (systemctl(1)).</summary>
public static class EditVerb
{
    public static Command Build()
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var root = new Option<string?>("--root") { Description = Text.Current.Install.Option("root"), HelpName = "DIR" };
        var global = Flag("--global", "global");
        var user = Flag("--user", "user");
        var system = Flag("--system", "system");
        var noReload = Flag("--no-reload", "no-reload");
        var full = Flag("--full", "edit-full", "-l");
        var force = Flag("--force", "edit-force", "-f");
        var dropIn = new Option<string>("--drop-in") { Description = Text.Current.Install.Option("drop-in"), HelpName = "NAME", DefaultValueFactory = _ => "override.conf" };
        var runtime = Help.Option<bool>("--runtime", "runtime");
        var command = Help.Command("edit", "sereno edit redis-server", "sereno edit --full nginx", "sereno edit --force --full hello.service", "sereno edit --drop-in=limits --runtime nginx");
        command.Add(units);
        foreach (var option in (Option[])[full, force, dropIn, runtime, root, global, user, system, noReload])
            command.Add(option);
        command.SetAction(r =>
        {
            if (!Terminal.Is(1) || !Terminal.Is(2))
                return RunVerb.Complain(Text.Current.Install.EditNeedsTerminal);
            var (place, offline) = InstallVerbs.Place(r, r.GetValue(root), r.GetValue(global), r.GetValue(user));
            if (place is null)
                return ExitCodes.Failure;
            using var client = offline ? null : GlobalOptions.ConnectIfRunning(r);
            string name = r.GetValue(dropIn)!;
            var editing = new UnitEditing(place)
            {
                Full = r.GetValue(full), Force = r.GetValue(force), Runtime = r.GetValue(runtime),
                DropIn = name.EndsWith(".conf", StringComparison.Ordinal) ? name : name + ".conf",
            };
            if (name.Contains('/'))
                return RunVerb.Complain(Text.Current.InvalidValue("--drop-in", name));
            string[] words = r.GetValue(units)!;
            var names = client is null ? [.. words.Select(GlobalOptions.UnitName)] : UnitPatterns.Expand(new(client), words);
            if (names.Count == 0)
                return RunVerb.Complain(Text.Current.Install.EditNoMatch);
            int exit = editing.Run([.. names.Select(UnitName.Parse)]);
            if (exit == 0 && client is not null && !r.GetValue(noReload))
                new ManagerProxy(client).Reload();
            return exit;
        });
        return command;
    }

    private static Option<bool> Flag(string name, string text, params string[] aliases) => new(name, aliases) { Description = Text.Current.Install.Option(text) };
}
