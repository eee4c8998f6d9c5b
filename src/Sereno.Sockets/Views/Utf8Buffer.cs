using System.Runtime.CompilerServices;
using System.Text;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>A growing buffer of UTF-8 text: numbers and addresses are written into it without strings between.</summary>
public sealed class Utf8Buffer(int capacity = 64 * 1024)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public Span<byte> this[Range range] => _bytes.AsSpan(0, Length)[range];

    /// <summary>Bytes that are written already. A Range takes longer to make than to use where there are cells by the million.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> At(int start, int length) => _bytes.AsSpan(start, length);

    public void Clear() => Length = 0;

    /// <summary>Drops what is after <paramref name="length"/>.</summary>
    public void Cut(int length) => Length = Math.Min(Length, length);

    public void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
    }

    /// <summary>One ASCII character. (Not a byte: those are numbers.)</summary>
    public void Append(char ascii)
    {
        Reserve(1)[0] = (byte)ascii;
        Length++;
    }

    public void Append(string text)
    {
        Length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
    }

    public void Append(long number)
    {
        number.TryFormat(Reserve(20), out int length);
        Length += length;
    }

    public void Append(ulong number)
    {
        number.TryFormat(Reserve(20), out int length);
        Length += length;
    }

    public void AppendHex(ulong number)
    {
        number.TryFormat(Reserve(16), out int length, "x");
        Length += length;
    }

    public void Append(in InetAddress address) => Length += address.Format(Reserve(InetAddress.MaxTextLength));

    /// <summary>Hexadecimal with at least so many digits: printf's %08x.</summary>
    public void AppendHex(ulong number, int digits)
    {
        for (int i = digits - 1; i > 0 && number >> (4 * i) == 0; i--)
            Append('0');
        AppendHex(number);
    }

    /// <summary>printf's %#x, which has no 0x before a zero.</summary>
    public void AppendHexMarked(ulong number)
    {
        if (number != 0)
            Append("0x"u8);
        AppendHex(number);
    }

    public void AppendSpaces(int count)
    {
        if (count <= 0)
            return;
        Reserve(count)[..count].Fill((byte)' ');
        Length += count;
    }

    /// <summary>Fills with spaces from <paramref name="start"/> to at least <paramref name="width"/> bytes: printf's %-*s.</summary>
    public void PadFrom(int start, int width) => AppendSpaces(start + width - Length);

    /// <summary>printf's %*d.</summary>
    public void AppendRight(long number, int width)
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out int length);
        AppendSpaces(width - length);
        Append(digits[..length]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int length)
    {
        if (Length + length > _bytes.Length)
            Grow(length);
        return _bytes.AsSpan(Length);
    }

    private void Grow(int length) => Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + length));
}
