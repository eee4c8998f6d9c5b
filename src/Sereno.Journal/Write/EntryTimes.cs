namespace Sereno.Journal.Write;

/// <summary>When an entry came to be, in microseconds, and in which boot.</summary>
/// <param name="BootId">As its 16 bytes lie in memory.</param>
/// <param name="Seqnum">Of the entry before it, in whatever file that is; the new one's is greater than this and than all in the file.</param>
public readonly record struct EntryTimes(ulong Realtime, ulong Monotonic, UInt128 BootId, ulong Seqnum = 0)
{
    /// <summary>Until the year 3112, as readers want it.</summary>
    public bool IsValid => Realtime is > 0 and < 1UL << 55 && Monotonic < 1UL << 55;
}
