using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>
/// What can be done in a folder, and to a file, by descriptor alone: no path is resolved twice, so that what was looked at is what is
/// changed. Each call gives 0 or an errno.
/// </summary>
public static unsafe class OpenFolder
{
    public static int MakeFolder(Fd folder, string name, uint mode) => Do(name, p => libc.mkdirat(folder.Number, (byte*)p, mode));

    public static int MakeFifo(Fd folder, string name, uint mode) => Do(name, p => libc.mkfifoat(folder.Number, (byte*)p, mode));

    public static int MakeDevice(Fd folder, string name, bool isBlock, uint mode, ulong number) =>
        Do(name, p => libc.mknodat(folder.Number, (byte*)p, mode | (isBlock ? libc.S_IFBLK : libc.S_IFCHR), number));

    public static int MakeLink(Fd folder, string name, string target)
    {
        fixed (byte* t = Files.Text(target))
        {
            nint text = (nint)t;
            return Do(name, p => libc.symlinkat((byte*)text, folder.Number, (byte*)p));
        }
    }

    /// <summary>unlinkat(2).</summary>
    public static int Remove(Fd folder, string name, bool isFolder = false) => Do(name, p => libc.unlinkat(folder.Number, (byte*)p, isFolder ? libc.AT_REMOVEDIR : 0));

    /// <summary>renameat(2) within the folder: whatever it is, links themselves, and in place of a file that has the name.</summary>
    public static int Rename(Fd folder, string name, string to)
    {
        fixed (byte* t = Files.Text(to))
        {
            nint target = (nint)t;
            return Do(name, p => libc.renameat(folder.Number, (byte*)p, folder.Number, (byte*)target));
        }
    }

    /// <summary>fsync(2) of the folder: names made and removed in it are on disk. The descriptor may be open with O_PATH.</summary>
    public static int Sync(Fd folder)
    {
        using var readable = TryOpen(folder, ".", libc.O_RDONLY | libc.O_DIRECTORY, out int errno);
        return readable is null ? errno : libc.fsync(readable.Number) == -1 ? Errno.Last : 0;
    }

    /// <param name="flags">O_* of open(2); O_CLOEXEC is added.</param>
    public static Fd? TryOpen(Fd folder, string name, int flags, out int errno, uint mode = 0)
    {
        fixed (byte* p = Files.Text(name))
        {
            int fd = libc.openat(folder.Number, p, flags | libc.O_CLOEXEC, mode);
            errno = fd == -1 ? Errno.Last : 0;
            return fd == -1 ? null : new(fd);
        }
    }

    /// <summary>The names in a folder, in the kernel's order; "." and ".." left out.</summary>
    public static List<string> NamesIn(Fd folder)
    {
        using var readable = TryOpen(folder, ".", libc.O_RDONLY | libc.O_DIRECTORY, out int errno) ?? throw new LinuxException(errno, "read a folder");
        return [.. Folder.NamesIn(readable).Select(n => Encoding.UTF8.GetString(n.AsSpan(0, n.Length - 1)))];
    }

    /// <summary>-1 leaves an owner as it is. The file may be open with O_PATH, and be a link.</summary>
    public static int ChangeOwner(Fd file, uint uid, uint gid)
    {
        fixed (byte* empty = "\0"u8)
            return libc.fchownat(file.Number, empty, uid, gid, libc.AT_EMPTY_PATH) == -1 ? Errno.Last : 0;
    }

    /// <summary>Also of a file that is open with O_PATH, which fchmod(2) refuses.</summary>
    public static int ChangeMode(Fd file, uint mode) => Do($"/proc/self/fd/{file.Number}", p => libc.chmod((byte*)p, mode));

    /// <summary>setxattr(2), of what the descriptor stands for.</summary>
    public static int SetAttribute(Fd file, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* n = Files.Text(name))
        fixed (byte* v = value)
        fixed (byte* p = Files.Text($"/proc/self/fd/{file.Number}"))
            return libc.setxattr(p, n, v, (nuint)value.Length, 0) == -1 ? Errno.Last : 0;
    }

    /// <summary>Null where there is none.</summary>
    public static byte[]? GetAttribute(Fd file, string name)
    {
        var value = new byte[64 * 1024];
        fixed (byte* n = Files.Text(name))
        fixed (byte* v = value)
        fixed (byte* p = Files.Text($"/proc/self/fd/{file.Number}"))
            return (int)libc.getxattr(p, n, v, (nuint)value.Length) is >= 0 and var length ? value[..length] : null;
    }

    /// <summary>Nanoseconds since the epoch.</summary>
    public static void SetTimes(Fd file, long accessed, long modified)
    {
        libc.timespec* times = stackalloc libc.timespec[2];
        times[0] = new() { tv_sec = (nint)(accessed / 1_000_000_000), tv_nsec = (nint)(accessed % 1_000_000_000) };
        times[1] = new() { tv_sec = (nint)(modified / 1_000_000_000), tv_nsec = (nint)(modified % 1_000_000_000) };
        _ = libc.futimens(file.Number, times); // a courtesy to who looks at them
    }

    /// <summary>The flags of chattr(1), by FS_IOC_GETFLAGS and FS_IOC_SETFLAGS (ioctl_iflags(2)).</summary>
    public static int ChangeFlags(Fd file, uint mask, uint value)
    {
        uint flags = 0;
        if (libc.ioctl(file.Number, 0x80086601, &flags) == -1)
            return Errno.Last;
        flags = (flags & ~mask) | (value & mask);
        return libc.ioctl(file.Number, 0x40086602, &flags) == -1 ? Errno.Last : 0;
    }

    /// <summary>flock(2) without waiting; false: somebody has it.</summary>
    public static bool TryLock(Fd file) => libc.flock(file.Number, libc.LOCK_EX | libc.LOCK_NB) == 0;

    /// <summary>The target of an open link; null when it can't be read.</summary>
    public static string? LinkTarget(Fd link) => SafeWalk.ReadLink(link);

    /// <summary>For a process that makes files with the modes that it is told.</summary>
    /// <returns>What it was before.</returns>
    public static uint SetUmask(uint mask) => libc.umask(mask);

    private static int Do(string name, Func<nint, int> call)
    {
        fixed (byte* p = Files.Text(name))
            return call((nint)p) == -1 ? Errno.Last : 0;
    }
}
