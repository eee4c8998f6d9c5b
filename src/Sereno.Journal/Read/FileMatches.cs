using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

/// <summary>Those of a file's entries that match: the data objects' lists of entries, united and intersected.</summary>
internal abstract class EntrySource
{
    /// <summary>The first at or after an offset, or the last at or before it.</summary>
    public abstract bool TryAt(ulong offset, Direction direction, out ulong found);

    /// <summary>Where to begin to look for a place that is given by number or time.</summary>
    public abstract bool TryLocate(in Location location, Direction direction, out ulong found);

    /// <summary>Whether it is known to have none.</summary>
    public virtual bool IsEmpty => false;

    public static EntrySource Of(JournalFile file, Matches matches) =>
        All([.. matches.All.Select(any => Any([.. any.Select(term => All([.. term.Select(field => Any([.. field.Values.Select(v => (EntrySource)new DataSource(file, v))]))]))]))]);

    // What isn't in the file at all makes most of a unit's terms impossible: nothing is read for them.
    public static EntrySource All(EntrySource[] of) => of.FirstOrDefault(s => s.IsEmpty) ?? (of.Length == 1 ? of[0] : new Intersection(of));

    private static EntrySource Any(EntrySource[] of)
    {
        EntrySource[] some = [.. of.Where(s => !s.IsEmpty)];
        return some.Length > 1 ? new Union(some) : some.Length == 1 ? some[0] : of[0];
    }
}

internal sealed class Union(EntrySource[] sources) : EntrySource
{
    public override bool TryAt(ulong offset, Direction direction, out ulong found)
    {
        found = 0;
        foreach (var source in sources)
            if (source.TryAt(offset, direction, out ulong one))
                found = Nearer(found, one, direction);
        return found != 0;
    }

    public override bool TryLocate(in Location location, Direction direction, out ulong found)
    {
        found = 0;
        foreach (var source in sources)
            if (source.TryLocate(location, direction, out ulong one))
                found = Nearer(found, one, direction);
        return found != 0;
    }

    private static ulong Nearer(ulong found, ulong one, Direction direction) =>
        found == 0 || (direction == Direction.Down ? one < found : one > found) ? one : found;
}

internal sealed class Intersection(EntrySource[] sources) : EntrySource
{
    public override bool TryAt(ulong offset, Direction direction, out ulong found)
    {
        found = offset;
        // Each source in turn moves on to what it has, until all stand at the same entry.
        for (int agreed = 0, i = 0; agreed < sources.Length; i = (i + 1) % sources.Length)
        {
            if (!sources[i].TryAt(found, direction, out ulong one))
                return false;
            agreed = one == found ? agreed + 1 : 1;
            found = one;
        }
        return true;
    }

    public override bool TryLocate(in Location location, Direction direction, out ulong found)
    {
        found = 0;
        foreach (var source in sources)
        {
            if (!source.TryLocate(location, direction, out ulong one))
                return false;
            if (found == 0 || (direction == Direction.Down ? one > found : one < found))
                found = one;
        }
        return TryAt(found, direction, out found);
    }
}

/// <summary>The entries with one value of a field.</summary>
internal sealed class DataSource : EntrySource
{
    private readonly JournalFile _file;
    private readonly EntryList? _entries;

    public DataSource(JournalFile file, byte[] value)
    {
        _file = file;
        _entries = file.TryFind(value, out var data) ? file.EntriesOf(data) : null;
    }

    public override bool IsEmpty => _entries is null;

    public override bool TryAt(ulong offset, Direction direction, out ulong found)
    {
        found = 0;
        return _entries is not null && _entries.TryOffset(offset, direction, out found);
    }

