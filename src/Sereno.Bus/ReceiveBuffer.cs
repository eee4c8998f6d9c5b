namespace Sereno.Bus;

/// <summary>Bytes that arrived and were not taken yet. It grows with what is really there, never with what a header claims.</summary>
internal sealed class ReceiveBuffer
{
    private const int Chunk = 8 * 1024, KeepAtMost = 64 * 1024;
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, Length);

    /// <summary>Room to receive into.</summary>
    public Span<byte> Free()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_bytes.Length > KeepAtMost)
                _bytes = [];
        }
        if (_bytes.Length - _end < Chunk / 2)
        {
            byte[] target = _bytes.Length - Length < Math.Max(Chunk, Length) ? new byte[Math.Max(2 * Length, Chunk)] : _bytes;
            Bytes.CopyTo(target);
            (_bytes, _start, _end) = (target, 0, Length);
        }
        return _bytes.AsSpan(_end);
    }

    public void Fill(int count) => _end += count;

    /// <summary>A copy: messages outlive the buffer (a reply may be deferred).</summary>
    public byte[] Take(int count)
    {
        byte[] taken = Bytes[..count].ToArray();
        _start += count;
        return taken;
    }
}
