using System.Text;

namespace Sereno.Journalctl;

/// <summary>A line that doesn't fit, shortened as systemd does it.</summary>
internal static class Ellipsis
{
    /// <param name="columns">How many there are; at least 3.</param>
    /// <param name="percent">Where the dots are.</param>
    public static void Write(OutputBuffer to, ReadOnlySpan<byte> text, int columns, int percent, bool isUtf8)
    {
        if (Ascii.IsValid(text) && !text.Contains((byte)0))
            WriteAscii(to, text, columns, percent, isUtf8);
        else if (TryCut(text, columns, percent, out int head, out int tail))
        {
            to.Write(text[..head]);
            to.Write("…"u8);
            to.Write(text[tail..]);
        }
        else
            to.Write(text);
    }

    private static void WriteAscii(OutputBuffer to, ReadOnlySpan<byte> text, int columns, int percent, bool isUtf8)
    {
        if (text.Length <= columns)
        {
            to.Write(text);
            return;
        }
        int dots = isUtf8 ? 1 : 3, head = ((columns - dots) * percent + 50) / 100;
        to.Write(text[..head]);
        to.Write(isUtf8 ? "…"u8 : "..."u8);
        to.Write(text[^(columns - head - dots)..]);
    }

    /// <summary>Where the middle that goes begins and ends.</summary>
    private static bool TryCut(ReadOnlySpan<byte> text, int columns, int percent, out int head, out int tail)
    {
        int wanted = (columns - 1) * percent / 100, used = 0, length;
        (head, tail) = (0, text.Length);
        for (; head < text.Length; head += length)
        {
            if (Rune.DecodeFromUtf8(text[head..], out var rune, out length) != System.Buffers.OperationStatus.Done)
                return false;
            if (used + Width(rune) > wanted)
                break;
            used += Width(rune);
        }
        for (; tail > head; tail -= length)
        {
            if (Rune.DecodeLastFromUtf8(text[..tail], out var rune, out length) != System.Buffers.OperationStatus.Done)
                return false;
            if (used + Width(rune) > columns)
                break;
            used += Width(rune);
        }
        if (head == tail)
            return false;
        // Room for the dots.
        if (tail < text.Length)
        {
            Rune.DecodeFromUtf8(text[tail..], out _, out length);
            tail += length;
        }
        else if (head > 0)
        {
            Rune.DecodeLastFromUtf8(text[..head], out _, out length);
            head -= length;
        }
        return true;
    }

    /// <summary>Columns on a terminal: two for what Unicode calls wide.</summary>
    private static int Width(Rune rune) => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0x33FF)
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xA000 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F900 and <= 0x1F9FF)
        or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1;
}
