using System.Buffers.Text;
using System.Text;
using Sereno.Linux;

namespace Sereno.Journalctl;

/// <summary>All that is printed, on its way to standard output (or wherever it shall go) in large pieces.</summary>
internal sealed class OutputBuffer(Stream to)
{
    private const int Enough = 32 * 1024;
    private byte[] _bytes = new byte[Enough + 8 * 1024];
    private int _length;

    /// <summary>Nobody reads it any more.</summary>
    public bool IsUnread => to is DescriptorStream { IsUnread: true };

    public void Write(ReadOnlySpan<byte> text)
    {
        if (text.Length > _bytes.Length - _length)
        {
            Flush();
            if (text.Length > _bytes.Length)
            {
                to.Write(text);
                return;
            }
        }
        text.CopyTo(_bytes.AsSpan(_length));
        _length += text.Length;
    }

    public void Write(byte letter) => Write([letter]);

    public void Write(string text)
    {
        Span<byte> small = stackalloc byte[256];
        Write(text.Length <= 64 ? small[..Encoding.UTF8.GetBytes(text, small)] : Encoding.UTF8.GetBytes(text));
    }

    public void Write(ulong number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out int length);
        Write(digits[..length]);
    }

    /// <summary>At least so wide, filled up before it.</summary>
    public void Write(ulong number, int width, byte fill)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out int length);
        Repeat(fill, width - length);
        Write(digits[..length]);
    }

    public void WriteHex(ulong number)
    {
        Span<byte> digits = stackalloc byte[16];
        Utf8Formatter.TryFormat(number, digits, out int length, 'x');
        Write(digits[..length]);
    }

    public void Repeat(byte letter, int count)
    {
        for (; count > 0; count--)
            Write([letter]);
    }

    /// <summary>Between entries: writes what has gathered when it is much.</summary>
    public void EndEntry()
    {
        if (_length >= Enough)
            Flush();
    }

    public void Flush()
    {
        to.Write(_bytes.AsSpan(0, _length));
        _length = 0;
    }
}
