using System.Text;
using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>A line for each entry: time, host, who, and the message; what tells the short modes apart is how they write the time.</summary>
internal sealed class ShortPrinter(PrintOptions options, OutputBuffer to, WallClock clock) : EntryPrinter(options, to)
{
    private const int LongestField = 300;

    private byte[] _message = [];
    private EntryTimes? _previous;

    public override void Print(JournalSet journal, EntryFields fields, (int From, int To) match)
    {
        var times = EntryTimes.Of(fields, journal.Current);
        PrintEntry(fields, times, match);
        _previous = times;
    }

    private void PrintEntry(EntryFields fields, in EntryTimes times, (int From, int To) match)
    {
        ReadOnlySpan<byte> pid = default, command = default, message = default, priority = default, transport = default, host = default, syslogPid = default,
            identifier = default, configuration = default, unit = default, userUnit = default, documentation = default;
        bool hasMessage = false;
        for (int i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            // The last of several is the one.
            switch (field[0])
            {
                case (byte)'_':
                    if (!Take(field, "_PID="u8, ref pid) && !Take(field, "_COMM="u8, ref command) && !Take(field, "_HOSTNAME="u8, ref host)
                        && !Take(field, "_TRANSPORT="u8, ref transport) && !Take(field, "_SYSTEMD_UNIT="u8, ref unit))
                        Take(field, "_SYSTEMD_USER_UNIT="u8, ref userUnit);
                    break;
                case (byte)'M':
                    hasMessage |= Take(field, "MESSAGE="u8, ref message);
                    break;
                case (byte)'P':
                    Take(field, "PRIORITY="u8, ref priority);
                    break;
                case (byte)'S':
                    if (!Take(field, "SYSLOG_IDENTIFIER="u8, ref identifier))
                        Take(field, "SYSLOG_PID="u8, ref syslogPid);
                    break;
                case (byte)'C':
                    Take(field, "CONFIG_FILE="u8, ref configuration);
                    break;
                case (byte)'D':
                    Take(field, "DOCUMENTATION="u8, ref documentation);
                    break;
            }
        }
        if (!hasMessage)
            return;
        if (!Options.ShowsAll)
            message = TerminalNoise.Strip(message, ref _message, ref match);
        int columns = WriteTime(times);
        if (!Options.HidesHost)
            columns += WriteWord(" "u8, host, ""u8);
        columns += WriteName(identifier, command, unit, userUnit);
        columns += WriteWord("["u8, pid, "]"u8) is > 0 and var n ? n : WriteWord("["u8, syslogPid, "]"u8);
        To.Write(": "u8);
        if (Options.Colours.Links)
            WriteDocumentation(documentation, fields);
        if (!Options.ShowsAll && !Utf8Text.IsPrintable(message))
        {
            WriteBlob(message.Length);
            To.Write((byte)'\n');
        }
        else
        {
            if (Options.Colours.Links && !configuration.IsEmpty)
                message = LinkConfiguration(message, configuration, ref match);
            int level = priority is [>= (byte)'0' and <= (byte)'7'] ? priority[0] - '0' : 6;
            WriteLines(message, columns + 2, Options.IsFullWidth || Options.ShowsAll, level, transport.SequenceEqual("audit"u8), match);
        }
        WriteExplanation(fields);
    }

    private static bool Take(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name, ref ReadOnlySpan<byte> value)
    {
        if (!field.StartsWith(name))
            return false;
        value = field[name.Length..];
        return true;
    }

    private int WriteTime(in EntryTimes times) => Options.Mode switch
    {
        OutputMode.ShortFull or OutputMode.WithUnit => clock.WriteFull(To, times.Realtime, precise: false),
        OutputMode.ShortIso => clock.WriteIso(To, times.Realtime, precise: false),
        OutputMode.ShortIsoPrecise => clock.WriteIso(To, times.Realtime, precise: true),
        OutputMode.ShortPrecise => clock.WriteShort(To, times.Realtime, precise: true),
        OutputMode.ShortUnix => WriteSeconds(times.Realtime, 10),
        OutputMode.ShortMonotonic or OutputMode.ShortDelta => WriteMonotonic(times),
        _ => clock.WriteShort(To, times.Realtime, precise: false),
    };

