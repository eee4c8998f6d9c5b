using System.CommandLine;
using System.Text.Json;
using Sereno.Journal;
using Sereno.Journalctl;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>logs: the last lines of a unit, or of all by time; -f goes on with what comes.</summary>
public static class LogsVerb
{
    /// <summary>Whether these words are for journalctl's reader: all but a question for help, and a folder with logs of before journal files.</summary>
    public static bool Reads(IReadOnlyList<string> arguments) =>
        !arguments.TakeWhile(a => a != "--").Any(a => a is "--help" or "-h" or "-?");

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

    public static Command Build()
    {
        var unit = new Argument<string?>("UNIT") { Description = Text.Current.Option("units"), Arity = ArgumentArity.ZeroOrOne };
        var named = new Option<string?>("--unit", "-u") { Description = Text.Current.Option("units"), HelpName = "UNIT" };
        var lines = new Option<int?>("--lines", "-n") { Description = Text.Current.Option("lines") };
        var follow = Help.Option<bool>("--follow", "follow", "-f");
        var output = Help.Output();
        var command = Help.Command("logs", "sereno logs redis-server -n 20", "sereno logs -f -u nginx");
        command.Add(unit);
        command.Add(named);
        command.Add(lines);
        command.Add(follow);
        command.Add(output);
        command.SetAction(r =>
        {
            string folder = GlobalOptions.Instance(r).LogFolder;
            string? name = (r.GetValue(unit) ?? r.GetValue(named)) is { } text ? GlobalOptions.UnitName(text) : null;
            if (!Directory.Exists(folder))
                throw new IOException(Text.Current.NoLogs(folder));
            if (name is not null && !r.GetValue(follow))
            {
                string file = !File.Exists($"{folder}/{name}.log") && LogReader.TemplateOf(name) is { } template ? template : name;
                if (!File.Exists($"{folder}/{file}.log"))
                {
                    StandardStreams.Errors.WriteLine($"sereno: {Text.Current.NoLog(name)}");
                    return 1;
                }
                File.OpenRead($"{folder}/{file}.log").Dispose(); // says why, when it may not be read
            }
            bool json = r.GetValue(output) == "json";
            int count = Math.Max(0, r.GetValue(lines) ?? (r.GetValue(follow) ? 10 : int.MaxValue));
            var entries = r.GetValue(follow)
                ? LogReader.Follow(folder, name, count, CancellationToken.None)
                : LogReader.Read(folder, name, count);
            foreach (var entry in entries)
            {
                StandardStreams.Text.WriteLine(json ? Json(entry) : Format(entry));
                if (r.GetValue(follow))
                    StandardStreams.Text.Flush();
            }
            return 0;
        });
        return command;
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
