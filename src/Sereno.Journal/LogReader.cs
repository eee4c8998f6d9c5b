using System.Globalization;
using System.Text;
using Sereno.Journal.Read;

namespace Sereno.Journal;

/// <summary>What a unit's processes wrote, and what the manager said of it.</summary>
public static class LogReader
{
    private static readonly string[] s_fieldsOfUnit = ["_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT", "OBJECT_SYSTEMD_UNIT", "OBJECT_SYSTEMD_USER_UNIT", "UNIT", "USER_UNIT"];

    /// <summary>The last entries, oldest first.</summary>
    /// <param name="unit">Null for all.</param>
    public static List<LogEntry> Read(IReadOnlyList<string> folders, string? unit = null, int lastN = int.MaxValue)
    {
        using var journal = Open(folders, unit, out var files);
        using (files)
        {
            var entries = new List<LogEntry>();
            var fields = new EntryFields();
            journal.SeekTail();
            while (entries.Count < lastN && journal.Next(Direction.Up))
                if (fields.Load(journal.CurrentFile!, journal.CurrentOffset))
                    entries.Add(Make(journal, fields));
            entries.Reverse();
            return entries;
        }
    }

    private static JournalSet Open(IReadOnlyList<string> folders, string? unit, out JournalFolders files)
    {
        var journal = new JournalSet();
        files = new(journal, new());
        foreach (string folder in folders)
            files.AddRoot(folder, mayBeMissing: true);
        foreach (string field in unit is null ? [] : s_fieldsOfUnit)
        {
            journal.Matches.Add($"{field}={unit}");
            journal.Matches.AddDisjunction();
        }
        return journal;
    }

    private static LogEntry Make(JournalSet journal, EntryFields fields)
    {
        return new(DateTime.UnixEpoch.AddTicks((long)journal.Current.Realtime * 10), Text("_SYSTEMD_UNIT"u8) is { Length: > 0 } unit ? unit : Text("_SYSTEMD_USER_UNIT"u8),
            Text("_HOSTNAME"u8), Number(Text("PRIORITY"u8), 6), Text("SYSLOG_IDENTIFIER"u8) is { Length: > 0 } name ? name : Text("_COMM"u8),
            Number(Text("_PID"u8), 0), fields.TryGet("MESSAGE"u8, out var message) ? message.ToArray() : []);

        string Text(ReadOnlySpan<byte> name) => fields.TryGet(name, out var value) ? Encoding.UTF8.GetString(value) : "";

        static int Number(string text, int otherwise) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;
    }
}
