using System.Runtime.InteropServices;
using Sereno.Journal.Format;

namespace Sereno.Journal.Write;

// Known fields: those that come with every line of a stream are looked up once.
public sealed partial class JournalWriter
{
    private struct Known
    {
        public ulong Offset, Hash, XorHash;
        /// <summary>0: it isn't in an entry yet.</summary>
        public ulong FirstEntry;
        public EntryChain Chain;
        public int References;
        public bool IsDirty;
    }

    private Known[] _known = new Known[64];
    private int _knownCount;
    private readonly Stack<int> _freeKnown = new();
    private readonly Dictionary<ulong, int> _knownByOffset = [];
    private readonly List<int> _dirtyKnown = [];

    /// <summary>How many words an entry, and Flush, may yet have to note.</summary>
    private bool HasUndoRoom => _undo is null || _undo.Room >= 64 + 12 * (ulong)_itemCount + 4 * (ulong)_dirtyKnown.Count + (ulong)_dirtyFields.Count;

    /// <summary>Puts FIELD=value into the file and remembers where. Not between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public AppendResult Intern(ReadOnlySpan<byte> field, out DataHandle handle)
    {
        handle = default;
        Begin();
        Add(field);
        if (_result != AppendResult.Appended)
            return _result;
        var item = _items[0];
        int index = item.Known >= 0 ? item.Known : Remember(item, _xorHash);
        _known[index].References++;
        handle = new(index);
        return AppendResult.Appended;
    }

    /// <summary>The handle isn't used any more.</summary>
    public void Release(DataHandle handle)
    {
        LinkRun();
        ref var known = ref _known[handle.Index];
        if (--known.References > 0)
            return;
        if (known.IsDirty)
        {
            Store(ref known);
            _dirtyKnown.Remove(handle.Index);
        }
        _knownByOffset.Remove(known.Offset);
        known = default;
        _freeKnown.Push(handle.Index);
    }

    private int Remember(in Item item, ulong xorHash)
    {
        if (!_freeKnown.TryPop(out int index))
        {
            index = _knownCount++;
            if (index == _known.Length)
                Array.Resize(ref _known, 2 * index);
        }
        ulong first = Word(item.Offset + DataObject.EntryAt);
        _known[index] = new()
        {
            Offset = item.Offset, Hash = item.Hash, XorHash = xorHash, FirstEntry = first,
            Chain = first == 0 ? default : ChainOf(item.Offset),
        };
        _knownByOffset[item.Offset] = index;
        return index;
    }

    private void LinkKnown(int index, ulong entry)
    {
        ref var known = ref _known[index];
        if (known.FirstEntry == 0)
            known.FirstEntry = entry;
        else
            Append(ref known.Chain, known.Offset + DataObject.EntryArrayAt, entry);
        MarkDirty(index);
    }

    private void MarkDirty(int index)
    {
        ref var known = ref _known[index];
        if (known.IsDirty)
            return;
        known.IsDirty = true;
        _dirtyKnown.Add(index);
    }

    private void FlushKnown()
    {
        foreach (int index in _dirtyKnown)
            Store(ref _known[index]);
        _dirtyKnown.Clear();
    }

    private void Store(ref Known known)
    {
        known.IsDirty = false;
        ref readonly var data = ref MemoryMarshal.AsRef<DataObject>(_file.Slice(known.Offset, _dataSize));
        if (IsCompact && known.Chain.Tail != 0)
            Change(known.Offset + DataObject.CompactTailAt, known.Chain.Tail | (ulong)known.Chain.Used << 32);
        if (data.EntryOffset == 0)
            Change(known.Offset + DataObject.EntryAt, known.FirstEntry);
        Change(known.Offset + DataObject.EntryCountAt, known.Chain.Count + 1);
    }
}
