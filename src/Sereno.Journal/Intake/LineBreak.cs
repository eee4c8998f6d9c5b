namespace Sereno.Journal.Intake;

/// <summary>What ended a line of a stream; all but a newline are told in _LINE_BREAK= (systemd.journal-fields(7)).</summary>
public enum LineBreak
{
    Newline,
    Nul,
    LineMax,
    Eof,
    PidChange,
}

/// <summary>Bytes of a stream to lines, as journald cuts them.</summary>
public static class Lines
{
    /// <summary>LineMax= (journald.conf(5)): its default, and what is allowed here.</summary>
    public const int DefaultMax = 48 * 1024, LeastMax = 79, MostMax = 1024 * 1024;

    /// <summary>Takes the first line off.</summary>
    /// <returns>False when its end isn't there yet.</returns>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, int lineMax, out ReadOnlySpan<byte> line, out LineBreak how)
    {
        var within = bytes[..Math.Min(bytes.Length, lineMax)];
        int end = within.IndexOfAny((byte)'\n', (byte)0);
        line = end < 0 ? within : bytes[..end];
        how = end < 0 ? LineBreak.LineMax : bytes[end] == 0 ? LineBreak.Nul : LineBreak.Newline;
        if (end < 0 && bytes.Length < lineMax)
            return false;
        bytes = bytes[(end < 0 ? lineMax : end + 1)..];
        return true;
    }

    /// <summary>_LINE_BREAK= with its value; empty after a newline.</summary>
    public static ReadOnlySpan<byte> FieldOf(LineBreak how) => how switch
    {
        LineBreak.Nul => "_LINE_BREAK=nul"u8,
        LineBreak.LineMax => "_LINE_BREAK=line-max"u8,
        LineBreak.Eof => "_LINE_BREAK=eof"u8,
        LineBreak.PidChange => "_LINE_BREAK=pid-change"u8,
        LineBreak.Newline => [],
    };
}
