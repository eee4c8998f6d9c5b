using Sereno.Journal.Format;
using Sereno.Units.Values;

namespace Sereno.Journal.Read;

public sealed partial class JournalFile
{
    // journald begins a new file long before; a longer chain was made to be slow.
    private const int DeepestChain = 100_000;

    /// <summary>Of a field's value or name in this file's hash tables.</summary>
    internal ulong Hash(ReadOnlySpan<byte> payload) => HasKeyedHash ? SipHash.Hash(payload, _header.FileId) : JenkinsHash.Hash(payload);

    /// <param name="payload">FIELD=value, in memory of the caller's.</param>
    internal bool TryFind(ReadOnlySpan<byte> payload, out DataRef found)
    {
        ulong hash = Hash(payload), previous = 0;
        for (ulong offset = HeadOf(_header.DataHashTableOffset, _header.DataHashTableSize, hash), depth = 0; offset > previous && depth < DeepestChain; depth++)
        {
            if (!TryData(offset, out found))
                return false;
            if (found.Object.Hash == hash && (found.IsCompressed || found.Length == payload.Length)
                && TryPayload(found, out var other) && other.SequenceEqual(payload))
                return true;
            (previous, offset) = (offset, found.Object.NextHashOffset);
        }
        found = default;
        return false;
    }

    internal bool TryFindField(ReadOnlySpan<byte> name, out FieldObject found)
    {
        ulong hash = Hash(name), previous = 0;
        for (ulong offset = HeadOf(_header.FieldHashTableOffset, _header.FieldHashTableSize, hash), depth = 0; offset > previous && depth < DeepestChain; depth++)
        {
            if (!TryField(offset, out found, out var other))
                return false;
            if (found.Hash == hash && other.SequenceEqual(name))
                return true;
            (previous, offset) = (offset, found.NextHashOffset);
        }
        found = default;
        return false;
    }

    /// <summary>All fields' names, in the order of their hash table.</summary>
    internal IEnumerable<byte[]> FieldNames()
    {
        ulong buckets = Math.Min(_header.FieldHashTableSize, (ulong)_bytes.Length) / HashItem.Size; // no more than the file has room for
        for (ulong bucket = 0; bucket < buckets; bucket++)
        {
            ulong previous = 0, offset = HeadOf(_header.FieldHashTableOffset, _header.FieldHashTableSize, bucket);
            for (int depth = 0; offset > previous && depth < DeepestChain && TryField(offset, out var field, out var name); depth++)
            {
                byte[] copy = name.ToArray();
                (previous, offset) = (offset, field.NextHashOffset);
                yield return copy;
            }
        }
    }

    private ulong HeadOf(ulong table, ulong size, ulong hash) =>
        size >= HashItem.Size && _bytes.TryGet(table + hash % (size / HashItem.Size) * HashItem.Size, out HashItem item) ? item.HeadOffset : 0;
}
