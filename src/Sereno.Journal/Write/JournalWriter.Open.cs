using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sereno.Journal.Format;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Write;

// New files, and going on with one that is there.
public sealed partial class JournalWriter
{
    private const uint NoCopyOnWrite = 0x800000; // FS_NOCOW_FL of ioctl_iflags(2)

    /// <summary>A new file in an open folder.</summary>
    /// <exception cref="LinuxException">EEXIST, EROFS, ENOSPC, ...</exception>
    public static JournalWriter Create(Fd folder, string name, WriterOptions options, UndoLog? undo = null)
    {
        var fd = OpenFolder.TryOpen(folder, name, libc.O_RDWR | libc.O_CREAT | libc.O_EXCL | libc.O_NOFOLLOW, out int errno, options.Mode)
            ?? throw new LinuxException(errno, $"make {name}");
        SharedMapping? mapping = null;
        try
        {
            // Both as far as the file system can: btrfs copies each changed page without the first, and retention asks for the birth that
            // not every file system keeps.
            _ = OpenFolder.ChangeFlags(fd, NoCopyOnWrite, NoCopyOnWrite);
            _ = OpenFolder.SetAttribute(fd, "user.crtime_usec", BitConverter.GetBytes((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond));
            mapping = SharedMapping.Of(fd, options.MaxSize);
            var writer = Create(mapping, NewId(), options, undo);
            writer.Sync();
            return OpenFolder.Sync(folder) is var unsynced && unsynced == 0 ? writer : throw new LinuxException(unsynced, "write a folder to disk");
        }
        catch
        {
            mapping?.Dispose();
            fd.Dispose();
            _ = OpenFolder.Remove(folder, name);
            throw;
        }
    }

    /// <summary>A file that is there; null where it can't be gone on with.</summary>
    /// <param name="undo">If it is of this file, the batch that was cut off is undone first. Who knows that the batch is to be kept clears it before.</param>
    /// <exception cref="LinuxException">ENOENT, EACCES, ...</exception>
    public static JournalWriter? Open(Fd folder, string name, WriterOptions options, UndoLog? undo, ulong now, out OpenRefusal refusal)
    {
        var fd = OpenFolder.TryOpen(folder, name, libc.O_RDWR | libc.O_NOFOLLOW | libc.O_NONBLOCK, out int errno)
            ?? throw new LinuxException(errno, $"open {name}");
        if (FileStatus.Of(fd) is not { Kind: FileKind.File, Size: >= FileHeader.SizeMin } status)
        {
            fd.Dispose();
            refusal = OpenRefusal.Truncated;
            return null;
        }
        return Open(SharedMapping.Of(fd, Math.Max(options.MaxSize, status.Size)), options, undo, now, out refusal);
    }

    /// <summary>As above, of memory; it is disposed of where it can't be gone on with.</summary>
    public static JournalWriter? Open(FileMemory file, WriterOptions options, UndoLog? undo, ulong now, out OpenRefusal refusal)
    {
        try
        {
            refusal = TryOpen(file, options, undo, now, out var writer);
            if (refusal == OpenRefusal.None)
                return writer;
        }
        catch (Exception e) when (IsDamage(e))
        {
            refusal = OpenRefusal.Corrupt;
        }
        file.Dispose();
        return null;
    }

    private static OpenRefusal TryOpen(FileMemory file, WriterOptions options, UndoLog? undo, ulong now, out JournalWriter? writer)
    {
        writer = null;
        if (file.Length < FileHeader.Size)
            return OpenRefusal.Truncated;
        var header = MemoryMarshal.Read<FileHeader>(file.Slice(0, FileHeader.Size));
        bool isOurs = undo is not null && header.FileId != 0 && undo.FileId == header.FileId;
        if (isOurs)
        {
            undo!.PlayBack(file);
            header = MemoryMarshal.Read<FileHeader>(file.Slice(0, FileHeader.Size));
        }
        var refusal = Judge(header, file.Length, options, isOurs, now);
        if (refusal != OpenRefusal.None)
            return refusal;
        header.BootId = options.BootId;
        writer = new(file, header, options, undo);
        if (isOurs)
            writer._dirtyEnd = file.Length;
        else
            undo?.Begin(header.FileId);
        writer.FindEnd();
        return OpenRefusal.None;
    }

    private static OpenRefusal Judge(in FileHeader header, ulong length, WriterOptions options, bool isOurs, ulong now)
    {
        if (header.Signature != FileHeader.Magic || header.State > FileState.Archived)
            return OpenRefusal.Corrupt;
        if (header.HeaderSize != FileHeader.Size || header.Compatible != 0 || (header.Incompatible & ~Incompatible.Known) != 0)
            return OpenRefusal.Incompatible;
        ulong size = header.HeaderSize + header.ArenaSize;
        if (header.ArenaSize > length || size > length || header.TailObjectOffset > size)
            return OpenRefusal.Truncated;
        if (header.MachineId != options.MachineId)
            return OpenRefusal.OtherMachine;
        if (header.State == FileState.Archived)
            return OpenRefusal.Archived;
        if (header.State == FileState.Online && !isOurs)
            return OpenRefusal.Unclean;
        if (header.TailEntryRealtime > now)
            return OpenRefusal.FromTheFuture;
        return header.DataHashTableSize < HashItem.Size || header.FieldHashTableSize < HashItem.Size
            || header.TailObjectOffset < FileHeader.Size || header.TailObjectOffset % 8 != 0 ? OpenRefusal.Corrupt : OpenRefusal.None;
    }

    private void FindEnd()
    {
        var tail = MemoryMarshal.Read<ObjectHeader>(_file.Slice(_header.TailObjectOffset, ObjectHeader.Size));
        if (tail.Length < ObjectHeader.Size || tail.Length > _file.Length)
            throw new InvalidDataException("the last object has no length");
        _committedEnd = _end = _header.TailObjectOffset + Align(tail.Length);
        _entries = new()
        {
            Count = _header.EntryCount, Tail = _header.TailEntryArrayOffset, Used = _header.TailEntryArrayEntryCount,
            Capacity = _header.TailEntryArrayOffset == 0 ? 0 : CapacityOf(_header.TailEntryArrayOffset),
        };
        if (_entries.Used > _entries.Capacity || _end > _file.Length)
            throw new InvalidDataException("an entry array has more items than room");
    }

    private static UInt128 NewId()
    {
        Span<byte> id = stackalloc byte[16];
        RandomNumberGenerator.Fill(id);
        // As version 4 of UUIDs, which sd_id128_randomize(3) makes.
        id[6] = (byte)(id[6] & 0x0F | 0x40);
        id[8] = (byte)(id[8] & 0x3F | 0x80);
        return MemoryMarshal.Read<UInt128>(id);
    }
}
