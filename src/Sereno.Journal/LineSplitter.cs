namespace Sereno.Journal;

/// <summary>Bytes of a stream to lines, of at most LineMax= bytes (journald.conf(5)); longer ones are cut.</summary>
public sealed class LineSplitter
{
    public const int LineMax = 48 * 1024;

    private byte[] _partial = [];
    private int _length;
    private bool _continues;

    /// <param name="continues">The line before was cut here: this is the rest of it.</param>
    public delegate void Line(ReadOnlySpan<byte> line, bool continues);

    public void Add(ReadOnlySpan<byte> bytes, Line line)
    {
        while (bytes.Length > 0)
        {
            int room = LineMax - _length;
            int newline = bytes[..Math.Min(bytes.Length, room + 1)].IndexOf((byte)'\n');
            if (newline < 0 && bytes.Length <= room)
            {
                Keep(bytes);
                return;
            }
            int take = newline >= 0 ? newline : room;
            Emit(bytes[..take], line);
            _continues = newline < 0;
            bytes = bytes[(newline >= 0 ? newline + 1 : take)..];
        }
    }

    /// <summary>End of the stream: a last line without its newline counts.</summary>
    public void Finish(Line line)
    {
        if (_length > 0)
            Emit([], line);
        _continues = false;
    }

    private void Emit(ReadOnlySpan<byte> rest, Line line)
    {
        if (_length == 0)
        {
            line(rest, _continues);
            return;
        }
        Keep(rest);
        line(_partial.AsSpan(0, _length), _continues);
        (_partial, _length) = ([], 0); // most streams are quiet, and shall cost nothing
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_partial.Length < _length + bytes.Length)
            Array.Resize(ref _partial, Math.Min(LineMax, Math.Max(256, 2 * (_length + bytes.Length))));
        bytes.CopyTo(_partial.AsSpan(_length));
        _length += bytes.Length;
    }
}
