using System.CommandLine;
using Sereno.Import;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>import: inetd's and xinetd's configuration as socket and service units.</summary>
public static class ImportVerb
{
    public static Command Build()
    {
        var files = new Argument<string[]>("FILE") { Description = Text.Current.Option("import-files"), Arity = ArgumentArity.OneOrMore };
        var output = Help.Option<string?>("--output", "import-output", "-o");
        output.HelpName = "DIR";
        var force = Help.Option<bool>("--force", "import-force");
        var all = Help.Option<bool>("--all", "import-all");
        var command = Help.Command("import", "sereno import /etc/inetd.conf", "sereno import /etc/xinetd.conf --output /etc/systemd/system", "sereno import /etc/xinetd.d --all");
        command.Add(files);
        foreach (var option in (Option[])[output, force, all])
            command.Add(option);
        command.SetAction(r => new ImportRun
        {
            Files = r.GetValue(files)!,
            Output = r.GetValue(output),
            Force = r.GetValue(force),
            All = r.GetValue(all),
            UnitFolders = GlobalOptions.UnitPaths(r).Search,
        }.Run());
        return command;
    }
}
