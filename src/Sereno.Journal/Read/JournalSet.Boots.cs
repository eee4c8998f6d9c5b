using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

/// <summary>A boot, and the times of its first and last entries in microseconds.</summary>
public readonly record struct Boot(UInt128 Id, ulong First, ulong Last);

public sealed partial class JournalSet
{
    /// <summary>All boots, oldest first. Matches are cleared.</summary>
    public List<Boot> Boots()
    {
        var boots = new List<Boot>();
        Unrestrict();
        SeekHead();
        // A boot that comes again: the files contradict one another, and would do so for ever.
        while (DiscoverBoot(Direction.Down, boots is [.., var last] ? last.Id : 0) is { } boot && boots.All(b => b.Id != boot.Id))
            boots.Add(boot);
        Unrestrict();
        return boots;
    }

    /// <summary>The boot so many before or after another, as journalctl's -b counts them. Null where there is none. Matches are cleared.</summary>
    /// <param name="reference">0: from the journal's end for 0 and less, from its begin for more.</param>
    public UInt128? FindBoot(UInt128 reference, int offset)
    {
        var direction = offset <= 0 ? Direction.Up : Direction.Down;
        bool isFirst = reference == 0 && offset <= 0;
        Unrestrict();
        if (reference == 0)
            Seek(new(direction == Direction.Up ? LocationKind.Tail : LocationKind.Head));
        else if (!SeekEndOf(reference, direction))
            return null;
        else if (offset == 0)
        {
            Unrestrict();
            return reference;
        }
        UInt128 previous = 0;
        while (DiscoverBoot(direction, previous) is { } boot)
        {
            previous = boot.Id;
            if (!isFirst)
                offset += direction == Direction.Up ? 1 : -1;
            isFirst = false;
            if (offset == 0)
            {
                Unrestrict();
                return boot.Id;
            }
        }
        Unrestrict();
        return null;
    }

    /// <summary>A boot's first and last entries that are wanted of a file.</summary>
    private readonly record struct BootRun(int Member, EntryPlace First, EntryPlace Last);

    /// <summary>For each file the entries between which its boots change, one boot behind the other in all files. Null where that isn't
    /// known, or they aren't.</summary>
    private ulong[][]? BootEnds()
    {
        const int Most = 1000;
        var runs = new List<BootRun>();
        for (int i = 0; i < _members.Count && runs.Count <= Most; i++)
            if (!TryAddRuns(i, runs))
                return null;
        if (runs.Count > Most)
            return null;
        for (int i = 0; i < runs.Count; i++)
            for (int j = 0; j < i; j++)
                if (runs[i].First.Entry.BootId != runs[j].First.Entry.BootId && !IsBefore(runs[i], runs[j]) && !IsBefore(runs[j], runs[i]))
                    return null;
        return [.. _members.Select((_, i) => runs.Where(r => r.Member == i).SelectMany(r => (ulong[])[r.First.Offset, r.Last.Offset]).ToArray())];

        bool IsBefore(in BootRun a, in BootRun b) =>
            Compare(a.Last.Entry, _members[a.Member].File.Header.SeqnumId, b.First.Entry, _members[b.Member].File.Header.SeqnumId) < 0;
    }

    private bool TryAddRuns(int index, List<BootRun> runs)
    {
        var file = _members[index].File;
        ulong entries = 0;
        foreach (var (value, count) in file.ValuesOf("_BOOT_ID"u8.ToArray()))
        {
            entries += count;
            var boot = new DataSource(file, value);
            var source = Matches.IsEmpty ? boot : EntrySource.All([EntrySource.Of(file, Matches), boot]);
            if (!source.TryAt(file.Header.HeaderSize, Direction.Down, out ulong first))
                continue;
            if (!source.TryAt(ulong.MaxValue, Direction.Up, out ulong last) || !file.TryEntry(first, out var from, out _) || !file.TryEntry(last, out var to, out _)
                || from.BootId != to.BootId)
                return false;
            runs.Add(new(index, new(first, from), new(last, to)));
        }
        return entries == file.Header.EntryCount;
    }

    private Boot? DiscoverBoot(Direction direction, UInt128 previous)
    {
        Unrestrict();
        do
            if (!Next(direction))
                return null;
        while (Current.BootId == previous);
        var (id, first) = (Current.BootId, Current.Realtime);
        // Its other end, to go on from there.
        return SeekEndOf(id, direction) ? new(id, first, Current.Realtime) : null;
    }

    private bool SeekEndOf(UInt128 boot, Direction direction)
    {
        Matches.Clear();
        Matches.Add($"_BOOT_ID={Id128.Format(boot)}");
        Seek(new(direction == Direction.Up ? LocationKind.Head : LocationKind.Tail));
        return Next(direction == Direction.Up ? Direction.Down : Direction.Up);
    }

    private void Unrestrict()
    {
        Matches.Clear();
        MatchesChanged();
    }
}
