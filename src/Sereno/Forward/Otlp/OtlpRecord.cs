using System.Collections;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Sereno.Journal.Read;

namespace Sereno.Forward.Otlp;

/// <summary>An entry as OpenTelemetry's log data model has it; as a list, its attributes (semantic conventions where they have a
/// name for it, the journal's own fields otherwise).</summary>
internal sealed class OtlpRecord : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _attributes = [];

    public OtlpRecord(JournalSet journal, EntryFields fields)
    {
        (Time, Seen) = (At(EntryValues.SourceTime(journal, fields)), At(journal.Current.Realtime));
        Host = EntryValues.Text(fields, "_HOSTNAME"u8);
        Service = EntryValues.Unit(fields) is { Length: > 0 } unit ? unit : EntryValues.Identifier(fields);
        Body = EntryValues.Text(fields, "MESSAGE"u8);
        Size = 200;
        Add("log.record.uid", journal.Cursor());
        for (int i = 0; i < fields.Count; i++)
        {
            int equals = fields[i].IndexOf((byte)'=');
            if (equals < 1)
                continue;
            Size += fields[i].Length + 60;
            AddField(Encoding.ASCII.GetString(fields[i][..equals]), Encoding.UTF8.GetString(fields[i][(equals + 1)..]));
        }
    }

    public DateTime Time { get; }

    public DateTime Seen { get; }

    public string Service { get; }

    public string Host { get; }

    public string Body { get; }

    public LogLevel Level { get; private set; } = LogLevel.Information;

    /// <summary>About how much memory it takes.</summary>
    public int Size { get; }

    public int Count => _attributes.Count;

    public KeyValuePair<string, object?> this[int index] => _attributes[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _attributes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void AddField(string name, string value)
    {
        switch (name)
        {
            case "MESSAGE" or "_HOSTNAME" or "_SOURCE_REALTIME_TIMESTAMP": break;
            case "PRIORITY":
                Level = LevelOf(value);
                Add("syslog.severity.code", Number(value));
                break;
            case "SYSLOG_FACILITY": Add("syslog.facility.code", Number(value)); break;
            case "_PID": Add("process.pid", Number(value)); break;
            case "_COMM": Add("process.executable.name", value); break;
            case "_EXE": Add("process.executable.path", value); break;
            case "_CMDLINE": Add("process.command_line", value); break;
            case "CODE_FILE": Add("code.file.path", value); break;
            case "CODE_LINE": Add("code.line.number", Number(value)); break;
            case "CODE_FUNC": Add("code.function.name", value); break;
            case "TID": Add("thread.id", Number(value)); break;
            default: Add(name, value); break;
        }
    }

    /// <summary>A name twice has no meaning there: the first value stays, as journalctl shows it.</summary>
    private void Add(string name, object? value)
    {
        if (!_attributes.Any(a => a.Key == name))
            _attributes.Add(new(name, value));
    }

    private static object Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : text;

    /// <summary>The ranges of OpenTelemetry's table for syslog (Logs Data Model, appendix B); the library's public interface has one number of each.</summary>
    private static LogLevel LevelOf(string priority) => priority switch
    {
        "0" => LogLevel.Critical,
        "1" or "2" or "3" => LogLevel.Error,
        "4" => LogLevel.Warning,
        "7" => LogLevel.Debug,
        _ => LogLevel.Information,
    };

    private static DateTime At(ulong microseconds) => DateTime.UnixEpoch.AddMicroseconds(microseconds);
}
