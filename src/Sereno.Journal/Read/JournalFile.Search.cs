using System.Runtime.InteropServices;
using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

public sealed partial class JournalFile
{
    private const int WindowSize = 256 * 1024;

    /// <summary>The same file as it is known here, with a descriptor and a cache of its own.</summary>
    internal JournalFile ForThread(BlockCache cache) => new(Path, _bytes.Duplicate(cache), default) { _header = _header };

    /// <summary>The entries whose message is sought, ascending; null for too many.</summary>
    /// <param name="window">Of a thread, for all of its files.</param>
    internal ulong[]? EntriesWith(IMessageTest test, int most, ref byte[] window)
    {
        if (window.Length == 0)
            window = GC.AllocateUninitializedArray<byte>(WindowSize);
        var found = new List<ulong>();
        if (TryScan(test, found, most, window) is not { } isAll)
        {
            found.Clear();
            isAll = Follow(test, found, most);
        }
        if (!isAll)
            return null;
        found.Sort();
        return [.. found.Distinct()];
    }

    /// <summary>From the first object to the last, as they are in the file: as fast as it can be read.</summary>
    /// <returns>Whether there aren't too many; null where the objects don't follow one another.</returns>
    private bool? TryScan(IMessageTest test, List<ulong> found, int most, byte[] window)
    {
        ulong from = 0, at = _header.HeaderSize, last = _header.TailObjectOffset;
        int length = 0, before = DataSize;
        if (last == 0 || (at & 7) != 0)
            return null;
        while (at <= last)
        {
            // So much that the object's begin is there, with the field's name.
            if (at - from + 128 > (ulong)length && (from != at || length == 0))
                (from, length) = (at, _bytes.ReadAt((long)at, window));
            var rest = window.AsSpan(0, length)[(int)(at - from)..];
            if (rest.Length < ObjectHeader.Size)
                return null;
            var header = MemoryMarshal.Read<ObjectHeader>(rest);
            if (header.Length < ObjectHeader.Size || header.Type is ObjectType.Unused or > ObjectType.Tag || !Fits(at, header.Length))
                return null;
            if (header.Type == ObjectType.Data && header.Length > (ulong)before)
            {
                if (header.Length > (ulong)rest.Length && from != at && header.Length <= WindowSize)
                {
                    (from, length) = (at, _bytes.ReadAt((long)at, window));
                    continue;
                }
                bool isWhole = header.Length <= (ulong)rest.Length && (header.Flags & ObjectFlags.CompressionMask) == 0;
                bool isSought = isWhole ? rest[before..(int)header.Length] is var payload && payload.StartsWith("MESSAGE="u8) && test.IsSought(payload[8..]) : IsSought(at, test);
                if (isSought && !Take(at, found, most))
                    return false;
            }
            at += header.Length + 7 & ~7UL;
        }
        return at == last + (ObjectLength(last) + 7 & ~7UL) ? true : null;
    }

    private ulong ObjectLength(ulong at) => _bytes.TryGet(at, out ObjectHeader header) ? header.Length : 0;

    /// <summary>By the field's values, from the last to the first: nothing but messages is read.</summary>
    private bool Follow(IMessageTest test, List<ulong> found, int most)
    {
        ulong before = ulong.MaxValue;
        for (ulong at = TryFindField("MESSAGE"u8, out var field) ? field.HeadDataOffset : 0; at != 0 && at < before;)
        {
            if (!TryData(at, out var data))
                break;
            if (IsSought(at, test) && !Take(at, found, most))
                return false;
            (before, at) = (at, data.Object.NextFieldOffset);
        }
        return true;
    }

    private bool IsSought(ulong at, IMessageTest test) =>
        TryData(at, out var data) && IsMessage(data) && TryPayload(data, out var payload) && payload.StartsWith("MESSAGE="u8) && test.IsSought(payload[8..]);

    /// <summary>By its begin: what else is large isn't read, nor unpacked.</summary>
    private bool IsMessage(in DataRef data)
    {
        const int Enough = 8;
        if (!data.IsCompressed)
            return data.Length >= Enough && _bytes.TryGet(data.Payload, Enough, out var begin) && begin.SequenceEqual("MESSAGE="u8);
        return _bytes.TryGet(data.Payload, data.Length, out var packed)
            && Unpacker.TryUnpack(data.Object.Object.Flags & ObjectFlags.CompressionMask, packed, ref _unpacked, out var unpacked, Enough) && unpacked.StartsWith("MESSAGE="u8);
    }

    /// <summary>The entries of a message; false for too many.</summary>
    private bool Take(ulong at, List<ulong> found, int most)
    {
        if (!TryData(at, out var data))
            return true;
        var entries = EntriesOf(data);
        for (ulong i = 0; i < entries.Count; i++)
        {
            if (entries.OffsetAt(i) is not (> 0 and var entry))
                break;
            if (found.Count == most)
                return false;
            found.Add(entry);
        }
        return true;
    }
}
