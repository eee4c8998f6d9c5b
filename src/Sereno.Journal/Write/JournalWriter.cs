using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sereno.Journal.Format;
using Sereno.Linux;

namespace Sereno.Journal.Write;

/// <summary>
/// Appends to one journal file. A batch: entries (<see cref="Begin"/>, <see cref="Add(ReadOnlySpan{byte})"/>..., <see cref="End"/>), then
/// <see cref="Flush"/>, after which readers see them, then <see cref="Commit"/>. Killed before that, the undo log takes all of it back.
/// </summary>
/// <remarks>
/// Counters, and the ends of the chains of known fields, stay here until Flush: a line costs one look into the hash table, two new
/// objects, and a word in each field's array.
/// </remarks>
public sealed partial class JournalWriter : IDisposable
{
    private const ulong Step = 2 << 20;
    private const ulong MinSize = 512 << 10;
    private const ulong PageSize = 4096;
    private const ulong MinCompressFrom = 8;

    private readonly WriterOptions _options;
    private readonly FileMemory _file;
    private readonly UndoLog? _undo;
    private readonly int _dataSize, _itemSize, _offsetSize;
    private FileHeader _header; // as the file's will be after Flush
    private ulong _end; // where the next object goes
    private ulong _dirtyEnd; // how far something may have been put that isn't zero, beyond the end too
    private ulong _committedEnd; // what is below was there before the batch

    private JournalWriter(FileMemory file, in FileHeader header, WriterOptions options, UndoLog? undo)
    {
        (_file, _header, _options, _undo) = (file, header, options, undo);
        _compressFrom = (header.Incompatible & Incompatible.Zstd) != 0 && options.CompressFrom is { } from ? Math.Max(from, MinCompressFrom) : ulong.MaxValue;
        _dataSize = IsCompact ? DataObject.CompactSize : DataObject.Size;
        _itemSize = IsCompact ? EntryObject.CompactItemSize : EntryObject.ItemSize;
        _offsetSize = IsCompact ? sizeof(uint) : sizeof(ulong);
    }

    public UInt128 FileId => _header.FileId;
    public UInt128 SeqnumId => _header.SeqnumId;
    public ulong TailSeqnum => _header.TailEntrySeqnum;
    public ulong HeadSeqnum => _header.HeadEntrySeqnum;
    public ulong HeadRealtime => _header.HeadEntryRealtime;
    public ulong EntryCount => _header.EntryCount;

    /// <summary>Bytes in use: what the file will have once it is archived.</summary>
    public ulong Used => _end;

    private bool IsCompact => (_header.Incompatible & Incompatible.Compact) != 0;
    private bool IsKeyed => (_header.Incompatible & Incompatible.KeyedHash) != 0;

    /// <summary>Lays a new journal out in memory that is empty.</summary>
    /// <param name="undo">Null: a batch that is cut off leaves a damaged file.</param>
    /// <exception cref="LinuxException">ENOSPC and its like.</exception>
    public static JournalWriter Create(FileMemory file, UInt128 fileId, WriterOptions options, UndoLog? undo = null)
    {
        var header = new FileHeader
        {
            Signature = FileHeader.Magic,
            Incompatible = (options.IsCompact ? Incompatible.Compact : 0) | (options.IsKeyed ? Incompatible.KeyedHash : 0)
                | (options.CompressFrom is null ? 0 : Incompatible.Zstd),
            State = FileState.Online,
            FileId = fileId,
            MachineId = options.MachineId,
            BootId = options.BootId,
            SeqnumId = options.SeqnumId == 0 ? fileId : options.SeqnumId,
            TailEntrySeqnum = options.Seqnum,
            HeaderSize = FileHeader.Size,
        };
        var writer = new JournalWriter(file, header, options, undo) { _end = FileHeader.Size };
        writer.LayOut();
        undo?.Begin(fileId);
        return writer;
    }

    /// <summary>What the batch deferred, into the file: readers see its entries.</summary>
    public void Flush()
    {
        LinkRun();
        Volatile.WriteBarrier(); // the objects, before what leads to them
        FlushKnown();
        FlushFields();
        Volatile.WriteBarrier();
        var now = MemoryMarshal.Cast<FileHeader, ulong>(MemoryMarshal.CreateSpan(ref _header, 1));
        for (int i = 0; i < now.Length; i++)
            if (Word((ulong)i * sizeof(ulong)) != now[i])
                Change((ulong)i * sizeof(ulong), now[i]);
        Volatile.WriteBarrier();
    }

    /// <summary>The batch is kept, whatever happens now.</summary>
    public void Commit()
    {
        _undo?.Clear();
        _committedEnd = _end;
        DropScratch();
    }

    private void LayOut()
    {
        ulong fields = HashTables.FieldItems * HashItem.Size, data = HashTables.DataItems(_options.MaxSize) * HashItem.Size;
        if (Reserve(2 * ObjectHeader.Size + fields + data) is var result && result != AppendResult.Appended)
            throw new LinuxException(_growError, "make a journal file");
        _header.FieldHashTableOffset = Table(ObjectType.FieldHashTable, fields);
        _header.FieldHashTableSize = fields;
        _header.DataHashTableOffset = Table(ObjectType.DataHashTable, data);
        _header.DataHashTableSize = data;
        MemoryMarshal.Write(_file.Slice(0, FileHeader.Size), _header);
        _committedEnd = _end;

        ulong Table(ObjectType type, ulong size)
        {
            ulong at = Allocate(type, ObjectHeader.Size + size);
            return at + ObjectHeader.Size; // the file is new: its items are zero
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _compression.Dispose();
    }

    private ulong Word(ulong at) => BinaryPrimitives.ReadUInt64LittleEndian(_file.Slice(at, sizeof(ulong)));

    /// <summary>A word that may have been there before the batch.</summary>
    private void Change(ulong at, ulong value)
    {
        var word = _file.Slice(at, sizeof(ulong));
        if (at < _committedEnd)
            _undo?.Note(at, BinaryPrimitives.ReadUInt64LittleEndian(word));
        BinaryPrimitives.WriteUInt64LittleEndian(word, value);
    }
}
