namespace Sereno.Journal.Intake;

/// <summary>
/// A datagram of /dev/log. RFC 3164 as journald reads it: what doesn't look like a time or a tag belongs to the message. RFC 5424, which
/// begins with its version, to the fields that systemd-netlogd knows: SYSLOG_MSGID= and SYSLOG_STRUCTURED_DATA= as it was sent.
/// </summary>
public readonly ref struct SyslogMessage
{
    private static ReadOnlySpan<byte> Blanks => " \t\n\r"u8;

    public int Priority { get; private init; }
    /// <summary>As it was sent; empty when there was none.</summary>
    public ReadOnlySpan<byte> Timestamp { get; private init; }
    public ReadOnlySpan<byte> Identifier { get; private init; }
    public ReadOnlySpan<byte> Pid { get; private init; }
    public ReadOnlySpan<byte> MessageId { get; private init; }
    public ReadOnlySpan<byte> StructuredData { get; private init; }
    public ReadOnlySpan<byte> Message { get; private init; }
    /// <summary>The parts don't give the datagram back: it is kept whole in SYSLOG_RAW=.</summary>
    public bool NeedsRaw { get; private init; }

    public static SyslogMessage Parse(ReadOnlySpan<byte> datagram)
    {
        int priority = SyslogPriority.User | SyslogPriority.Info;
        var text = datagram.Trim(Blanks);
        bool raw = text.Length != datagram.Length;
        if (text.IndexOf((byte)0) is >= 0 and var end)
        {
            text = text[..end];
            raw = true;
        }
        SyslogPriority.Take(ref text, ref priority, withFacility: true);
        if (TryParse5424(text, priority) is { Priority: >= 0 } modern)
            return modern;
        int time = TimestampLength(text);
        var timestamp = text[..time];
        text = text[time..];
        TakeIdentifier(ref text, out var identifier, out var pid);
        return new()
        {
            Priority = priority, Timestamp = timestamp, Identifier = identifier, Pid = pid, Message = text, NeedsRaw = raw || time == 0,
        };
    }

    public void AddTo(FieldBuffer fields, ReadOnlySpan<byte> datagram)
    {
        fields.Add("_TRANSPORT=syslog"u8);
        fields.Add("PRIORITY="u8, (ulong)(Priority & SyslogPriority.LevelMask));
        if ((Priority & SyslogPriority.FacilityMask) != 0)
            fields.Add("SYSLOG_FACILITY="u8, (ulong)Priority >> 3);
        fields.AddSome("SYSLOG_IDENTIFIER="u8, Identifier);
        fields.AddSome("SYSLOG_PID="u8, Pid);
        fields.AddSome("SYSLOG_TIMESTAMP="u8, Timestamp);
        fields.AddSome("SYSLOG_MSGID="u8, MessageId);
        fields.AddSome("SYSLOG_STRUCTURED_DATA="u8, StructuredData);
        fields.Add("MESSAGE="u8, Message);
        if (NeedsRaw)
            fields.Add("SYSLOG_RAW="u8, datagram);
    }

    /// <summary>"tag[pid]: " or "tag: ", up to the first blank.</summary>
    internal static void TakeIdentifier(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> identifier, out ReadOnlySpan<byte> pid)
    {
        identifier = pid = [];
        int blanks = text.IndexOfAnyExcept(Blanks);
        if (blanks < 0)
            return;
        var tag = text[blanks..];
        int length = tag.IndexOfAny(Blanks);
        if (length < 0)
            length = tag.Length;
        if (length == 0 || tag[length - 1] != ':')
            return;
        // One blank separates.
        text = tag[Math.Min(length + 1, tag.Length)..];
        tag = tag[..(length - 1)];
        if (tag is [.., (byte)']'] && tag.LastIndexOf((byte)'[') is >= 0 and var open)
        {
            pid = tag[(open + 1)..^1];
            tag = tag[..open];
        }
        identifier = tag;
    }

    /// <summary>"Mmm dd hh:mm:ss " (RFC 3164, 4.1.2), in which a blank may be for any first digit.</summary>
    private static int TimestampLength(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> form = "aaa d0 d0:d0:d0 "u8;
        if (text.Length < form.Length)
            return 0;
        for (int i = 0; i < form.Length; i++)
        {
            byte c = text[i];
            bool fits = form[i] switch
            {
                (byte)'a' => char.IsAsciiLetter((char)c),
                (byte)'d' => c == ' ' || char.IsAsciiDigit((char)c),
                (byte)'0' => char.IsAsciiDigit((char)c),
                var other => c == other,
            };
            if (!fits)
                return 0;
        }
        return form.Length;
    }

    /// <summary>"1 TIME HOST APP PROCID MSGID STRUCTURED-DATA MESSAGE"; a negative priority when it isn't that.</summary>
    private static SyslogMessage TryParse5424(ReadOnlySpan<byte> text, int priority)
    {
        var none = new SyslogMessage { Priority = -1 };
        if (!text.StartsWith("1 "u8))
            return none;
        text = text[2..];
        if (!Word(ref text, out var time) || !IsTime(time) || !Word(ref text, out _) || !Word(ref text, out var application)
            || !Word(ref text, out var process) || !Word(ref text, out var id) || !Structured(ref text, out var data))
            return none;
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..]; // says that it is UTF-8 (6.4)
        return new()
        {
            Priority = priority, Timestamp = time, Identifier = application, Pid = process, MessageId = id, StructuredData = data, Message = text,
        };

        static bool Word(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> word)
        {
            int end = text.IndexOf((byte)' ');
            word = end > 0 ? text[..end] : [];
            text = end > 0 ? text[(end + 1)..] : text;
            if (word is [(byte)'-'])
                word = []; // NILVALUE
            return end > 0;
        }

        static bool IsTime(ReadOnlySpan<byte> time) => time.IsEmpty || time.Length > 18 && time[4] == '-' && time[7] == '-' && time[10] == 'T';
    }

    /// <summary>"-", or elements in brackets, in whose quoted values a backslash keeps a quote or a bracket (6.3).</summary>
    private static bool Structured(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> data)
    {
        data = [];
        int at = 0;
        if (text is [(byte)'-', ..])
            at = 1;
        while (at < text.Length && text[at] == '[')
        {
            bool quoted = false;
            for (at++; at < text.Length && (quoted || text[at] != ']'); at++)
                if (text[at] == '\\' && quoted)
                    at++;
                else if (text[at] == '"')
                    quoted = !quoted;
            if (at++ >= text.Length)
                return false;
        }
        if (at == 0 || at < text.Length && text[at] != ' ')
            return false;
        data = text[0] == '[' ? text[..at] : [];
        text = text[Math.Min(at + 1, text.Length)..];
        return true;
    }
}
