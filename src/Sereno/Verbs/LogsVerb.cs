using System.CommandLine;
using System.Text.Json;
using Sereno.Journal;
using Sereno.Journalctl;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>logs: journalctl, on this instance's journal; what is no match is a unit.</summary>
public static class LogsVerb
{
    /// <param name="Letter">0 where there is none.</param>
    /// <param name="Value">What help calls its value; null where it takes none.</param>
    private readonly record struct LogsOption(string Name, char Letter = default, string? Value = null);

    private static LogsOption[] Options =>
    [
        new("unit", 'u', "UNIT"),
        new("user-unit", default, "UNIT"),
        new("identifier", 't', "NAME"),
        new("priority", 'p', "emerg|alert|crit|err|warning|notice|info|debug"),
        new("facility", default, "NAME[,NAME...]"),
        new("grep", 'g', "PATTERN"),
        new("case-sensitive", default, "[YES]"),
        new("boot", 'b', "[ID][+-N]"),
        new("dmesg", 'k'),
        new("since", 'S', "TIME"),
        new("until", 'U', "TIME"),
        new("cursor", 'c', "CURSOR"),
        new("after-cursor", default, "CURSOR"),
        new("cursor-file", default, "FILE"),
        new("show-cursor"),
        new("lines", 'n', "[N]"),
        new("follow", 'f'),
        new("no-tail"),
        new("reverse", 'r'),
        new("output", 'o', "MODE"),
        new("output-fields", default, "FIELD[,FIELD...]"),
        new("all", 'a'),
        new("full", 'l'),
        new("no-full"),
        new("utc"),
        new("no-hostname"),
        new("catalog", 'x'),
        new("quiet", 'q'),
        new("merge", 'm'),
        new("pager-end", 'e'),
        new("no-pager"),
        new("directory", 'D', "DIR"),
        new("file", default, "FILE"),
        new("root", default, "ROOT"),
        new("namespace", default, "NAME"),
        new("system"),
        new("user"),
        new("field", 'F', "FIELD"),
        new("fields", 'N'),
        new("list-boots"),
        new("header"),
        new("disk-usage"),
        new("verify"),
        new("vacuum-size", default, "BYTES"),
        new("vacuum-files", default, "N"),
        new("vacuum-time", default, "TIME"),
        new("rotate"),
        new("sync"),
        new("flush"),
        new("relinquish-var"),
        new("smart-relinquish-var"),
        new("list-catalog"),
        new("dump-catalog"),
    ];

    /// <summary>Whether these words are for journalctl's reader: all but a question for help.</summary>
    public static bool Reads(IReadOnlyList<string> arguments) =>
        !arguments.TakeWhile(a => a != "--").Any(a => a is "--help" or "-h" or "-?" or "/h" or "/?");

    /// <summary>journalctl's options, on this instance's journal.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var options = JournalctlArguments.Read(arguments, isVerb: true, StandardStreams.Errors, out int exit, out var reader);
        if (options is not null)
        {
            var instance = Instance.Resolve(reader.InstanceFolder, reader.UnitPath);
            if (!instance.IsSystem && options is { Namespace: { } space, AlsoDefaultNamespace: false, Directory: null, Files: null, Root: null, ReadsInput: false })
            {
                StandardStreams.Errors.WriteLine($"sereno: {Text.Current.Logs.NoNamespace(space)}");
                return ExitCodes.Failure;
            }
            (options.HomeFolders, options.ControlSocket) = (instance.IsSystem ? null : instance.LogFolders, instance.JournalSocket);
            exit = JournalctlRun.Do(options);
        }
        StandardStreams.Text.Flush();
        return exit;
    }

    /// <summary>The command as help, completion and manual show it.</summary>
    public static Command Build()
    {
        var unit = new Argument<string[]>("UNIT") { Description = Text.Current.Option("units"), Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("logs", "sereno logs redis-server -n 20", "sereno logs -f -u nginx", "sereno logs -g timeout --since yesterday -o json");
        command.Add(unit);
        foreach (var option in Options)
        {
            string[] letters = option.Letter == default ? [] : [$"-{option.Letter}"];
            string text = Text.Current.Logs.Option(option.Name);
            command.Add(option.Value is null ? new Option<bool>("--" + option.Name, letters) { Description = text }
                : new Option<string?>("--" + option.Name, letters) { Description = text, HelpName = option.Value, Arity = option.Value[0] == '[' ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne });
        }
        command.SetAction(_ => 0); // what isn't a question for help never comes here
        return command;
    }

    /// <summary>journalctl's short form: local time, host, identifier and pid, message; harmless for a terminal, whoever wrote it.</summary>
    public static string Format(LogEntry entry) =>
        $"{Text.Current.ShortMonth(entry.Time.ToLocalTime().Month)} {entry.Time.ToLocalTime():dd HH:mm:ss} {entry.Host} {Printable.Of(entry.Identifier)}[{entry.Pid}]: {Printable.Tabbed(entry.Text)}";

    internal static void WriteFields(Utf8JsonWriter json, LogEntry entry)
    {
        json.WriteString("time", entry.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));
        json.WriteString("unit", entry.Unit);
        json.WriteNumber("priority", entry.Priority);
        json.WriteString("identifier", entry.Identifier);
        json.WriteNumber("pid", entry.Pid);
        json.WriteString("message", entry.Text);
    }
}
