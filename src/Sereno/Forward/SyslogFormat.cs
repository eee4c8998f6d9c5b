using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Sereno.Journal.Read;

namespace Sereno.Forward;

/// <summary>How messages on one stream are told apart (RFC 6587, 3.4).</summary>
internal enum SyslogFraming { None, Counted, Lines }

/// <summary>RFC 5424, or the older way of RFC 3164.</summary>
/// <param name="hasHost">A machine's own syslog socket takes the older form without the host's name, as syslog(3) writes it.</param>
internal sealed class SyslogFormat(bool isOld, SyslogFraming framing, bool hasHost) : RecordFormat
{
    // RFC 5424, 6: the longest names; its MSGID just holds a message id.
    private const int MostHost = 255, MostApp = 48, MostProcess = 128, MostId = 32;
    private const int Kernel = 0, User = 1, Info = 6;

    private readonly ArrayBufferWriter<byte> _message = new();

    public override bool TryWrite(JournalSet journal, EntryFields fields, MemoryStream to)
    {
        _message.ResetWrittenCount();
        WriteHeader(journal, fields);
        if (fields.TryGet("MESSAGE"u8, out var text))
            WriteText(text);
        if (framing == SyslogFraming.Counted)
            to.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_message.WrittenCount} ")));
        to.Write(_message.WrittenSpan);
        if (framing == SyslogFraming.Lines)
            to.WriteByte((byte)'\n');
        return true;
    }

    private void WriteHeader(JournalSet journal, EntryFields fields)
    {
        int level = NumberOf(fields, "PRIORITY"u8, 7) ?? Info;
        bool isKernel = fields.TryGet("_TRANSPORT"u8, out var transport) && transport.SequenceEqual("kernel"u8);
        int priority = 8 * (NumberOf(fields, "SYSLOG_FACILITY"u8, 23) ?? (isKernel ? Kernel : User)) + level;
        var time = DateTime.UnixEpoch.AddMicroseconds(EntryValues.SourceTime(journal, fields));
        string host = Name(EntryValues.Text(fields, "_HOSTNAME"u8), MostHost), app = Name(EntryValues.Identifier(fields), MostApp);
        string process = Name(EntryValues.Text(fields, "SYSLOG_PID"u8) is { Length: > 0 } own ? own : EntryValues.Text(fields, "_PID"u8), MostProcess);
        string header;
        if (isOld)
        {
            var local = time.ToLocalTime();
            header = string.Create(CultureInfo.InvariantCulture, $"<{priority}>{local:MMM} {local.Day,2} {local:HH:mm:ss} {(hasHost ? host + " " : "")}{app}{(process == "-" ? "" : $"[{process}]")}: ");
        }
        else
            header = string.Create(CultureInfo.InvariantCulture, $"<{priority}>1 {time:yyyy-MM-ddTHH:mm:ss.ffffff}Z {host} {app} {process} {Name(EntryValues.Text(fields, "MESSAGE_ID"u8), MostId)} - ");
        _message.Write(Encoding.ASCII.GetBytes(header));
    }

    /// <summary>Where lines are what tells messages apart, control characters are written as rsyslog writes them: #012.</summary>
    private void WriteText(ReadOnlySpan<byte> text)
    {
        if (framing != SyslogFraming.Lines)
        {
            _message.Write(text);
            return;
        }
        foreach (byte b in text)
            if (b is >= 32 and not 127 or (byte)'\t')
                _message.Write([b]);
            else
                _message.Write([(byte)'#', (byte)('0' + (b >> 6)), (byte)('0' + (b >> 3 & 7)), (byte)('0' + (b & 7))]);
    }

    /// <summary>Only letters that a header may have (PRINTUSASCII), and "-" for nothing.</summary>
    private static string Name(string text, int most) => text.Length == 0 ? "-"
        : string.Create(Math.Min(text.Length, most), text, (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = from[i] is > ' ' and <= '~' ? from[i] : '_';
        });

    private static int? NumberOf(EntryFields fields, ReadOnlySpan<byte> name, int most) =>
        fields.TryGet(name, out var value) && Utf8Parser.TryParse(value, out int number, out int read) && read == value.Length && number >= 0 && number <= most ? number : null;
}
