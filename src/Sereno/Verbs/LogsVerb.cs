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

    /// <summary>Whether these words are for journalctl's reader: all but a question for help, and folders with logs of before journal files.</summary>
    public static bool Reads(IReadOnlyList<string> arguments) =>
        !arguments.TakeWhile(a => a != "--").Any(a => a is "--help" or "-h" or "-?" or "/h" or "/?") && !HasOnlyText(arguments);

    /// <summary>journalctl's options, on this instance's journal.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var options = JournalctlArguments.Read(arguments, isVerb: true, StandardStreams.Errors, out int exit, out var reader);
        if (options is not null)
        {
            var instance = Instance.Resolve(reader.InstanceFolder, reader.UnitPath);
            (options.HomeFolder, options.ControlSocket) = (instance.LogFolder, $"{instance.RuntimeFolder}/io.systemd.journal");
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
        command.SetAction(TextOnly);
        return command;
    }

    private static bool HasOnlyText(IReadOnlyList<string> arguments)
    {
        int dir = arguments.ToList().IndexOf("--dir");
        string folder = Instance.Resolve(dir >= 0 && dir + 1 < arguments.Count ? arguments[dir + 1] : null, null).LogFolder;
        return !arguments.Any(a => a is "-D" or "--file" or "--root" || a.StartsWith("--file=", StringComparison.Ordinal) || a.StartsWith("--directory", StringComparison.Ordinal))
            && Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.log").Any() && !Directory.EnumerateFiles(folder, "*.journal").Any();
    }

    private static int TextOnly(ParseResult r)
    {
        string folder = GlobalOptions.Instance(r).LogFolder;
        string? name = ((r.GetValue<string[]>("UNIT") is [var first, ..] ? first : null) ?? r.GetValue<string?>("--unit")) is { } text ? GlobalOptions.UnitName(text) : null;
        bool follows = r.GetValue<bool>("--follow");
        if (name is not null && !follows)
        {
            string file = !File.Exists($"{folder}/{name}.log") && LogReader.TemplateOf(name) is { } template ? template : name;
            if (!File.Exists($"{folder}/{file}.log"))
            {
                StandardStreams.Errors.WriteLine($"sereno: {Text.Current.NoLog(name)}");
                return 1;
            }
            File.OpenRead($"{folder}/{file}.log").Dispose(); // says why, when it may not be read
        }
        bool json = r.GetValue<string?>("--output") == "json";
        int count = int.TryParse(r.GetValue<string?>("--lines"), out int asked) ? Math.Max(0, asked) : follows ? 10 : int.MaxValue;
        foreach (var entry in follows ? LogReader.Follow(folder, name, count, CancellationToken.None) : LogReader.Read(folder, name, count))
        {
            StandardStreams.Text.WriteLine(json ? Json(entry) : Format(entry));
            if (follows)
                StandardStreams.Text.Flush();
        }
        return 0;
    }

    /// <summary>journalctl's short form: local time, host, identifier and pid, message; harmless for a terminal, whoever wrote it.</summary>
    public static string Format(LogEntry entry) =>
        $"{Text.Current.ShortMonth(entry.Time.ToLocalTime().Month)} {entry.Time.ToLocalTime():dd HH:mm:ss} {entry.Host} {Printable.Of(entry.Identifier)}[{entry.Pid}]: {Printable.Tabbed(entry.Text)}";

    private static string Json(LogEntry entry)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteFields(json, entry);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

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
