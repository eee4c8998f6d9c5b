using System.Runtime.InteropServices;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

[Flags]
public enum FileEvents : uint
{
    None = 0, Access = libc.IN_ACCESS, Modify = libc.IN_MODIFY, Attributes = libc.IN_ATTRIB, CloseWrite = libc.IN_CLOSE_WRITE,
    Open = libc.IN_OPEN, MovedFrom = libc.IN_MOVED_FROM, MovedTo = libc.IN_MOVED_TO, Create = libc.IN_CREATE,
    Delete = libc.IN_DELETE, DeleteSelf = libc.IN_DELETE_SELF, MoveSelf = libc.IN_MOVE_SELF, Unmount = libc.IN_UNMOUNT,
    Overflow = libc.IN_Q_OVERFLOW, Ignored = libc.IN_IGNORED, OnlyFolder = libc.IN_ONLYDIR, DontFollow = libc.IN_DONT_FOLLOW,
    IsFolder = libc.IN_ISDIR,
}

/// <param name="Watch">What <see cref="Inotify.Add"/> gave; -1 with Overflow.</param>
/// <param name="Name">The file within a watched folder, else empty.</param>
public readonly record struct FileEvent(int Watch, FileEvents What, string Name);

/// <summary>inotify(7), non-blocking.</summary>
public sealed unsafe class Inotify : IDisposable
{
    private readonly byte[] _buffer = new byte[4096];

    public Fd Fd { get; } = new(Errno.Check(libc.inotify_init1(libc.IN_CLOEXEC | libc.IN_NONBLOCK), "create an inotify instance"));

    /// <summary>Watches a path; a second call for the same inode replaces the events and gives the same number.</summary>
    /// <returns>-1 when there is no such path (ENOENT) or it may not be read (EACCES).</returns>
    /// <exception cref="LinuxException">ENOSPC when the user has no more watches.</exception>
    public int Add(string path, FileEvents events)
    {
        fixed (byte* p = Files.Text(path))
        {
            int watch = libc.inotify_add_watch(Fd.Number, p, (uint)events);
            if (watch >= 0 || Errno.Last is libc.ENOENT or libc.EACCES or libc.ENOTDIR)
                return watch;
            throw Errno.Failed($"watch {path}");
        }
    }

    /// <summary>Ends a watch; one that the kernel has ended already is no error.</summary>
    public void Remove(int watch) => _ = libc.inotify_rm_watch(Fd.Number, watch);

    /// <summary>Adds everything that has happened to <paramref name="events"/>.</summary>
    public void Receive(List<FileEvent> events)
    {
        for (int n; (n = Fd.Read(_buffer)) > 0;)
            for (var rest = _buffer.AsSpan(0, n); rest.Length >= sizeof(libc.inotify_event);)
            {
                var e = MemoryMarshal.Read<libc.inotify_event>(rest);
                var name = rest.Slice(sizeof(libc.inotify_event), (int)e.len);
                int zero = name.IndexOf((byte)0);
                events.Add(new(e.wd, (FileEvents)e.mask, Encoding.UTF8.GetString(zero < 0 ? name : name[..zero])));
                rest = rest[(sizeof(libc.inotify_event) + (int)e.len)..];
            }
    }

    public void Dispose() => Fd.Dispose();
}