    private int WriteSeconds(ulong usec, int width)
    {
        ulong seconds = usec / 1_000_000;
        To.Write(seconds, width, (byte)' ');
        To.Write((byte)'.');
        To.Write(usec % 1_000_000, 6, (byte)'0');
        int digits = 1;
        for (ulong rest = seconds; rest >= 10; rest /= 10)
            digits++;
        return Math.Max(width, digits) + 7;
    }

    private int WriteMonotonic(in EntryTimes times)
    {
        To.Write((byte)'[');
        int length = 2 + WriteSeconds(times.Monotonic, 5);
        if (Options.Mode == OutputMode.ShortDelta)
        {
            if (_previous is { } previous)
            {
                bool isSameBoot = previous.BootId == times.BootId;
                var (now, then) = isSameBoot ? (times.Monotonic, previous.Monotonic) : (times.Realtime, previous.Realtime);
                To.Write(" <"u8);
                length += 4 + WriteSeconds(now > then ? now - then : 0, 5);
                To.Write(isSameBoot ? (byte)' ' : (byte)'*');
                To.Write((byte)'>');
            }
            else
            {
                To.Repeat((byte)' ', 16);
                length += 16;
            }
        }
        To.Write((byte)']');
        return length;
    }

    private int WriteName(ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> command, ReadOnlySpan<byte> unit, ReadOnlySpan<byte> userUnit)
    {
        if (Options.Mode == OutputMode.WithUnit && (IsShown(unit) || IsShown(userUnit)))
        {
            int columns = 0;
            if (!unit.IsEmpty)
            {
                To.Write((byte)' ');
                To.Write(unit);
                columns += unit.Length + 1;
            }
            if (!userUnit.IsEmpty)
            {
                To.Write(unit.IsEmpty ? (byte)' ' : (byte)'/');
                To.Write(userUnit);
                columns += unit.Length + 1; // so journalctl counts them
            }
            return columns;
        }
        if ((WriteWord(" "u8, identifier, ""u8) is > 0 and var n ? n : WriteWord(" "u8, command, ""u8)) is > 0 and var written)
            return written;
        To.Write(" unknown"u8);
        return 0;
    }

    private int WriteWord(ReadOnlySpan<byte> before, ReadOnlySpan<byte> word, ReadOnlySpan<byte> after)
    {
        if (!IsShown(word))
            return 0;
        To.Write(before);
        To.Write(word);
        To.Write(after);
        return before.Length + word.Length + after.Length;
    }

    /// <summary>An empty word isn't one that is missing.</summary>
    private bool IsShown(ReadOnlySpan<byte> word) =>
        !System.Runtime.CompilerServices.Unsafe.IsNullRef(in System.Runtime.InteropServices.MemoryMarshal.GetReference(word))
        && (Options.ShowsAll || (word.Length < LongestField && Utf8Text.IsPrintable(word)));

    private void WriteDocumentation(ReadOnlySpan<byte> documentation, EntryFields fields)
    {
        string? address = IsShown(documentation) ? Encoding.UTF8.GetString(documentation) : null;
        if (address is null || !Documentation.IsAddress(address))
            address = Options.Catalog is null ? null : Documentation.In(Options.Catalog.Explain(fields));
        if (address is null)
            return;
        WriteLink(Encoding.UTF8.GetBytes(address), Options.IsUtf8 ? "[🡕]"u8 : "[LNK]"u8);
        To.Write((byte)' ');
    }

    /// <summary>A message that begins with a file's name begins with a link to it.</summary>
    private ReadOnlySpan<byte> LinkConfiguration(ReadOnlySpan<byte> message, ReadOnlySpan<byte> file, scoped ref (int From, int To) match)
    {
        if (!message.StartsWith(file) || (message.Length > file.Length && message[file.Length] is not ((byte)':' or (byte)' '))
            || (match.From > 0 && match.From <= file.Length))
            return message;
        byte[] link = Documentation.Link(file, Options.HostName);
        match = (match.From + link.Length - file.Length, match.To + link.Length - file.Length);
        return (byte[])[.. link, .. message[file.Length..]];
    }
}
