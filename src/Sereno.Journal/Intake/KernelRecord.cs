using System.Buffers.Text;
using Sereno.Journal.Format;

namespace Sereno.Journal.Intake;

/// <summary>A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): "priority,sequence,microseconds,flags;text", then lines " NAME=value".</summary>
public readonly ref struct KernelRecord
{
    private const int MaxFields = 64;

    public int Priority { get; private init; }
    public ulong Sequence { get; private init; }
    /// <summary>Microseconds since boot.</summary>
    public ulong Monotonic { get; private init; }
    private ReadOnlySpan<byte> Text { get; init; }
    private ReadOnlySpan<byte> Device { get; init; }

    /// <summary>False for anything that the kernel doesn't write.</summary>
    public static bool TryParse(ReadOnlySpan<byte> record, out KernelRecord parsed)
    {
        parsed = default;
        int head = record.IndexOf((byte)';'), end = record.IndexOf((byte)'\n');
        if (head < 0 || end < head || !Number(ref record, out ulong priority) || priority > 999 || !Number(ref record, out ulong sequence)
            || !Utf8Parser.TryParse(record, out ulong time, out int digits) || record[digits] is not ((byte)',' or (byte)';'))
            return false;
        record = record[(record.IndexOf((byte)';') + 1)..];
        end = record.IndexOf((byte)'\n');
        parsed = new() { Priority = (int)priority, Sequence = sequence, Monotonic = time, Text = record[..end], Device = record[(end + 1)..] };
        return true;

        static bool Number(scoped ref ReadOnlySpan<byte> text, out ulong number)
        {
            if (!Utf8Parser.TryParse(text, out number, out int n) || n >= text.Length || text[n] != ',')
                return false;
            text = text[(n + 1)..];
            return true;
        }
    }

    /// <param name="deviceFields">Adds what udev knows of a device ("b8:0", "+pci:...").</param>
    public void AddTo(FieldBuffer fields, Action<string, FieldBuffer> deviceFields)
    {
        Span<byte> plain = new byte[Math.Max(Text.Length, Device.Length)];
        int count = 0;
        foreach (var range in Device.Split((byte)'\n'))
        {
            var line = Device[range];
            if (line is not [(byte)' ', ..] || count++ == MaxFields)
                break;
            int n = Unescape(line[1..], plain);
            var field = plain[..n];
            int equals = field.IndexOf((byte)'=');
            if (equals < 0 || !FieldName.IsValid(field[..equals]))
                continue;
            fields.Add("_KERNEL_"u8, field);
            if (field.StartsWith("DEVICE="u8))
                deviceFields(System.Text.Encoding.UTF8.GetString(field[7..]), fields);
        }
        fields.Add("_SOURCE_MONOTONIC_TIMESTAMP="u8, Monotonic);
        fields.Add("_TRANSPORT=kernel"u8);
        fields.Add("PRIORITY="u8, (ulong)(Priority & SyslogPriority.LevelMask));
        fields.Add("SYSLOG_FACILITY="u8, (ulong)Priority >> 3);
        var text = Text;
        if (Priority >> 3 == 0)
            fields.Add("SYSLOG_IDENTIFIER=kernel"u8);
        else
        {
            SyslogMessage.TakeIdentifier(ref text, out var identifier, out var pid);
            fields.AddSome("SYSLOG_IDENTIFIER="u8, identifier);
            fields.AddSome("SYSLOG_PID="u8, pid);
        }
        fields.Add("MESSAGE="u8, plain[..Unescape(text, plain)]);
    }

    /// <summary>The kernel writes what isn't printable, and the backslash, as \xNN.</summary>
    private static int Unescape(ReadOnlySpan<byte> text, Span<byte> into)
    {
        int n = 0;
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] == 'x' && Utf8Parser.TryParse(text.Slice(i + 2, 2), out byte value, out int used, 'x') && used == 2)
            {
                into[n++] = value;
                i += 3;
            }
            else
                into[n++] = text[i];
        return n;
    }
}
