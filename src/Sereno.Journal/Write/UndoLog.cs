using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sereno.Linux;

namespace Sereno.Journal.Write;

/// <summary>
/// What the words of one journal file were before the present batch changed them, in memory that outlives the process (a memfd): who
/// comes after a kill -9 plays it backwards, and the file is as it was when the last batch was complete.
/// </summary>
/// <remarks>A count of notes, 8 bytes of nothing, the file's id, then the notes: the word's offset and what was there, the oldest first.</remarks>
public sealed class UndoLog(FileMemory memory, ulong start, ulong length)
{
    private const int HeadSize = 32, NoteSize = 16, FileIdAt = 16;

    private readonly ulong _capacity = (length - HeadSize) / NoteSize;
    private ulong _count = BinaryPrimitives.ReadUInt64LittleEndian(memory.Slice(start, sizeof(ulong)));

    public bool IsEmpty => _count == 0;

    /// <summary>How many words can still be noted.</summary>
    public ulong Room => _capacity - _count;

    /// <summary>The file that the notes are of, and that its writer hadn't finished with.</summary>
    public UInt128 FileId => MemoryMarshal.Read<UInt128>(memory.Slice(start + FileIdAt, 16));

    /// <summary>From now on it is of this file; 0: of none.</summary>
    public void Begin(UInt128 fileId)
    {
        Clear();
        MemoryMarshal.Write(memory.Slice(start + FileIdAt, 16), fileId);
    }

    /// <summary>Before the word is changed.</summary>
    public void Note(ulong offset, ulong old)
    {
        var note = memory.Slice(start + HeadSize + _count * NoteSize, NoteSize);
        BinaryPrimitives.WriteUInt64LittleEndian(note, offset);
        BinaryPrimitives.WriteUInt64LittleEndian(note[8..], old);
        SetCount(_count + 1);
    }

    /// <summary>The batch is complete: there is nothing to undo.</summary>
    public void Clear() => SetCount(0);

    /// <summary>Undoes the batch. Killed in the middle, it can be done again.</summary>
    public void PlayBack(FileMemory file)
    {
        if (_count > _capacity)
            throw new InvalidDataException("the undo log's count is beyond its end");
        for (; _count > 0; SetCount(_count - 1))
        {
            var note = memory.Slice(start + HeadSize + (_count - 1) * NoteSize, NoteSize);
            BinaryPrimitives.WriteUInt64LittleEndian(file.Slice(BinaryPrimitives.ReadUInt64LittleEndian(note), sizeof(ulong)), BinaryPrimitives.ReadUInt64LittleEndian(note[8..]));
        }
    }

    /// <summary>Stores before it are seen before it, and it before those after it.</summary>
    private void SetCount(ulong count)
    {
        _count = count;
        Volatile.WriteBarrier();
        BinaryPrimitives.WriteUInt64LittleEndian(memory.Slice(start, sizeof(ulong)), count);
        Volatile.WriteBarrier();
    }
}
