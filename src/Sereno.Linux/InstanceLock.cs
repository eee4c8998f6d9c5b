using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>At most one holder of a path: flock(2), which the kernel lets go when the holder dies, however it does.</summary>
public sealed class InstanceLock : IDisposable
{
    private readonly Fd _fd;

    private InstanceLock(Fd fd) => _fd = fd;

    /// <summary>Takes the lock and writes our pid into the file.</summary>
    /// <param name="holder">Who has it, when that isn't us; 0 if it doesn't say.</param>
    /// <returns>Null when somebody else has it.</returns>
    public static InstanceLock? TryTake(string path, out int holder)
    {
        holder = 0;
        var fd = Files.Open(path, libc.O_RDWR | libc.O_CREAT, 0x1A4 /* 0644 */);
        if (libc.flock(fd.Number, libc.LOCK_EX | libc.LOCK_NB) == -1)
        {
            using (fd)
            {
                if (Errno.Last != libc.EAGAIN)
                    throw Errno.Failed($"lock {path}");
                Span<byte> text = stackalloc byte[16];
                int n = fd.Read(text);
                _ = int.TryParse(Encoding.ASCII.GetString(text[..Math.Max(0, n)]).Trim(), out holder);
                return null;
            }
        }
        if (FileStatus.Of(path)?.IsSameFileAs(FileStatus.Of(fd)) != true)
        {
            fd.Dispose(); // its holder removed it when he let go
            return TryTake(path, out holder);
        }
        Files.Truncate(fd, 0);
        fd.WriteAll(Encoding.ASCII.GetBytes($"{Self.Pid}\n"));
        return new(fd);
    }

    /// <summary>Before letting go, in order: who had the file open already finds, once it is his, that it is no longer the path's.</summary>
    /// <remarks>One that stays, or whose folder is gone, does no harm.</remarks>
    public void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }

    /// <summary>Lets go.</summary>
    public void Dispose() => _fd.Dispose();
}
