using System.Buffers.Text;

namespace Sereno.Journal.Intake;

/// <summary>The fields of one entry, as NAME=value one after the other, in memory that is used again for the next.</summary>
public sealed class FieldBuffer
{
    /// <summary>What a large message needed isn't kept.</summary>
    private const int KeptSize = 64 * 1024;

    private readonly List<(int Start, int Length)> _fields = new(32);
    private byte[] _bytes = new byte[2048];
    private int _length;

    public int Count => _fields.Count;

    /// <summary>Bytes of all.</summary>
    public int Length => _length;

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_fields[index].Start, _fields[index].Length);

    public void Clear()
    {
        _fields.Clear();
        _length = 0;
        if (_bytes.Length > KeptSize)
            _bytes = new byte[2048];
    }

    /// <param name="field">NAME=value; nothing at all is left out.</param>
    public void Add(ReadOnlySpan<byte> field)
    {
        if (!field.IsEmpty)
            Add(field, []);
    }

    /// <param name="name">With its "=".</param>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int length = name.Length + value.Length;
        if (_bytes.Length - _length < length)
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + length));
        name.CopyTo(_bytes.AsSpan(_length));
        value.CopyTo(_bytes.AsSpan(_length + name.Length));
        _fields.Add((_length, length));
        _length += length;
    }

    /// <summary>The same where there is a value.</summary>
    public void AddSome(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            Add(name, value);
    }

    public void Add(ReadOnlySpan<byte> name, ulong value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int n);
        Add(name, digits[..n]);
    }

    /// <summary>The value of the last field of a name; empty when there is none.</summary>
    /// <param name="name">With its "=".</param>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> name)
    {
        for (int i = Count - 1; i >= 0; i--)
            if (this[i].StartsWith(name))
                return this[i][name.Length..];
        return [];
    }

    /// <summary>Drops those from <paramref name="count"/> on.</summary>
    public void Shorten(int count)
    {
        if (count >= _fields.Count)
            return;
        _length = _fields[count].Start;
        _fields.RemoveRange(count, _fields.Count - count);
    }
}
