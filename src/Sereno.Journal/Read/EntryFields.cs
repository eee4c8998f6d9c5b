namespace Sereno.Journal.Read;

/// <summary>The fields of one entry, read at once into memory that serves for all entries.</summary>
public sealed class EntryFields
{
    private byte[] _bytes = new byte[4096];
    private readonly List<(int Start, int Length)> _fields = [];

    public int Count => _fields.Count;

    /// <summary>FIELD=value, in the entry's order.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_fields[index].Start, _fields[index].Length);

    /// <summary>What can't be read is left out.</summary>
    public bool Load(JournalFile file, ulong entry)
    {
        _fields.Clear();
        if (!file.TryEntry(entry, out _, out int items))
            return false;
        int end = 0;
        for (int i = 0; i < items; i++)
        {
            if (file.ItemAt(entry, i) is not (> 0 and var offset) || !file.TryData(offset, out var data) || !file.TryPayload(data, out var payload))
                continue;
            if (payload.Length > _bytes.Length - end)
                Array.Resize(ref _bytes, Math.Max(end + payload.Length, (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
            payload.CopyTo(_bytes.AsSpan(end));
            _fields.Add((end, payload.Length));
            end += payload.Length;
        }
        return true;
    }

    /// <summary>The first value of a field.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var (start, length) in _fields)
            if (length > name.Length && _bytes[start + name.Length] == (byte)'=' && _bytes.AsSpan(start, name.Length).SequenceEqual(name))
            {
                value = _bytes.AsSpan(start + name.Length + 1, length - name.Length - 1);
                return true;
            }
        value = default;
        return false;
    }
}
