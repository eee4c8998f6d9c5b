namespace Sereno.Journal.Read;

public sealed partial class JournalSet
{
    /// <summary>Each value that a field has in any file, once, with the name before it; good until the next one.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Values(string field)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes(field), prefix = [.. name, (byte)'='];
        byte[] copy = [];
        for (int i = 0; i < _members.Count; i++)
        {
            var file = _members[i].File;
            // From the last one back to the first.
            ulong before = ulong.MaxValue;
            for (ulong at = file.TryFindField(name, out var found) ? found.HeadDataOffset : 0; at != 0 && at < before;)
            {
                if (!file.TryData(at, out var data))
                    break;
                (before, at) = (at, data.Object.NextFieldOffset);
                if (!file.TryPayload(data, out var payload) || !payload.StartsWith(prefix))
                    continue;
                if (copy.Length < payload.Length)
                    copy = new byte[2 * payload.Length];
                payload.CopyTo(copy);
                var value = copy.AsMemory(0, payload.Length);
                if (!IsInEarlier(i, value.Span))
                    yield return value;
            }
        }
    }

    /// <summary>Each field's name that is in any file, once.</summary>
    public IEnumerable<string> Fields()
    {
        for (int i = 0; i < _members.Count; i++)
            foreach (byte[] name in _members[i].File.FieldNames())
                if (!_members.Take(i).Any(m => m.File.TryFindField(name, out _)))
                    yield return System.Text.Encoding.Latin1.GetString(name);
    }

    /// <summary>Whether any file has it.</summary>
    /// <param name="value">With the name before it.</param>
    public bool Has(ReadOnlySpan<byte> value) => IsInEarlier(_members.Count, value);

    private bool IsInEarlier(int count, ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < count; i++)
            if (_members[i].File.TryFind(value, out _))
                return true;
        return false;
    }
}

public sealed partial class JournalFile
{
    /// <summary>Each value of a field that has few, with the name before it, and how many entries have it.</summary>
    internal IEnumerable<(byte[] Value, ulong Entries)> ValuesOf(byte[] name)
    {
        ulong before = ulong.MaxValue;
        for (ulong at = TryFindField(name, out var field) ? field.HeadDataOffset : 0; at != 0 && at < before && TryData(at, out var data);)
        {
            (before, at) = (at, data.Object.NextFieldOffset);
            if (TryPayload(data, out var payload))
                yield return (payload.ToArray(), data.Object.EntryCount);
        }
    }
}
