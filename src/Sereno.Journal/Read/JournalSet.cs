using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

/// <summary>The entries of many files as one journal (sd-journal(3)): those of one source by its numbers, those of one boot by its
/// clock, all others by wall clock; an entry that is in several files is there once.</summary>
public sealed partial class JournalSet : IDisposable
{
    private readonly List<Member> _members = [];
    private Location _place = new(LocationKind.Head);
    private Member? _current;

    /// <summary>A file, and how far it has been gone through.</summary>
    private sealed class Member(JournalFile file)
    {
        public JournalFile File = file;
        public AllEntries? Entries;
        public EntrySource? Wanted;
        public ulong[]? Found;
        public ulong Offset;
        public EntryObject Entry;
        public LocationKind Kind = LocationKind.Head;
        public Direction Last;
        public ulong LastCount;
        public bool? KnowsItsNumbers;
    }

    public BlockCache Cache { get; } = new();

    /// <summary>Which entries <see cref="Next"/> gives. Tell it of changes by <see cref="MatchesChanged"/>.</summary>
    public Matches Matches { get; } = new();

    public IEnumerable<JournalFile> Files => _members.Select(m => m.File);

    public int Count => _members.Count;

    /// <summary>The file of the current entry; null where there is none.</summary>
    public JournalFile? CurrentFile => _current?.File;

    /// <summary>Where in its file it is.</summary>
    public ulong CurrentOffset => _current?.Offset ?? 0;

    public ref readonly EntryObject Current => ref _current!.Entry;

    public void Add(JournalFile file) => _members.Add(new(file));

    public void Remove(JournalFile file)
    {
        if (_members.Find(m => m.File == file) is not { } member)
            return;
        if (_current == member)
            _current = null;
        _members.Remove(member);
        file.Dispose();
    }

    /// <summary>A file that has been written to: what is new in it can be reached from now on.</summary>
    public void Refresh(JournalFile file)
    {
        if (_members.Find(m => m.File == file) is not { } member)
            return;
        if (file.Refresh())
            (member.Entries, member.Wanted) = (null, null);
        else
            Remove(file);
    }

    public void MatchesChanged()
    {
        foreach (var member in _members)
            Forget(member);
        _current = null;
    }

    public void SeekHead() => Seek(new(LocationKind.Head));

    public void SeekTail() => Seek(new(LocationKind.Tail));

    /// <param name="realtime">Microseconds.</param>
    public void SeekRealtime(ulong realtime) => Seek(new(LocationKind.Sought) { Realtime = realtime, HasRealtime = true });

    /// <summary>False for what is no cursor.</summary>
    public bool SeekCursor(string cursor)
    {
        if (Location.Parse(cursor) is not { } place)
            return false;
        Seek(place);
        return true;
    }

    /// <summary>Moves to the next entry, or the one before; false where there is none.</summary>
    public bool Next(Direction direction)
    {
        int nearestIndex = -1, first = LikelyNext(direction);
        for (int i = -1; i < _members.Count; i++)
        {
            int index = i < 0 ? first : i;
            if (index < 0 || i == first)
                continue;
            var member = _members[index];
            if (HasNothingBeyond(member, direction) || (nearestIndex >= 0 && IsFarther(member, _members[nearestIndex], direction)))
                PassOver(member, direction);
            else if (!Advance(member, direction))
                member.Kind = LocationKind.Tail;
            else if (nearestIndex < 0 || IsNearer(index, nearestIndex, direction))
                nearestIndex = index;
        }
        if (nearestIndex < 0)
            return false;
        var nearest = _members[nearestIndex];
        _place = Location.Of(nearest.Entry, nearest.File.Header.SeqnumId);
        _current = nearest;
        nearest.Kind = LocationKind.Discrete;
        return true;
    }

    /// <summary>As often as asked for, or as there are entries; 0 times resolves only where the place is.</summary>
    public int Skip(Direction direction, int count)
    {
        if (count == 0 && _place.Kind != LocationKind.Discrete)
            Next(direction);
        int done = 0;
        while (done < count && Next(direction))
            done++;
        return done;
    }

    /// <summary>"s=...;i=...", which leads back to this entry; null where there is none.</summary>
    public string? Cursor() => _current is null ? null : $"s={Id128.Format(_current.File.Header.SeqnumId)};i={Current.Seqnum:x};b={Id128.Format(Current.BootId)}"
        + $";m={Current.Monotonic:x};t={Current.Realtime:x};x={Current.XorHash:x}";

