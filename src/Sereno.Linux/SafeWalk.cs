using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What stands at the end of a path.</summary>
/// <param name="Errno">ENOENT and its like; ELOOP also where a link isn't to be trusted (see <see cref="Unsafe"/>).</param>
/// <param name="Unsafe">Refused because somebody who isn't root could have led us elsewhere.</param>
public readonly record struct Walked(Fd? Fd, int Errno, bool Unsafe);

/// <summary>
/// Follows a path one name at a time, every step relative to an open folder, so that nothing can be swapped for a link in
/// between (openat(2)). A <em>safe</em> walk never goes from what an unprivileged user owns to what another owns: in a folder
/// of his, a link of his could point anywhere.
/// </summary>
public static unsafe class SafeWalk
{
    private const int MaxLinks = 32;

    /// <summary>Opens what the path names with O_PATH; a link as the last name is itself the answer when <paramref name="followsLast"/> is false.</summary>
    /// <param name="root">What "/" means, also in links; null or empty: the real one.</param>
    public static Walked Open(string? root, string path, bool safe, bool followsLast = true)
    {
        var base_ = Files.TryOpen(root is { Length: > 0 } ? root : "/", libc.O_PATH | libc.O_DIRECTORY, out int errno);
        if (base_ is null)
            return new(null, errno, false);
        var at = base_.Duplicate();
        var status = FileStatus.Of(at);
        var baseStatus = status;
        var rest = new Stack<string>(Names(path).Reverse());
        int links = 0;
        using (base_)
            while (rest.TryPop(out var name))
            {
                if (name == ".." && status.IsSameFileAs(baseStatus))
                    continue;
                var next = TryOpenAt(at, name, out errno);
                if (next is null)
                    return Fail(at, errno);
                var found = FileStatus.Of(next);
                if (safe && IsUnsafe(status, found))
                {
                    next.Dispose();
                    return Fail(at, libc.ELOOP, isUnsafe: true);
                }
                if (found.Kind == FileKind.Link && (followsLast || rest.Count > 0))
                {
                    string? target = ReadLink(next);
                    next.Dispose();
                    status = found; // whose link it is counts for where it leads
                    if (target is null || ++links > MaxLinks)
                        return Fail(at, target is null ? libc.ENOENT : libc.ELOOP);
                    if (target.StartsWith('/'))
                    {
                        at.Dispose();
                        at = base_.Duplicate();
                        if (safe && IsUnsafe(found, baseStatus))
                            return Fail(at, libc.ELOOP, isUnsafe: true);
                        status = baseStatus;
                    }
                    foreach (string part in Names(target).Reverse())
                        rest.Push(part);
                    continue;
                }
                at.Dispose();
                (at, status) = (next, found);
            }
        return new(at, 0, false);
    }

    /// <summary>Who isn't root and has <paramref name="from"/> may have put there what leads to another's.</summary>
    public static bool IsUnsafe(FileStatus from, FileStatus to) => from.Uid != 0 && from.Uid != to.Uid;

    private static string[] Names(string path) => [.. path.Split('/').Where(n => n is not ("" or "."))];

    private static Walked Fail(Fd at, int errno, bool isUnsafe = false)
    {
        at.Dispose();
        return new(null, errno, isUnsafe);
    }

    private static Fd? TryOpenAt(Fd folder, string name, out int errno)
    {
        fixed (byte* p = Files.Text(name))
        {
            int fd = libc.openat(folder.Number, p, libc.O_PATH | libc.O_NOFOLLOW | libc.O_CLOEXEC, 0);
            errno = fd == -1 ? Errno.Last : 0;
            return fd == -1 ? null : new(fd);
        }
    }

    /// <summary>readlinkat(2) of an open link; null when it is empty or can't be read.</summary>
    internal static string? ReadLink(Fd link)
    {
        Span<byte> target = stackalloc byte[4096];
        fixed (byte* empty = "\0"u8)
        fixed (byte* t = target)
        {
            int length = (int)libc.readlinkat(link.Number, empty, t, (nuint)target.Length);
            return length > 0 ? Encoding.UTF8.GetString(target[..length]) : null;
        }
    }
}
