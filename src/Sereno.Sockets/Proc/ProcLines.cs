using Sereno.Linux;

namespace Sereno.Sockets.Proc;

/// <summary>The lines of a text as fgets(3) with a buffer of 8192 bytes gives them, which is what netstat reads with: a longer
/// line comes in pieces. Nothing is allocated but the buffer.</summary>
/// <param name="read">Fills a span and returns how much; 0 at the end.</param>
/// <param name="maxLength">Longest piece of a line.</param>
public sealed class ProcLines(ProcLines.Source read, int maxLength = ProcLines.MaxLength) : IDisposable
{
    public delegate int Source(Span<byte> buffer);

    /// <summary>Longest piece that fgets(3) would give netstat.</summary>
    public const int MaxLength = 8191;

    private readonly byte[] _buffer = new byte[4 * (maxLength + 1)];
    private Fd? _file;
    private int _start, _end;
    private bool _ended;

    /// <summary>The file as it is now, or null and why.</summary>
    public static ProcLines? TryOpen(string path, out int errno, int maxLength = MaxLength)
    {
        var file = Files.TryOpen(path, 0, out errno);
        return file is null ? null : new ProcLines(file.Read, maxLength) { _file = file };
    }

    /// <summary>The next line without its line end; valid until the next call. False at the end.</summary>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_start, Math.Min(_end - _start, maxLength));
            int end = rest.IndexOf((byte)'\n');
            if (end >= 0 || rest.Length == maxLength || _ended)
            {
                line = end >= 0 ? rest[..end] : rest;
                _start += end >= 0 ? end + 1 : rest.Length;
                return end >= 0 || rest.Length > 0;
            }
            Fill();
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int length = read(_buffer.AsSpan(_end));
        _ended = length <= 0;
        _end += Math.Max(0, length);
    }

    public void Dispose() => _file?.Dispose();
}
