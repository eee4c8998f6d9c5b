using System.Buffers;

namespace Sereno.Journalctl;

/// <summary>Tabs become spaces; colours and links that a program wrote for a terminal, and carriage returns at the end of lines, go.</summary>
internal static class TerminalNoise
{
    private const byte Escape = 0x1B;
    private static readonly SearchValues<byte> s_noise = SearchValues.Create("\t\r\e"u8);

    /// <param name="buffer">Where the text goes when it isn't what it was.</param>
    /// <param name="mark">A part of the text, moved with it.</param>
    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> text, ref byte[] buffer, scoped ref (int From, int To) mark)
    {
        int first = text.IndexOfAny(s_noise);
        if (first < 0)
            return text;
        if (buffer.Length < 8 * text.Length)
            buffer = new byte[8 * text.Length];
        text[..first].CopyTo(buffer);
        int length = first, returns = 0, from = 0, to = 0;
        for (int i = first; i < text.Length; i++)
        {
            byte b = text[i];
            if (b == '\r')
            {
                returns++;
                continue;
            }
            for (returns = b == '\n' ? 0 : returns; returns > 0; returns--)
                buffer[length++] = (byte)'\r';
            if (b == '\t')
            {
                buffer.AsSpan(length, 8).Fill((byte)' ');
                length += 8;
                Shift(i, 7, mark, ref from, ref to);
            }
            else if (b == Escape && Sequence(text[i..]) is > 0 and var sequence)
                i += sequence - 1;
            else
            {
                buffer[length++] = b;
                if (b != Escape)
                    continue;
                // journalctl moves its highlight so, though nothing is inserted.
                Shift(i + Broken(text[i..]), text.Length > i + 1 && text[i + 1] is (byte)'[' or (byte)']' ? 2 : 1, mark, ref from, ref to);
                if (i + 1 < text.Length && text[i + 1] is not ((byte)'[' or (byte)']'))
                    buffer[length++] = text[++i];
            }
        }
        mark = (mark.From + from, mark.To + to);
        return buffer.AsSpan(0, length);
    }

    private static void Shift(int at, int by, (int From, int To) mark, ref int from, ref int to)
    {
        from += at < mark.From ? by : 0;
        to += at < mark.To ? by : 0;
    }

    /// <summary>How long a sequence is that goes: ESC [ 0-9 ; m, or ESC ] printable BEL. 0 for another.</summary>
    private static int Sequence(ReadOnlySpan<byte> text)
    {
        int end = Broken(text);
        return end < text.Length && text.Length > 1 && (text[1] == '[' ? text[end] == 'm' : text[1] == ']' && text[end] == 7) ? end + 1 : 0;
    }

    /// <summary>Where a sequence ends, or stops to be one.</summary>
    private static int Broken(ReadOnlySpan<byte> text)
    {
        int i = 2;
        if (text.Length > 1 && text[1] == '[')
            while (i < text.Length && text[i] is (>= (byte)'0' and <= (byte)'9') or (byte)';')
                i++;
        else if (text.Length > 1 && text[1] == ']')
            while (i < text.Length && text[i] is >= 32 and <= 126)
                i++;
        else
            i = 1;
        return Math.Min(i, text.Length);
    }
}
