using System.Text;
using System.Text.Unicode;

namespace Sereno.Units.Text;

public enum LineKind
{
    Section, Assignment,
    /// <summary>No '='; a key is missing before it; both are skipped with a warning.</summary>
    MissingEquals, MissingKey,
    /// <summary>Those below end the reading of the file (EBADMSG, EINVAL, ENOBUFS).</summary>
    InvalidHeader, UnsafeHeader, NotUtf8, TooLong,
}

/// <summary>Bytes [Start, End) of the file, continuation lines included.</summary>
public readonly record struct TextSpan(int Start, int End);

/// <summary>One logical line: <c>Key</c> is the section's name for a header, <c>Value</c> the whole line for what is broken.</summary>
public readonly record struct UnitLine(LineKind Kind, int Line, string Key, string Value, TextSpan Span)
{
    public bool IsFatal => Kind >= LineKind.InvalidHeader;
}

/// <summary>The syntax of unit files (systemd.syntax(7)): bytes to logical lines, without any meaning yet.</summary>
public static class UnitText
{
    /// <summary>LONG_LINE_MAX: no line, continued or not, may be longer (bytes).</summary>
    public const int LongestLine = 1024 * 1024;

    private const string Whitespace = " \t\n\r";

    public static List<UnitLine> Parse(ReadOnlySpan<byte> file)
    {
        var result = new List<UnitLine>();
        var lines = new PhysicalLines(file);
        var continued = new List<byte>();
        bool continuing = false, bomSeen = false;
        bool escaped = false;
        int number = 0, start = 0;
        while (lines.MoveNext())
        {
            var line = lines.Current;
            if (line.Length >= LongestLine)
            {
                result.Add(new(LineKind.TooLong, number, "", "", new(lines.Start, lines.Start + line.Length)));
                return result;
            }
            number++;
            // A comment is a comment wherever it stands, between continuation lines too.
            var trimmed = line.TrimStart(" \t\n\r"u8);
            if (!trimmed.IsEmpty && trimmed[0] is (byte)'#' or (byte)';' && !trimmed.IsEmpty)
                continue;
            if (!bomSeen && line.StartsWith("\uFEFF"u8))
            {
                line = line[3..];
                bomSeen = true;
            }
            if (!continuing)
            {
                continued.Clear();
                start = lines.Start;
            }
            else if (continued.Count + line.Length > LongestLine)
            {
                result.Add(new(LineKind.TooLong, number, "", "", new(start, lines.Start + line.Length)));
                return result;
            }
            // Each part of a continued line ends in the blank that replaced its backslash, so it starts unescaped.
            escaped = false;
            for (int i = 0; i < line.Length; i++)
                escaped = !escaped && line[i] == '\\';
            continued.AddRange(line);
            if (escaped)
            {
                continued[^1] = (byte)' ';
                continuing = true;
                continue;
            }
            continuing = false;
            if (Add(result, continued, number, new(start, lines.Start + line.Length)))
                return result;
        }
        if (continuing)
            Add(result, continued, number, new(start, file.Length)); // a backslash on the last line continues nothing
        return result;
    }

    private static bool Add(List<UnitLine> result, List<byte> bytes, int number, TextSpan span)
    {
        var raw = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes).Trim(" \t\n\r"u8);
        if (raw.IsEmpty)
            return false;
        if (!Utf8.IsValid(raw))
        {
            result.Add(new(LineKind.NotUtf8, number, "", Encoding.UTF8.GetString(raw), span));
            return true;
        }
        string line = Encoding.UTF8.GetString(raw);
        result.Add(Classify(line, number, span));
        return result[^1].IsFatal;
    }

    private static UnitLine Classify(string line, int number, TextSpan span)
    {
        if (line[0] == '[')
        {
            if (line[^1] != ']')
                return new(LineKind.InvalidHeader, number, "", line, span);
            string name = line.Length > 1 ? line[1..^1] : "";
            return IsSafe(name) ? new(LineKind.Section, number, name, line, span)
                                : new(LineKind.UnsafeHeader, number, "", line, span);
        }
        int equals = line.IndexOf('=');
        return equals switch
        {
            < 0 => new(LineKind.MissingEquals, number, "", line, span),
            0 => new(LineKind.MissingKey, number, "", line, span),
            _ => new(LineKind.Assignment, number, line[..equals].Trim(Whitespace.ToCharArray()),
                     line[(equals + 1)..].Trim(Whitespace.ToCharArray()), span),
        };
    }

    /// <summary>No control characters, quotes or backslashes.</summary>
    internal static bool IsSafe(string text)
    {
        foreach (char c in text)
            if (c is < ' ' or '\x7f' or '"' or '\\' or '\'')
                return false;
        return true;
    }
}
