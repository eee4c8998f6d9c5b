using System.CommandLine;
using Sereno.Linux;
using Sereno.Texts;
using Sereno.Tmpfiles;
using Sereno.Units.Load;

namespace Sereno.Verbs;

/// <summary>tmpfiles: as systemd-tmpfiles(8).</summary>
public static class TmpfilesVerb
{
    /// <summary>sysexits(3): lines that are none; something that couldn't be made.</summary>
    private const int DataError = 65, CannotCreate = 73;

    public static Command Build()
    {
        var create = Help.Option<bool>("--create", "tmpfiles-create");
        var clean = Help.Option<bool>("--clean", "tmpfiles-clean");
        var remove = Help.Option<bool>("--remove", "tmpfiles-remove");
        var boot = Help.Option<bool>("--boot", "tmpfiles-boot");
        var prefix = Help.Option<string[]>("--prefix", "tmpfiles-prefix");
        var exclude = Help.Option<string[]>("--exclude-prefix", "tmpfiles-exclude");
        var excludeAll = new Option<bool>("-E") { Description = Text.Current.Option("tmpfiles-E") };
        var root = Help.Option<string>("--root", "config-root");
        var files = new Argument<string[]>("FILE") { Description = Text.Current.Option("config-files"), Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("tmpfiles", "sereno tmpfiles --create --remove --boot", "sereno tmpfiles --clean --prefix=/tmp");
        foreach (var option in (Option[])[create, clean, remove, boot, prefix, exclude, excludeAll, root])
            command.Add(option);
        command.Add(files);
        command.SetAction(r =>
        {
            var operations = (r.GetValue(create) ? TmpfilesOperations.Create : 0) | (r.GetValue(clean) ? TmpfilesOperations.Clean : 0) | (r.GetValue(remove) ? TmpfilesOperations.Remove : 0);
            if (operations == TmpfilesOperations.None)
            {
                StandardStreams.Errors.WriteLine($"sereno: {Text.Current.TmpfilesNeedsOperation}");
                return ExitCodes.InvalidArgument;
            }
            var options = new TmpfilesOptions
            {
                Operations = operations, Boot = r.GetValue(boot), Root = r.GetValue(root) is { } folder and not "/" ? Path.GetFullPath(folder).TrimEnd('/') : null,
                Prefixes = r.GetValue(prefix) ?? [],
                ExcludedPrefixes = [.. r.GetValue(exclude) ?? [], .. r.GetValue(excludeAll) ? (string[])["/dev", "/proc", "/run", "/sys"] : []],
            };
            return Run(options, r.GetValue(files) ?? [], StandardStreams.Errors.WriteLine);
        });
        return command;
    }

    /// <param name="names">Files, or "-" for standard input; none: all that there are.</param>
    public static int Run(TmpfilesOptions options, string[] names, Action<string> complain)
    {
        var lines = new TmpfilesReader(options, HostFacts.Read(root: options.Root), complain);
        foreach (string name in names.Length > 0 ? names : ConfigFiles.All(options.Root, "tmpfiles.d"))
            if (name == "-")
                lines.Read("<stdin>", ConfigInput.Lines());
            else if (ConfigFiles.Find(options.Root, "tmpfiles.d", name) is { } file)
                lines.ReadFile(file);
            else
            {
                complain($"Failed to open '{name}': No such file or directory");
                return ExitCodes.Failure;
            }
        uint umask = OpenFolder.SetUmask(0); // the lines say which modes
        try
        {
            bool worked = TmpfilesRun.Run(options, lines, complain);
            return lines.HasInvalid ? DataError : worked ? 0 : CannotCreate;
        }
        finally
        {
            OpenFolder.SetUmask(umask);
        }
    }
}
