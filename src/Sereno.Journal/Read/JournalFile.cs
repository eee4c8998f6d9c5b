using System.Runtime.InteropServices;
using Sereno.Journal.Format;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Read;

/// <summary>A journal file to read, whoever wrote it and whoever writes it now. Nothing in it is believed: each offset and
/// length is looked at before it is followed, and chains only lead onwards, so that none is endless.</summary>
public sealed partial class JournalFile : IDisposable
{
    // What journald itself takes for no time at all (systemd's VALID_REALTIME).
    private const ulong EndOfTime = 1UL << 55;

    private readonly FileBytes _bytes;
    private FileHeader _header;

    private JournalFile(string path, FileBytes bytes, FileStatus status) => (Path, _bytes, Device, Inode) = (path, bytes, status.Device, status.Inode);

    public string Path { get; }

    internal ulong Device { get; }

    internal ulong Inode { get; }

    /// <summary>As it was when the file was opened, or <see cref="Refresh"/> last called; what an older file doesn't have is 0.</summary>
    public ref readonly FileHeader Header => ref _header;

    public bool IsCompact => (_header.Incompatible & Incompatible.Compact) != 0;

    public bool HasKeyedHash => (_header.Incompatible & Incompatible.KeyedHash) != 0;

    /// <summary>What it takes of its disk, in bytes.</summary>
    public ulong Allocated => _bytes.Allocated;

    internal FileBytes Bytes => _bytes;

    /// <param name="errno">Why not, as journalctl says it: ENODATA for a file that is cut short, EBADMSG for what is no journal,
    /// EPROTONOSUPPORT for one with features that nobody here knows.</param>
    public static JournalFile? TryOpen(string path, BlockCache cache, out int errno)
    {
        return Files.TryOpen(path, libc.O_RDONLY | libc.O_NONBLOCK, out errno) is { } fd ? TryOpen(fd, path, cache, out errno) : null;
    }

    /// <summary>The same of one that is open, and closed with it.</summary>
    public static JournalFile? TryOpen(Fd fd, string path, BlockCache cache, out int errno)
    {
        if (FileStatus.Of(fd) is var status && status.Kind != FileKind.File)
        {
            fd.Dispose();
            errno = status.Kind == FileKind.Folder ? libc.EISDIR : libc.EBADFD;
            return null;
        }
        var file = new JournalFile(path, new(fd, cache), status);
        errno = file.ReadHeader();
        if (errno == 0)
            return file;
        file.Dispose();
        return null;
    }

    /// <summary>Looks at the file again. False where it can't be read any more.</summary>
    public bool Refresh() => ReadHeader() == 0;

    public void Dispose() => _bytes.Dispose();

    private int ReadHeader()
    {
        FileHeader header = default;
        var whole = MemoryMarshal.AsBytes(new Span<FileHeader>(ref header));
        int there = _bytes.ReadAt(0, whole);
        if (there < FileHeader.SizeMin)
            return libc.ENODATA;
        if (header.Signature != FileHeader.Magic || header.State > FileState.Archived)
            return libc.EBADMSG;
        if ((header.Incompatible & ~Incompatible.Known) != 0)
            return libc.EPROTONOSUPPORT;
        if (header.HeaderSize < FileHeader.SizeMin || (ulong)there < Math.Min(header.HeaderSize, (ulong)whole.Length))
            return libc.EBADMSG;
        if (header.HeaderSize < (ulong)whole.Length)
            whole[(int)header.HeaderSize..].Clear();
        _bytes.Renew(); // after the header: what it tells of is there by now
        ulong length = (ulong)_bytes.Length;
        if (header.HeaderSize > length || header.ArenaSize > length - header.HeaderSize || header.TailObjectOffset > header.HeaderSize + header.ArenaSize)
            return libc.ENODATA;
        if (((header.DataHashTableOffset | header.FieldHashTableOffset | header.TailObjectOffset | header.EntryArrayOffset) & 7) != 0)
            return libc.ENODATA;
        _header = header;
        return 0;
    }
}
