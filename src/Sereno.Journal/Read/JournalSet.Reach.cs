using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

// Of a hundred files mostly one or two are read: their headers tell which entries the others have.
public sealed partial class JournalSet
{
    /// <summary>The file that most likely has the next entry: that of the current one, else the newest or the oldest; -1 for none.</summary>
    private int LikelyNext(Direction direction)
    {
        if (_current is not null)
            return _members.IndexOf(_current);
        int likely = -1;
        for (int i = 0; i < _members.Count; i++)
            if (likely < 0 || (direction == Direction.Down ? _members[i].File.Header.HeadEntryRealtime < _members[likely].File.Header.HeadEntryRealtime
                : _members[i].File.Header.TailEntryRealtime > _members[likely].File.Header.TailEntryRealtime))
                likely = i;
        return likely;
    }

    /// <summary>Whether a file's entries are all on the other side of the current place.</summary>
    private bool HasNothingBeyond(Member member, Direction direction)
    {
        ref readonly var header = ref member.File.Header;
        return _place.HasSeqnum && _place.SeqnumId == header.SeqnumId && KnowsItsNumbers(member)
            && (direction == Direction.Down ? header.TailEntrySeqnum < _place.Seqnum : header.HeadEntrySeqnum > _place.Seqnum);
    }

    /// <summary>Whether none of a file's entries can come before that of another one.</summary>
    private static bool IsFarther(Member member, Member than, Direction direction)
    {
        ref readonly var header = ref member.File.Header;
        return header.SeqnumId == than.File.Header.SeqnumId && KnowsItsNumbers(member)
            && (direction == Direction.Down ? header.HeadEntrySeqnum > than.Entry.Seqnum : header.TailEntrySeqnum < than.Entry.Seqnum);
    }

    /// <summary>Of a file that is being written, or whose writer died, the header may tell less than is there; of any file it may be damaged.</summary>
    private static bool KnowsItsNumbers(Member member)
    {
        ref readonly var header = ref member.File.Header;
        if (header.State == FileState.Online || header.EntryCount == 0)
            return false;
        if (member.KnowsItsNumbers is { } known)
            return known;
        var entries = member.File.Entries();
        member.KnowsItsNumbers = entries.TryFrom(0, Direction.Down, out var first) && first.Entry.Seqnum == header.HeadEntrySeqnum
            && entries.TryFrom(header.EntryCount - 1, Direction.Up, out var last) && last.Entry.Seqnum == header.TailEntrySeqnum;
        return member.KnowsItsNumbers.Value;
    }

    /// <summary>It is sought anew once it matters again, where the way has turned since.</summary>
    private static void PassOver(Member member, Direction direction)
    {
        if (member.Last != direction)
            (member.Offset, member.Kind, member.Last) = (0, LocationKind.Head, direction);
    }
}
