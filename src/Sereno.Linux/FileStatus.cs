using Sereno.Linux.Headers;

namespace Sereno.Linux;

public enum FileKind { None, Fifo, CharacterDevice, Folder, BlockDevice, File, Link, Socket }

/// <summary>What statx(2) tells of a file. Times are nanoseconds since the epoch; a birth time of 0 isn't known.</summary>
public readonly record struct FileStatus(FileKind Kind, uint Mode, uint Uid, uint Gid, ulong Size, uint Links, ulong Device, ulong Inode,
    ulong Number, bool IsMountPoint, long Accessed, long Modified, long Changed, long Born)
{
    /// <summary>In bytes: what it takes of its disk.</summary>
    public ulong Allocated { get; private init; }

    /// <summary>Of an open descriptor, O_PATH ones included.</summary>
    public static unsafe FileStatus Of(Fd fd)
    {
        fixed (byte* empty = "\0"u8)
            return Of(fd.Number, empty, libc.AT_EMPTY_PATH, out int errno) ?? throw new LinuxException(errno, "look at a file");
    }

    /// <summary>Of an entry of an open folder, links not followed; null with errno when there is none.</summary>
    public static unsafe FileStatus? Of(Fd folder, string name, out int errno)
    {
        fixed (byte* p = Files.Text(name))
            return Of(folder.Number, p, libc.AT_SYMLINK_NOFOLLOW, out errno);
    }

    /// <summary>Of a path, links not followed; null when there is nothing.</summary>
    public static unsafe FileStatus? Of(string path)
    {
        fixed (byte* p = Files.Text(path))
            return Of(libc.AT_FDCWD, p, libc.AT_SYMLINK_NOFOLLOW, out _);
    }

    public bool IsSameFileAs(FileStatus other) => Device == other.Device && Inode == other.Inode;

    private static unsafe FileStatus? Of(int folder, byte* path, int flags, out int errno)
    {
        libc.statx s;
        errno = libc.statx_(folder, path, flags, libc.STATX_BASIC_STATS | libc.STATX_BTIME, &s) == -1 ? Errno.Last : 0;
        if (errno != 0)
            return null;
        return new(KindOf(s.stx_mode), s.stx_mode & 0xFFFu, s.stx_uid, s.stx_gid, s.stx_size, s.stx_nlink, Join(s.stx_dev_major, s.stx_dev_minor),
            s.stx_ino, Join(s.stx_rdev_major, s.stx_rdev_minor), (s.stx_attributes & libc.STATX_ATTR_MOUNT_ROOT) != 0,
            Nanoseconds(s.stx_atime), Nanoseconds(s.stx_mtime), Nanoseconds(s.stx_ctime),
            (s.stx_mask & libc.STATX_BTIME) != 0 ? Nanoseconds(s.stx_btime) : 0) { Allocated = s.stx_blocks * 512 };
    }

    private static FileKind KindOf(uint mode) => (mode & libc.S_IFMT) switch
    {
        libc.S_IFIFO => FileKind.Fifo,
        libc.S_IFCHR => FileKind.CharacterDevice,
        libc.S_IFDIR => FileKind.Folder,
        libc.S_IFBLK => FileKind.BlockDevice,
        libc.S_IFREG => FileKind.File,
        libc.S_IFLNK => FileKind.Link,
        libc.S_IFSOCK => FileKind.Socket,
        _ => FileKind.None, // an anonymous inode
    };

    /// <summary>makedev(3).</summary>
    public static ulong Join(uint major, uint minor) =>
        ((ulong)(major & 0xFFFFF000) << 32) | ((ulong)(major & 0xFFF) << 8) | ((ulong)(minor & 0xFFFFFF00) << 12) | (minor & 0xFF);

    private static long Nanoseconds(libc.statx_timestamp t) => t.tv_sec * 1_000_000_000 + t.tv_nsec;
}
