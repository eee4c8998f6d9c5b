namespace Sereno.Journal.Read;

/// <summary>What was read last of the files of one search, in blocks. Files are read, never mapped: one that is cut short by
/// others while it is mapped kills its reader (SIGBUS, mmap(2)), and a search shall stay within some megabytes.</summary>
/// <param name="sets">Of 8 KiB.</param>
public sealed class BlockCache(int sets = 512)
{
    // A page: most questions are for a few bytes here and there, and what is read has to be given memory first.
    internal const int BlockSize = 4 * 1024;

    private struct Slot
    {
        public FileBytes? Owner;
        public uint Generation;
        public long Block;
        public int Length;
        public byte[]? Bytes;
    }

    // Two places for each block, of which the one that was used longer ago is given away.
    private readonly Slot[] _slots = new Slot[2 * sets];
    private readonly byte[] _older = new byte[sets];

    /// <summary>The block, shorter at the file's end; good until the next call.</summary>
    internal ReadOnlySpan<byte> Get(FileBytes owner, long block)
    {
        int set = (int)((block + owner.Salt) & sets - 1);
        ref var first = ref _slots[2 * set];
        if (first.Block == block && first.Owner == owner && first.Generation == owner.Generation)
        {
            _older[set] = 1;
            return first.Bytes.AsSpan(0, first.Length);
        }
        ref var second = ref _slots[2 * set + 1];
        if (second.Block == block && second.Owner == owner && second.Generation == owner.Generation)
        {
            _older[set] = 0;
            return second.Bytes.AsSpan(0, second.Length);
        }
        ref var slot = ref _older[set] == 0 ? ref first : ref second;
        _older[set] ^= 1;
        slot.Bytes ??= GC.AllocateUninitializedArray<byte>(BlockSize);
        (slot.Owner, slot.Generation, slot.Block) = (owner, owner.Generation, block);
        slot.Length = owner.ReadAt(block * BlockSize, slot.Bytes);
        return slot.Bytes.AsSpan(0, slot.Length);
    }
}
