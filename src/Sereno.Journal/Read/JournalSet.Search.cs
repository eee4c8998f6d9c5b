using System.Runtime.ExceptionServices;

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

    /// <summary>Looks through the messages of all files, each text once however many entries have it, and from then on gives only
    /// entries that have one that is sought. False where there are too many.</summary>
    /// <param name="alsoBoots">And the first and the last of each boot, for who wants to know where boots change; false where they overlap, too.</param>
    public bool Search(IMessageTest test, bool alsoBoots)
    {
        var ends = alsoBoots ? BootEnds() : [];
        if (ends is null)
            return false;
        var found = new ulong[]?[_members.Count];
        int next = -1, total = 0;
        void Work()
        {
            var own = test.ForThread();
            var cache = new BlockCache(sets: 64);
            byte[] window = [];
            for (int i; (i = Interlocked.Increment(ref next)) < found.Length && Volatile.Read(ref total) <= MostFound;)
            {
                using var file = _members[i].File.ForThread(cache);
                found[i] = file.EntriesWith(own, MostFound, ref window);
                Interlocked.Add(ref total, found[i]?.Length ?? MostFound + 1);
            }
        }
        Exception? failure = null;
        void Help()
        {
            try
            {
                Work();
            }
            catch (Exception e) // a pattern that takes too long, no descriptor left: for the thread that has asked
            {
                failure = e;
                Volatile.Write(ref total, MostFound + 1);
            }
        }
        var helper = _members.Count > 1 && Environment.ProcessorCount > 1 ? new Thread(Help, 256 * 1024) : null;
        helper?.Start();
        try
        {
            Work();
        }
        finally
        {
            helper?.Join();
        }
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        if (total > MostFound)
            return false;
        for (int i = 0; i < ends.Length; i++)
            found[i] = [.. found[i]!.Union(ends[i]).Order()];
        for (int i = 0; i < found.Length; i++)
            (_members[i].Found, _members[i].Offset, _members[i].Kind, _members[i].Wanted) = (found[i], 0, LocationKind.Head, null);
        return true;
    }
}
