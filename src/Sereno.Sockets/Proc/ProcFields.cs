using System.Buffers.Text;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Proc;

/// <summary>The fields of one line of /proc/net, between blanks. A field that isn't what it should be makes it <see cref="Malformed"/>,
/// and every later number 0.</summary>
internal ref struct ProcFields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;

    public bool Malformed { get; private set; }

    /// <summary>How many fields were read.</summary>
    public int Count { get; private set; }

    /// <summary>What hasn't been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool AtEnd => _rest.TrimStart(" \t"u8).IsEmpty;

    /// <summary>The next field; empty at the end of the line.</summary>
    public ReadOnlySpan<byte> Next()
    {
        _rest = _rest.TrimStart(" \t"u8);
        int end = _rest.IndexOfAny(" \t"u8);
        return Take(end < 0 ? _rest.Length : end, skip: 0);
    }

    /// <summary>What is before the next <paramref name="mark"/>, which must come in this field; the mark is skipped.</summary>
    public ReadOnlySpan<byte> Before(char mark)
    {
        _rest = _rest.TrimStart(" \t"u8);
        int end = _rest.IndexOf((byte)mark);
        if (end >= 0 && _rest[..end].IndexOfAny(" \t"u8) < 0)
            return Take(end, skip: 1);
        Malformed = true;
        return default;
    }

    public ulong Hex(ReadOnlySpan<byte> field) => Number(field, 'x');

    public ulong Decimal(ReadOnlySpan<byte> field) => Number(field, 'D');

    /// <summary>The kernel prints some unsigned numbers as signed ones: -1 is accepted and wraps.</summary>
    public uint Signed(ReadOnlySpan<byte> field) =>
        field.Length > 0 && field[0] == (byte)'-' ? (uint)-(long)Number(field[1..], 'D') : (uint)Number(field, 'D');

    /// <summary>An IPv6 address as 32 hexadecimal digits in network order.</summary>
    public InetAddress Address6(ReadOnlySpan<byte> field)
    {
        Malformed |= field.Length != 32;
        return Malformed ? default : new(false, Hex(field[..16]), Hex(field[16..]));
    }

    private ulong Number(ReadOnlySpan<byte> field, char format)
    {
        if (!Malformed && Utf8Parser.TryParse(field, out ulong number, out int used, format) && used == field.Length)
            return number;
        Malformed = true;
        return 0;
    }

    private ReadOnlySpan<byte> Take(int length, int skip)
    {
        var field = _rest[..length];
        _rest = _rest[(length + skip)..];
        Count++;
        Malformed |= length == 0;
        return field;
    }
}
