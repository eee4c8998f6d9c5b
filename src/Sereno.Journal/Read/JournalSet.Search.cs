namespace Sereno.Journal.Read;

/// <summary>Whether a message's text is sought; each thread has one of its own.</summary>
public interface IMessageTest
{
    bool IsSought(ReadOnlySpan<byte> message);

    IMessageTest ForThread();
}

public sealed partial class JournalSet
{
    /// <summary>More entries than this aren't rare: then they are better found one by one.</summary>
    private const int MostFound = 64 * 1024;

    /// <summary>Whether all entries are known to be of one boot.</summary>
    public bool IsOneBoot()
    {
        int boots = 0;
        foreach (var _ in Values("_BOOT_ID"))
            if (++boots > 1)
                return false;
        return true;
    }

    /// <summary>Looks through the messages of all files, each text once however many entries have it, and from then on gives only
    /// entries that have one that is sought. False where there are too many.</summary>
    public bool Search(IMessageTest test)
    {
        var found = new ulong[]?[_members.Count];
        int next = -1, total = 0;
        void Work()
        {
            var own = test.ForThread();
            var cache = new BlockCache(sets: 64);
            for (int i; (i = Interlocked.Increment(ref next)) < found.Length && Volatile.Read(ref total) <= MostFound;)
            {
                using var file = _members[i].File.ForThread(cache);
                found[i] = file.EntriesWith(own, MostFound);
                Interlocked.Add(ref total, found[i]?.Length ?? MostFound + 1);
            }
        }
        var helper = _members.Count > 1 && Environment.ProcessorCount > 1 ? new Thread(Work, 256 * 1024) : null;
        helper?.Start();
        Work();
        helper?.Join();
        if (total > MostFound)
            return false;
        for (int i = 0; i < found.Length; i++)
            (_members[i].Found, _members[i].Offset, _members[i].Kind, _members[i].Wanted) = (found[i], 0, LocationKind.Head, null);
        return true;
    }
}

public sealed partial class JournalFile
{
    /// <summary>The same file as it is known here, with a descriptor and a cache of its own.</summary>
    internal JournalFile ForThread(BlockCache cache) => new(Path, _bytes.Duplicate(cache), default) { _header = _header };

    /// <summary>The entries whose message is sought, ascending; null for too many.</summary>
    internal ulong[]? EntriesWith(IMessageTest test, int most)
    {
        var found = new List<ulong>();
        ulong before = ulong.MaxValue;
        // The field's values, from the last to the first: nothing but messages is read.
        for (ulong at = TryFindField("MESSAGE"u8, out var field) ? field.HeadDataOffset : 0; at != 0 && at < before;)
        {
            if (!TryData(at, out var data))
                break;
            (before, at) = (at, data.Object.NextFieldOffset);
            if (!TryPayload(data, out var payload) || !payload.StartsWith("MESSAGE="u8) || !test.IsSought(payload[8..]))
                continue;
            var entries = EntriesOf(data);
            for (ulong i = 0; i < entries.Count; i++)
            {
                if (entries.OffsetAt(i) is not (> 0 and var entry))
                    break;
                if (found.Count == most)
                    return null;
                found.Add(entry);
            }
        }
        found.Sort();
        return [.. found.Distinct()];
    }
}
