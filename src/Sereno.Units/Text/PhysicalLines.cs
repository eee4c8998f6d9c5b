namespace Sereno.Units.Text;

/// <summary>
/// A file's lines as systemd cuts them: LF, CR and NUL each end a line, and one of each kind in a row
/// (CR LF, LF CR, LF NUL) counts as a single end.
/// </summary>
internal ref struct PhysicalLines(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    /// <summary>Where the line that <see cref="MoveNext"/> found begins, in bytes.</summary>
    public int Start { get; private set; }
    public ReadOnlySpan<byte> Current { get; private set; }

    public bool MoveNext()
    {
        if (_at >= _text.Length)
            return false;
        Start = _at;
        int length = _text[_at..].IndexOfAny((byte)'\n', (byte)'\r', (byte)0);
        if (length < 0)
        {
            Current = _text[_at..];
            _at = _text.Length;
            return true;
        }
        Current = _text.Slice(_at, length);
        _at += length;
        for (int seen = 0; _at < _text.Length && (seen & 4) == 0; _at++)
        {
            int kind = _text[_at] switch { (byte)'\n' => 1, (byte)'\r' => 2, 0 => 4, _ => 0 };
            if (kind == 0 || (seen & kind) != 0)
                break;
            seen |= kind;
        }
        return true;
    }
}
