namespace Sereno.Sockets.Wire;

/// <summary>Bytes that came with sockets and are decoded only when somebody looks, one after another in one growing array.</summary>
public sealed class ByteArena
{
    private byte[] _bytes = [];
    private int _end;

    /// <summary>Keeps a copy; returns where it is, never 0: that stands for nothing kept.</summary>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        int needed = _end + 4 + bytes.Length;
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, Math.Max(4096, 2 * _bytes.Length)));
        BitConverter.TryWriteBytes(_bytes.AsSpan(_end), bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end + 4));
        int at = _end + 1;
        _end = needed;
        return at;
    }

    /// <summary>What <see cref="Add"/> kept there; empty for 0.</summary>
    public ReadOnlySpan<byte> this[int at] => Memory(at).Span;

    /// <summary>The same as memory: it stays what it is when the arena grows.</summary>
    public ReadOnlyMemory<byte> Memory(int at) =>
        at == 0 ? default : _bytes.AsMemory(at + 3, BitConverter.ToInt32(_bytes, at - 1));

    /// <summary>Forgets everything. Memory given out before must not be read any more.</summary>
    public void Clear() => _end = 0;
}
