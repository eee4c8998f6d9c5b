using System.CommandLine;
using Sereno.Sysusers;
using Sereno.Texts;
using Sereno.Tmpfiles;
using Sereno.Units.Load;

namespace Sereno.Verbs;

/// <summary>sysusers: as systemd-sysusers(8).</summary>
public static class SysusersVerb
{
    public static Command Build()
    {
        var root = Help.Option<string>("--root", "config-root");
        var dryRun = Help.Option<bool>("--dry-run", "dry-run");
        var inline = Help.Option<bool>("--inline", "sysusers-inline");
        var files = new Argument<string[]>("FILE") { Description = Text.Current.Option("config-files"), Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("sysusers", "sereno sysusers", "sereno sysusers --inline 'u redis - \"Redis server\" /var/lib/redis'");
        foreach (var option in (Option[])[root, dryRun, inline])
            command.Add(option);
        command.Add(files);
        command.SetAction(r => Run(r.GetValue(root) is { } folder and not "/" ? Path.GetFullPath(folder).TrimEnd('/') : "", r.GetValue(files) ?? [],
            r.GetValue(dryRun), r.GetValue(inline), StandardStreams.Errors.WriteLine));
        return command;
    }

    /// <param name="root">Empty: the machine's own.</param>
    /// <param name="names">Files, "-" for standard input, or lines; none: all the files that there are.</param>
    public static int Run(string root, string[] names, bool dryRun, bool areLines, Action<string> say)
    {
        var lines = new SysusersReader(HostFacts.Read(user: false), say);
        if (areLines)
            lines.Read("(command line)", names);
        else
            foreach (string name in names.Length > 0 ? names : ConfigFiles.All(root, "sysusers.d"))
                if (name == "-")
                    lines.Read("<stdin>", ConfigInput.Lines());
                else if (ConfigFiles.Find(root, "sysusers.d", name) is { } file)
                    lines.Read(file, File.ReadLines(file));
                else
                {
                    say($"Failed to open '{name}': No such file or directory");
                    return ExitCodes.Failure;
                }
        // Installed files are done as far as they go; what was named must be right.
        if (names.Length > 0 && lines.HasInvalid)
            return ExitCodes.Failure;
        SysusersRun.Run(root, lines, dryRun, say);
        return 0;
    }
}