    public void Dispose()
    {
        foreach (var member in _members)
            member.File.Dispose();
    }

    private void Seek(in Location place)
    {
        MatchesChanged();
        _place = place;
    }

    private static void Forget(Member member) =>
        (member.Offset, member.Kind, member.Wanted, member.Entries) = (0, LocationKind.Head, null, null);

    /// <summary>To the file's nearest entry beyond the current place.</summary>
    private bool Advance(Member member, Direction direction)
    {
        ulong count = member.File.Header.EntryCount;
        bool goesOn = member.Last == direction;
        if (goesOn && member.Kind == LocationKind.Tail && count == member.LastCount)
            return false;
        member.LastCount = count;
        if (goesOn && member.Offset > 0)
        {
            // Where it is sought already, it was just not the nearest of all.
            if (member.Kind != LocationKind.Sought && !Step(member, direction))
                return false;
        }
        else
        {
            member.Last = direction;
            var source = WantedOf(member) ?? EntriesOf(member);
            if (!source.TryLocate(_place, direction, out ulong offset) || !Stand(member, offset))
                return false;
        }
        while (_place.Kind == LocationKind.Discrete && !IsBeyond(member, direction))
            if (!Step(member, direction))
                return false;
        return true;
    }

    private bool IsBeyond(Member member, Direction direction)
    {
        var id = member.File.Header.SeqnumId;
        if (member != _current && _place.IsEntry(member.Entry, id))
            return false;
        int order = _place.CompareWith(member.Entry, id);
        return direction == Direction.Down ? order > 0 : order < 0;
    }

    private bool Step(Member member, Direction direction)
    {
        if (WantedOf(member) is { } wanted)
            return wanted.TryAt(direction == Direction.Down ? member.Offset + 1 : member.Offset - 1, direction, out ulong found) && Stand(member, found);
        if (!EntriesOf(member).TryNext(member.Offset, direction, out var place))
            return false;
        (member.Offset, member.Entry, member.Kind) = (place.Offset, place.Entry, LocationKind.Sought);
        return true;
    }

    private static bool Stand(Member member, ulong offset)
    {
        if (!member.File.TryEntry(offset, out var entry, out _))
            return false;
        (member.Offset, member.Entry, member.Kind) = (offset, entry, LocationKind.Sought);
        return true;
    }

    private bool IsNearer(int index, int than, Direction direction)
    {
        int order = Compare(_members[index], _members[than]);
        return order == 0 ? index < than : direction == Direction.Down ? order < 0 : order > 0;
    }

    private static AllEntries EntriesOf(Member member) => member.Entries ??= new(member.File);

    private EntrySource? WantedOf(Member member)
    {
        if (member.Wanted is not null || (Matches.IsEmpty && member.Found is null))
            return member.Wanted;
        EntrySource[] sources = [.. Matches.IsEmpty ? (EntrySource[])[] : [EntrySource.Of(member.File, Matches)],
            .. member.Found is null ? (EntrySource[])[] : [new FoundEntries(member.File, member.Found)]];
        return member.Wanted = EntrySource.All(sources);
    }

    /// <summary>Which of two files' next entries comes first.</summary>
    private static int Compare(Member a, Member b) => Compare(a.Entry, a.File.Header.SeqnumId, b.Entry, b.File.Header.SeqnumId);

    private static int Compare(in EntryObject a, UInt128 source, in EntryObject b, UInt128 otherSource)
    {
        int order = 0;
        bool sameSource = source == otherSource, sameBoot = a.BootId == b.BootId;
        if (sameBoot && sameSource && a.Seqnum == b.Seqnum && a.Monotonic == b.Monotonic && a.Realtime == b.Realtime && a.XorHash == b.XorHash)
            return 0;
        if (sameSource)
            order = a.Seqnum.CompareTo(b.Seqnum);
        if (order == 0 && sameBoot)
            order = a.Monotonic.CompareTo(b.Monotonic);
        if (order == 0)
            order = a.Realtime.CompareTo(b.Realtime);
        return order != 0 ? order : a.XorHash.CompareTo(b.XorHash);
    }
}
