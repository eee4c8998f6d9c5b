using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Files as descriptors, for callers that need the flags of openat(2) or must not allocate a FileStream.</summary>
public static unsafe class Files
{
    /// <param name="flags">O_* of open(2); O_CLOEXEC is added.</param>
    /// <param name="mode">Permissions of a file that O_CREAT makes, before the umask.</param>
    /// <exception cref="LinuxException">As open(2).</exception>
    public static Fd Open(string path, int flags, uint mode = 0) =>
        TryOpen(path, flags, out int errno, mode) ?? throw new LinuxException(errno, $"open {path}");

    /// <summary>Like <see cref="Open"/>, but null and the errno instead of an exception.</summary>
    public static Fd? TryOpen(string path, int flags, out int errno, uint mode = 0) => TryOpen(Text(path), flags, out errno, mode);

    /// <summary>The same of a path that a zero ends, and that needn't be UTF-8.</summary>
    public static Fd? TryOpen(ReadOnlySpan<byte> terminated, int flags, out int errno, uint mode = 0)
    {
        int fd;
        fixed (byte* p = terminated)
            fd = libc.openat(libc.AT_FDCWD, p, flags | libc.O_CLOEXEC, mode);
        errno = fd == -1 ? Errno.Last : 0;
        return fd == -1 ? null : new Fd(fd);
    }

    public static Fd OpenFolder(string path) => Open(path, libc.O_RDONLY | libc.O_DIRECTORY);

    /// <summary>All of a text file, or null when it can't be read. No exception for one that isn't there, which is usual in /proc and /sys.</summary>
    public static string? TryReadText(string path)
    {
        using var file = TryOpen(path, libc.O_RDONLY, out _);
        if (file is null)
            return null;
        Span<byte> first = stackalloc byte[4096];
        int length = file.TryRead(first);
        if (length < 0)
            return null;
        if (length == 0)
            return "";
        byte[]? all = null;
        for (int n; (n = file.TryRead(all is null ? first[length..] : all.AsSpan(length))) != 0; length += n)
        {
            if (n < 0)
                return null;
            if (length + n < (all?.Length ?? first.Length))
                continue;
            var larger = new byte[2 * (length + n)];
            (all is null ? first : all).CopyTo(larger);
            all = larger;
        }
        return Encoding.UTF8.GetString(all is null ? first[..length] : all.AsSpan(0, length));
    }

    /// <summary>mkdir(2); false and the errno when that fails.</summary>
    public static bool MakeFolder(string path, out int errno)
    {
        fixed (byte* p = Text(path))
            errno = libc.mkdirat(libc.AT_FDCWD, p, 0x1FF /* 0777 */) == 0 ? 0 : Errno.Last;
        return errno == 0;
    }

    /// <summary>rmdir(2); false and the errno when that fails.</summary>
    public static bool RemoveFolder(string path, out int errno)
    {
        fixed (byte* p = Text(path))
            errno = libc.unlinkat(libc.AT_FDCWD, p, libc.AT_REMOVEDIR) == 0 ? 0 : Errno.Last;
        return errno == 0;
    }

    /// <summary>readlink(2) of a path that a zero ends.</summary>
    public static int ReadLink(ReadOnlySpan<byte> terminated, Span<byte> target)
    {
        fixed (byte* p = terminated)
        fixed (byte* t = target)
            return (int)libc.readlinkat(libc.AT_FDCWD, p, t, (nuint)target.Length);
    }

    /// <summary>readlink(2): how many bytes of <paramref name="target"/> were filled, or -1.</summary>
    public static int ReadLink(string path, Span<byte> target) => ReadLink(Text(path), target);

    /// <summary>Takes those of the descriptors 0 to 2 that the process was started without, so that no socket of ours gets such a
    /// number and then what is meant for people. They read as empty, and writing to them fails with EBADF as before.</summary>
    public static void ReserveStandardDescriptors()
    {
        int fd;
        fixed (byte* p = "/dev/null\0"u8)
            do fd = libc.openat(libc.AT_FDCWD, p, libc.O_RDONLY | libc.O_CLOEXEC, 0);
            while (fd is >= 0 and <= 2);
        if (fd > 2)
            libc.close(fd);
    }

    /// <summary>Moves what a pipe has into a file, at its position, which goes on with it whatever becomes of us (splice(2)).</summary>
    /// <returns>Bytes, 0 at the end of the pipe, -1 when it has none now.</returns>
    public static int Splice(Fd pipe, Fd file, int most) =>
        Errno.Transfer(libc.splice(pipe.Number, null, file.Number, null, (nuint)most, libc.SPLICE_F_MOVE | libc.SPLICE_F_NONBLOCK), "splice a pipe");

    public static long Position(Fd fd) => Seek(fd, 0, 1);

    public static void SetPosition(Fd fd, long position) => Seek(fd, position, 0);

    /// <summary>pread(2): how much of the buffer was filled.</summary>
    public static int ReadAt(Fd fd, Span<byte> buffer, long offset)
    {
        fixed (byte* p = buffer)
            return Errno.Check((int)libc.pread(fd.Number, p, (nuint)buffer.Length, (nint)offset), "read a file");
    }

    /// <summary>fsync(2): what was written is on disk.</summary>
    public static void Sync(Fd file) => Errno.Check(libc.fsync(file.Number), "write to the disk");

    /// <summary>pwrite(2) of all.</summary>
    public static void WriteAt(Fd fd, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* p = bytes)
            for (int done = 0; done < bytes.Length;)
                done += Errno.Check((int)libc.pwrite(fd.Number, p + done, (nuint)(bytes.Length - done), (nint)(offset + done)), "write a file");
    }

    public static long Length(Fd fd) => (long)FileStatus.Of(fd).Size;

    private static long Seek(Fd fd, long offset, int whence)
    {
        nint position = libc.lseek(fd.Number, (nint)offset, whence);
        return position >= 0 ? position : throw Errno.Failed("seek in a file");
    }

    public static void Truncate(Fd fd, long length) => Errno.Check(libc.ftruncate(fd.Number, (nint)length), "truncate a file");

    /// <summary>Writes to our standard error, without Console: that would start threads and take over signals.</summary>
    public static void Complain(string message) => Print(2, $"sereno: {message}\n");

    /// <summary>A line to our standard output, likewise.</summary>
    public static void Print(string line) => Print(1, line + "\n");

    private static void Print(int fd, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* p = bytes)
            _ = libc.write(fd, p, (nuint)bytes.Length);
    }

    /// <summary>The bytes of a path with the zero that C wants.</summary>
    internal static byte[] Text(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
