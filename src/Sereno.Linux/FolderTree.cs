using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>
/// Removes a folder that others may write to. Every step is relative to a descriptor and follows no link, so that nobody can
/// swap a folder for a link in between and have something else removed (symlink(7)).
/// </summary>
public static unsafe class FolderTree
{
    private const int MaxDepth = 256;

    /// <summary>Removes a folder and all below it; one that isn't there is no error. Mount points in it stay.</summary>
    /// <exception cref="LinuxException">EACCES, EBUSY and their like; ELOOP when it is too deep.</exception>
    public static void Remove(string path)
    {
        string parent = Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : "/";
        using var at = Files.TryOpen(parent, libc.O_PATH | libc.O_DIRECTORY, out int errno);
        if (at is null)
        {
            if (errno is libc.ENOENT or libc.ENOTDIR)
                return;
            throw new LinuxException(errno, $"open {parent}");
        }
        Remove(at, Files.Text(Path.GetFileName(path)), path, 0);
    }

    private static void Remove(Fd at, byte[] name, string path, int depth)
    {
        if (depth > MaxDepth)
            throw new LinuxException(libc.ELOOP, $"remove {path}");
        fixed (byte* p = name)
        {
            if (libc.unlinkat(at.Number, p, 0) == 0 || Errno.Last == libc.ENOENT)
                return;
            if (Errno.Last is not (libc.EISDIR or libc.EPERM))
                throw Errno.Failed($"remove {path}");
            int fd = libc.openat(at.Number, p, libc.O_RDONLY | libc.O_DIRECTORY | libc.O_NOFOLLOW | libc.O_CLOEXEC, 0);
            if (fd == -1)
                throw Errno.Failed($"open {path}");
            using (var folder = new Fd(fd))
                foreach (byte[] child in Folder.NamesIn(folder))
                    Remove(folder, child, path, depth + 1);
            if (libc.unlinkat(at.Number, p, libc.AT_REMOVEDIR) == -1 && Errno.Last != libc.ENOENT)
                throw Errno.Failed($"remove {path}");
        }
    }
}
