using System.Buffers.Binary;
using Sereno.Journal.Format;

namespace Sereno.Journal.Intake;

/// <summary>Entries of the native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): lines of NAME=value, or NAME, a length and bytes.</summary>
public static class NativeMessage
{
    public const int MaxFields = 1024, MaxField = 768 << 20, MaxEntry = 770 << 20;

    public enum Outcome
    {
        /// <summary>An entry's fields are there; more may follow.</summary>
        Entry,
        /// <summary>Nothing, as between two separators.</summary>
        Empty,
        /// <summary>It lies about its length, or exceeds a limit: what was read of this entry counts or not, and the rest can't be read.</summary>
        Refused,
    }

    /// <summary>Reads one entry and takes it off. Fields with names that aren't for everybody to give are left out.</summary>
    public static Outcome Take(scoped ref ReadOnlySpan<byte> message, FieldBuffer fields)
    {
        int first = fields.Count;
        long size = 0;
        while (!message.IsEmpty)
        {
            int end = message.IndexOf((byte)'\n');
            if (end < 0)
            {
                message = []; // noise; what came before it counts
                break;
            }
            if (end == 0)
            {
                message = message[1..];
                break;
            }
            if (message[0] is (byte)'.' or (byte)'#')
            {
                message = message[(end + 1)..];
                continue;
            }
            if (fields.Count - first > MaxFields)
                return Refuse(ref message, fields, first);
            int equals = message[..end].IndexOf((byte)'=');
            var name = message[..(equals < 0 ? end : equals)];
            ReadOnlySpan<byte> value;
            if (equals >= 0)
            {
                value = message[(equals + 1)..end];
                message = message[(end + 1)..];
            }
            else if (!TryBinary(message[(end + 1)..], out value, out bool tooLarge))
            {
                if (tooLarge)
                    return Refuse(ref message, fields, first);
                message = [];
                break;
            }
            else
                message = message[(end + 1 + 8 + value.Length + 1)..];
            size += name.Length + 1 + value.Length;
            if (value.Length > MaxField || size + fields.Count - first > MaxEntry)
                return Refuse(ref message, fields, first);
            if (FieldName.IsValidFromClients(name))
                Add(fields, name, value);
        }
        return fields.Count > first ? Outcome.Entry : message.IsEmpty ? Outcome.Refused : Outcome.Empty;
    }

    /// <summary>PRIORITY= and SYSLOG_FACILITY= as one number; info where they don't say.</summary>
    public static int PriorityOf(FieldBuffer fields)
    {
        int priority = fields.Find("PRIORITY="u8) is [>= (byte)'0' and <= (byte)'9' and var level] ? level - '0' : SyslogPriority.Info;
        int facility = fields.Find("SYSLOG_FACILITY="u8) switch
        {
            [>= (byte)'0' and <= (byte)'9' and var a] => a - '0',
            [>= (byte)'0' and <= (byte)'9' and var a, >= (byte)'0' and <= (byte)'9' and var b] => (a - '0') * 10 + b - '0',
            _ => 0,
        };
        return priority | facility << 3;
    }

    private static void Add(FieldBuffer fields, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Span<byte> withEquals = stackalloc byte[name.Length + 1];
        name.CopyTo(withEquals);
        withEquals[^1] = (byte)'=';
        fields.Add(withEquals, value);
    }

    private static Outcome Refuse(scoped ref ReadOnlySpan<byte> message, FieldBuffer fields, int first)
    {
        message = [];
        fields.Shorten(first);
        return Outcome.Refused;
    }

    private static bool TryBinary(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> value, out bool tooLarge)
    {
        value = [];
        tooLarge = false;
        if (rest.Length < 9)
            return false;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        tooLarge = length > MaxField;
        if (tooLarge || length > (ulong)(rest.Length - 9) || rest[8 + (int)length] != '\n')
            return false;
        value = rest.Slice(8, (int)length);
        return true;
    }
}
