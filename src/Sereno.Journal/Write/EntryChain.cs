namespace Sereno.Journal.Write;

/// <summary>The end of a chain of entry arrays, where the next entry is added; kept out of the file until the batch is flushed.</summary>
internal struct EntryChain
{
    /// <summary>Entries in all arrays; of a data object without the one that it holds itself.</summary>
    public ulong Count;

    /// <summary>The last array; 0: there is none yet.</summary>
    public ulong Tail;

    /// <summary>Items of it that are taken, and that it has.</summary>
    public uint Used, Capacity;

    public readonly bool IsFull => Used == Capacity;
}
