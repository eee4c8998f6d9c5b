using System.Buffers.Text;
using System.Text;
using Sereno.Journal.Read;

namespace Sereno.Forward;

/// <summary>What other formats have names for.</summary>
internal static class EntryValues
{
    /// <summary>Empty where there is none.</summary>
    public static string Text(EntryFields fields, ReadOnlySpan<byte> name) => fields.TryGet(name, out var value) ? Encoding.UTF8.GetString(value) : "";

    /// <summary>What the program calls itself, or is called.</summary>
    public static string Identifier(EntryFields fields) => Text(fields, "SYSLOG_IDENTIFIER"u8) is { Length: > 0 } name ? name : Text(fields, "_COMM"u8);

    /// <summary>Whose process wrote it; empty for none.</summary>
    public static string Unit(EntryFields fields) => Text(fields, "_SYSTEMD_UNIT"u8) is { Length: > 0 } unit ? unit : Text(fields, "_SYSTEMD_USER_UNIT"u8);

    /// <summary>When it was written, in microseconds; where nobody says, when the journal got it.</summary>
    public static ulong SourceTime(JournalSet journal, EntryFields fields) =>
        fields.TryGet("_SOURCE_REALTIME_TIMESTAMP"u8, out var value) && Utf8Parser.TryParse(value, out ulong time, out int read) && read == value.Length && time is > 0 and <= Latest
            ? time : Math.Min(journal.Current.Realtime, Latest);

    /// <summary>The end of the year 9999, behind which DateTime has nothing.</summary>
    private const ulong Latest = 253_402_300_799_999_999;
}
