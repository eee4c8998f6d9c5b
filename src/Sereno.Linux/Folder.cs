using System.Buffers.Binary;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>An open folder, read with getdents64(2): for walks of /proc and cgroup trees, where a string per entry would cost.</summary>
public sealed unsafe class Folder : IDisposable
{
    private const int BufferSize = 32 * 1024;
    [ThreadStatic] private static byte[]? t_spare;

    private readonly Fd _fd;
    private byte[]? _buffer; // not of one whose entries nobody asks for
    private int _position, _end;

    private Folder(Fd fd) => _fd = fd;

    /// <summary>One entry; the name is valid until the next call.</summary>
    public readonly ref struct Entry(ReadOnlySpan<byte> name, ulong inode, bool isFolder)
    {
        /// <summary>Without the terminating zero, which the byte after it is.</summary>
        public ReadOnlySpan<byte> Name { get; } = name;

        /// <summary>d_ino: in kernfs (cgroup v2) also the cgroup's id.</summary>
        public ulong Inode { get; } = inode;

        public bool IsFolder { get; } = isFolder;
    }

    /// <summary>Opens a folder; null with errno in <paramref name="errno"/> when that failed.</summary>
    public static Folder? TryOpen(string path, out int errno) => TryOpen(libc.AT_FDCWD, Encoding.UTF8.GetBytes(path), out errno);

    /// <summary>Opens a folder below this one.</summary>
    public Folder? TryOpen(ReadOnlySpan<byte> path, out int errno) => TryOpen(_fd.Number, path, out errno);

    /// <summary>The names in a folder that is open already, each with the zero that C wants, without "." and "..".</summary>
    public static List<byte[]> NamesIn(Fd open)
    {
        var names = new List<byte[]>();
        using var folder = new Folder(open.Duplicate());
        while (folder.Next(out var entry))
            if (!entry.Name.SequenceEqual("."u8) && !entry.Name.SequenceEqual(".."u8))
                names.Add([.. entry.Name, 0]);
        return names;
    }

    /// <summary>The next entry, "." and ".." among them; false at the end, or when the folder is gone.</summary>
    public bool Next(out Entry entry)
    {
        if (_buffer is null)
            (_buffer, t_spare) = (t_spare ?? GC.AllocateUninitializedArray<byte>(BufferSize), null);
        if (_position >= _end)
        {
            fixed (byte* p = _buffer)
                _end = (int)libc.getdents64(_fd.Number, p, BufferSize);
            _position = 0;
            if (_end <= 0)
            {
                entry = default;
                return false;
            }
        }
        var record = _buffer.AsSpan(_position);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(record[16..]);
        var name = record[libc.dirent64_d_name..length];
        name = name[..name.IndexOf((byte)0)];
        entry = new(name, BinaryPrimitives.ReadUInt64LittleEndian(record), record[18] == libc.DT_DIR);
        _position += length;
        return true;
    }

    /// <summary>readlinkat(2) of an entry; -1 when it can't be read.</summary>
    public int ReadLink(in Entry entry, Span<byte> target)
    {
        fixed (byte* name = entry.Name)
        fixed (byte* p = target)
            return (int)libc.readlinkat(_fd.Number, name, p, (nuint)target.Length);
    }

    /// <summary>readlinkat(2) of a path below this folder, which a zero ends; -1 with errno when it can't be read.</summary>
    public int ReadLink(ReadOnlySpan<byte> terminated, Span<byte> target, out int errno)
    {
        fixed (byte* name = terminated)
        fixed (byte* p = target)
        {
            int length = (int)libc.readlinkat(_fd.Number, name, p, (nuint)target.Length);
            errno = length == -1 ? Errno.Last : 0;
            return length;
        }
    }

    /// <summary>Reads the beginning of a file below this folder; -1 when it can't be read.</summary>
    public int ReadFile(ReadOnlySpan<byte> path, Span<byte> content)
    {
        int fd = OpenAt(_fd.Number, path, libc.O_RDONLY);
        if (fd == -1)
            return -1;
        fixed (byte* p = content)
        {
            int n = (int)libc.read(fd, p, (nuint)content.Length);
            _ = libc.close(fd);
            return n;
        }
    }

    public void Dispose()
    {
        t_spare = _buffer ?? t_spare;
        _fd.Dispose();
    }

    private static Folder? TryOpen(int at, ReadOnlySpan<byte> path, out int errno)
    {
        int fd = OpenAt(at, path, libc.O_RDONLY | libc.O_DIRECTORY);
        errno = fd == -1 ? Errno.Last : 0;
        return fd == -1 ? null : new(new Fd(fd));
    }

    private static int OpenAt(int at, ReadOnlySpan<byte> path, int flags)
    {
        Span<byte> terminated = path.Length < 512 ? stackalloc byte[path.Length + 1] : new byte[path.Length + 1];
        path.CopyTo(terminated);
        terminated[^1] = 0;
        fixed (byte* p = terminated)
            return libc.openat(at, p, flags | libc.O_CLOEXEC, 0);
    }
}