    public override bool TryLocate(in Location location, Direction direction, out ulong found)
    {
        found = 0;
        if (_entries is null)
            return false;
        EntryPlace place;
        bool there = location switch
        {
            { Kind: LocationKind.Head } => _entries.TryFrom(0, Direction.Down, out place),
            { Kind: LocationKind.Tail } => _entries.TryFrom(_entries.Count - 1, Direction.Up, out place),
            { HasSeqnum: true } when location.SeqnumId == _file.Header.SeqnumId => _entries.TryMeasure(direction, Measure.Seqnum, location.Seqnum, out place),
            { HasMonotonic: true } when TryMonotonic(location, direction, out place) => true,
            { HasRealtime: true } => _entries.TryMeasure(direction, Measure.Realtime, location.Realtime, out place),
            _ => _entries.TryFrom(direction == Direction.Down ? 0 : _entries.Count - 1, direction, out place),
        };
        found = place.Offset;
        return there;
    }

    /// <summary>An entry of that boot, which is in both lists.</summary>
    private bool TryMonotonic(in Location location, Direction direction, out EntryPlace place)
    {
        place = default;
        if (_file.EntriesOfBoot(location.BootId) is not { } ofBoot || !ofBoot.TryMeasure(direction, Measure.Monotonic, location.Monotonic, out var time))
            return false;
        ulong at = time.Offset;
        while (_entries!.TryOffset(at, direction, out ulong one) && ofBoot.TryOffset(one, direction, out at))
            if (one == at)
            {
                place = _file.TryEntry(at, out var entry, out _) ? new(at, entry) : default;
                return place.Offset != 0;
            }
        return false;
    }
}

/// <summary>Every entry of a file.</summary>
internal sealed class AllEntries(JournalFile file) : EntrySource
{
    private readonly EntryList _entries = file.Entries();

    public override bool TryAt(ulong offset, Direction direction, out ulong found) => _entries.TryOffset(offset, direction, out found);

    public bool TryNext(ulong offset, Direction direction, out EntryPlace place) => _entries.TryNext(offset, direction, out place);

    public override bool TryLocate(in Location location, Direction direction, out ulong found)
    {
        EntryPlace place;
        bool there = location switch
        {
            { Kind: LocationKind.Head } => _entries.TryFrom(0, Direction.Down, out place),
            { Kind: LocationKind.Tail } => _entries.TryFrom(_entries.Count - 1, Direction.Up, out place),
            { HasSeqnum: true } when location.SeqnumId == file.Header.SeqnumId => _entries.TryMeasure(direction, Measure.Seqnum, location.Seqnum, out place),
            { HasMonotonic: true } when file.EntriesOfBoot(location.BootId) is { } ofBoot
                && ofBoot.TryMeasure(direction, Measure.Monotonic, location.Monotonic, out place) => true,
            { HasRealtime: true } => _entries.TryMeasure(direction, Measure.Realtime, location.Realtime, out place),
            _ => _entries.TryFrom(direction == Direction.Down ? 0 : _entries.Count - 1, direction, out place),
        };
        found = place.Offset;
        return there;
    }
}

/// <summary>Entries that a search of the file's text found; ascending.</summary>
internal sealed class FoundEntries(JournalFile file, ulong[] offsets) : EntrySource
{
    public override bool TryAt(ulong offset, Direction direction, out ulong found)
    {
        int at = Array.BinarySearch(offsets, offset);
        int index = at >= 0 ? at : direction == Direction.Down ? ~at : ~at - 1;
        found = index >= 0 && index < offsets.Length ? offsets[index] : 0;
        return found != 0;
    }

    /// <summary>From where the place is among all entries.</summary>
    public override bool TryLocate(in Location location, Direction direction, out ulong found)
    {
        found = 0;
        return new AllEntries(file).TryLocate(location, direction, out ulong at) && TryAt(at, direction, out found);
    }
}

public sealed partial class JournalFile
{
    internal EntryList? EntriesOfBoot(UInt128 boot)
    {
        Span<byte> match = stackalloc byte[9 + Id128.Length];
        "_BOOT_ID="u8.CopyTo(match);
        Id128.Write(boot, match[9..]);
        return TryFind(match, out var data) ? EntriesOf(data) : null;
    }
}
