namespace Sereno.Journal.Read;

/// <summary>Offsets of objects, added in ascending order: in units of 8 bytes, so that 32 bits are enough for 32 GiB.</summary>
internal sealed class OffsetList
{
    private readonly List<uint> _low = [];
    private List<ulong>? _high; // of a file beyond 32 GiB

    public int Count => _low.Count + (_high?.Count ?? 0);

    public void Add(ulong offset)
    {
        if (offset / 8 <= uint.MaxValue)
            _low.Add((uint)(offset / 8));
        else
            (_high ??= []).Add(offset);
    }

    public bool Contains(ulong offset) =>
        offset / 8 <= uint.MaxValue ? offset % 8 == 0 && _low.BinarySearch((uint)(offset / 8)) >= 0 : _high is not null && _high.BinarySearch(offset) >= 0;
}
