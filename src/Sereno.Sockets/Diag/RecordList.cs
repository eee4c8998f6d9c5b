namespace Sereno.Sockets.Diag;

/// <summary>A growing array of records that are filled in place.</summary>
public sealed class RecordList<T> where T : struct
{
    public delegate bool Condition(in T record);

    private T[] _items = [];

    public int Count { get; private set; }

    public ReadOnlySpan<T> Items => _items.AsSpan(0, Count);

    public ReadOnlyMemory<T> Memory => _items.AsMemory(0, Count);

    /// <summary>The place for one more; it counts once <see cref="Keep"/> is called.</summary>
    public ref T Next
    {
        get
        {
            if (Count == _items.Length)
                Array.Resize(ref _items, Math.Max(64, 2 * Count));
            return ref _items[Count];
        }
    }

    public void Keep() => Count++;

    public void Add(in T item)
    {
        Next = item;
        Keep();
    }

    /// <summary>Drops all from <paramref name="count"/> on.</summary>
    public void Cut(int count) => Count = Math.Min(Count, count);

    /// <summary>Keeps those that <paramref name="keep"/> says.</summary>
    public void Filter(Condition keep)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
            if (keep(_items[i]))
                _items[kept++] = _items[i];
        Count = kept;
    }
}
