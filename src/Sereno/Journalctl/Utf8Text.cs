using System.Buffers;
using System.Text;

namespace Sereno.Journalctl;

/// <summary>What of a field's bytes a terminal may get.</summary>
internal static class Utf8Text
{
    /// <summary>Valid UTF-8 without control characters; a tab is none.</summary>
    public static bool IsPrintable(ReadOnlySpan<byte> text, bool newlines = true)
    {
        int plain = text.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        if (plain < 0)
            return true;
        for (text = text[plain..]; !text.IsEmpty;)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out int length) != OperationStatus.Done)
                return false;
            int c = rune.Value;
            if ((c < ' ' && c is not ('\t' or '\n')) || c is >= 0x7F and <= 0x9F || (c == '\n' && !newlines) || c is >= 0xFDD0 and <= 0xFDEF || (c & 0xFFFE) == 0xFFFE)
                return false;
            text = text[length..];
        }
        return true;
    }

    /// <summary>Whether a name is one that journald takes.</summary>
    public static bool IsFieldName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > 64 || name[0] is >= (byte)'0' and <= (byte)'9')
            return false;
        foreach (byte b in name)
            if (b is not ((byte)'_' or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9')))
                return false;
        return true;
    }
}
