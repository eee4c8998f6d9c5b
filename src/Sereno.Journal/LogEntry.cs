using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Sereno.Journal;

/// <summary>One line of a log file (docs/formats/log.md).</summary>
/// <param name="Time">UTC, to the microsecond.</param>
/// <param name="Priority">0 (emerg) to 7 (debug).</param>
/// <param name="Message">As the program wrote it, without the newline; may be any bytes.</param>
public sealed record LogEntry(DateTime Time, string Unit, string Host, int Priority, string Identifier, int Pid, ReadOnlyMemory<byte> Message)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private const int TimeLength = 27;

    /// <summary>The message for a terminal: what isn't UTF-8 becomes U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Message.Span);

    /// <summary>Appends one line, with its newline.</summary>
    /// <param name="host">Already without blanks.</param>
    /// <param name="identifier">From <see cref="Sanitize"/>.</param>
    public static void Write(IBufferWriter<byte> to, DateTime time, ReadOnlySpan<byte> host, int priority, ReadOnlySpan<byte> identifier,
        int pid, ReadOnlySpan<byte> message)
    {
        var span = to.GetSpan(TimeLength + host.Length + identifier.Length + message.Length + 32);
        time.TryFormat(span, out int n, TimeFormat, CultureInfo.InvariantCulture);
        span[n++] = (byte)' ';
        host.CopyTo(span[n..]);
        n += host.Length;
        " <"u8.CopyTo(span[n..]);
        span[n + 2] = (byte)('0' + priority);
        "> "u8.CopyTo(span[(n + 3)..]);
        n += 5;
        identifier.CopyTo(span[n..]);
        n += identifier.Length;
        span[n++] = (byte)'[';
        Utf8Formatter.TryFormat(pid, span[n..], out int digits);
        n += digits;
        "]: "u8.CopyTo(span[n..]);
        n += 3;
        message.CopyTo(span[n..]);
        n += message.Length;
        span[n++] = (byte)'\n';
        to.Advance(n);
    }

    /// <param name="line">Without its newline.</param>
    /// <returns>Null for what <see cref="Write"/> doesn't make: the rest of a line that a crash has cut.</returns>
    public static LogEntry? Parse(string unit, ReadOnlySpan<byte> line)
    {
        if (line.Length < TimeLength + 8 || line[TimeLength] != ' ' || !DateTime.TryParseExact(Encoding.ASCII.GetString(line[..TimeLength]),
            TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return null;
        line = line[(TimeLength + 1)..];
        int blank = line.IndexOf((byte)' ');
        if (blank < 0)
            return null;
        string host = Encoding.UTF8.GetString(line[..blank]);
        line = line[(blank + 1)..];
        if (line is not [(byte)'<', >= (byte)'0' and <= (byte)'7', (byte)'>', (byte)' ', ..])
            return null;
        int priority = line[1] - '0';
        line = line[4..];
        int bracket = line.IndexOf((byte)'[');
        if (bracket < 0 || !Utf8Parser.TryParse(line[(bracket + 1)..], out int pid, out int digits)
            || !line[(bracket + 1 + digits)..].StartsWith("]: "u8))
            return null;
        return new(time, unit, host, priority, Encoding.UTF8.GetString(line[..bracket]), pid, line[(bracket + 4 + digits)..].ToArray());
    }

    /// <summary>An identifier (or host) as it may stand in a line: blanks, control characters and square brackets become "_".</summary>
    public static byte[] Sanitize(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Length == 0 ? "_" : text);
        foreach (ref byte b in bytes.AsSpan())
            if (b is <= 0x20 or 0x7f or (byte)'[' or (byte)']')
                b = (byte)'_';
        return bytes;
    }
}
