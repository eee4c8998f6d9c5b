using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

internal enum LocationKind { Head, Tail, Sought, Discrete }

/// <summary>A place among the entries of all files: before the first, behind the last, one that was sought by what is known of
/// it, or that of an entry.</summary>
internal readonly record struct Location(LocationKind Kind)
{
    public UInt128 SeqnumId { get; init; }
    public ulong Seqnum { get; init; }
    public UInt128 BootId { get; init; }
    public ulong Monotonic { get; init; }
    public ulong Realtime { get; init; }
    public ulong XorHash { get; init; }
    public bool HasSeqnum { get; init; }
    public bool HasMonotonic { get; init; }
    public bool HasRealtime { get; init; }
    public bool HasXorHash { get; init; }

    public static Location Of(in EntryObject entry, UInt128 seqnumId) => new(LocationKind.Discrete)
    {
        SeqnumId = seqnumId, Seqnum = entry.Seqnum, BootId = entry.BootId, Monotonic = entry.Monotonic, Realtime = entry.Realtime, XorHash = entry.XorHash,
        HasSeqnum = true, HasMonotonic = true, HasRealtime = true, HasXorHash = true,
    };

    /// <summary>Whether an entry is behind (positive) or before this place.</summary>
    public int CompareWith(in EntryObject entry, UInt128 seqnumId)
    {
        int order = 0;
        if (HasSeqnum && SeqnumId == seqnumId && (order = entry.Seqnum.CompareTo(Seqnum)) != 0)
            return order;
        if (HasMonotonic && BootId == entry.BootId && (order = entry.Monotonic.CompareTo(Monotonic)) != 0)
            return order;
        if (HasRealtime && (order = entry.Realtime.CompareTo(Realtime)) != 0)
            return order;
        return HasXorHash ? entry.XorHash.CompareTo(XorHash) : 0;
    }

    /// <summary>Whether two files have the same entry.</summary>
    public bool IsEntry(in EntryObject entry, UInt128 seqnumId) => HasSeqnum && HasMonotonic && HasRealtime && HasXorHash
        && BootId == entry.BootId && Realtime == entry.Realtime && XorHash == entry.XorHash && SeqnumId == seqnumId && Seqnum == entry.Seqnum;

    /// <summary>"s=...;i=...;b=...;m=...;t=...;x=...", of which not all need be there (sd_journal_get_cursor(3)). Null for what is none.</summary>
    public static Location? Parse(string cursor)
    {
        var place = new Location(LocationKind.Sought);
        bool id = false, boot = false;
        foreach (string word in cursor.Split(';'))
        {
            if (word.Length < 2 || word[1] != '=')
                return null;
            string value = word[2..];
            if (word[0] is 's' or 'b')
            {
                if (!Id128.TryParse(value, out var known))
                    return null;
                if (word[0] == 's')
                    (place, id) = (place with { SeqnumId = known }, true);
                else
                    (place, boot) = (place with { BootId = known }, true);
            }
            else if (word[0] is 'i' or 'm' or 't' or 'x')
            {
                if (!ulong.TryParse(value, System.Globalization.NumberStyles.HexNumber, null, out ulong number))
                    return null;
                place = word[0] switch
                {
                    'i' => place with { Seqnum = number, HasSeqnum = true },
                    'm' => place with { Monotonic = number, HasMonotonic = true },
                    't' => place with { Realtime = number, HasRealtime = true },
                    _ => place with { XorHash = number, HasXorHash = true },
                };
            }
        }
        place = place with { HasSeqnum = place.HasSeqnum && id, HasMonotonic = place.HasMonotonic && boot };
        return place.HasSeqnum || place.HasMonotonic || place.HasRealtime ? place : null;
    }
}
