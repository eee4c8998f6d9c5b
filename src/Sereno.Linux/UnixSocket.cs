using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Who is at the other end: SO_PEERCRED or SCM_CREDENTIALS (unix(7)).</summary>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid);

/// <summary>What one recvmsg(2) brought besides the bytes.</summary>
public readonly record struct Received(int Length, PeerCredentials? Sender, bool Truncated);

public enum UnixSocketType { Stream = libc.SOCK_STREAM, Datagram = libc.SOCK_DGRAM, SeqPacket = libc.SOCK_SEQPACKET }

/// <summary>AF_UNIX sockets with descriptor passing and credentials; close-on-exec, non-blocking unless asked otherwise.</summary>
public sealed unsafe class UnixSocket : IDisposable
{
    /// <summary>SCM_MAX_FD of the kernel: more than this in one message is EINVAL.</summary>
    public const int MaxFds = 253;

    public UnixSocket(Fd fd) => Fd = fd;

    public Fd Fd { get; }

    public static UnixSocket Create(UnixSocketType type, bool nonBlocking = true) =>
        new(new Fd(Errno.Check(libc.socket(libc.AF_UNIX, (int)type | libc.SOCK_CLOEXEC | (nonBlocking ? libc.SOCK_NONBLOCK : 0), 0),
            "create a Unix socket")));

    public static (UnixSocket, UnixSocket) Pair(UnixSocketType type, bool nonBlocking = true)
    {
        int* sv = stackalloc int[2];
        Errno.Check(libc.socketpair(libc.AF_UNIX, (int)type | libc.SOCK_CLOEXEC | (nonBlocking ? libc.SOCK_NONBLOCK : 0), 0, sv),
            "create a socket pair");
        return (new(new Fd(sv[0])), new(new Fd(sv[1])));
    }

    /// <summary>Binds to a path of any length, replacing a socket that nobody listens on.</summary>
    public void Bind(string path)
    {
        if (IsLeftOver(path))
            File.Delete(path);
        WithAddress(path, (a, n) => Errno.Check(libc.bind(Fd.Number, (void*)a, n), $"bind {path}"));
    }

    /// <summary>A socket (open(2) says ENXIO of one) that refuses: whoever bound it is gone.</summary>
    private static bool IsLeftOver(string path)
    {
        if (path.StartsWith('@') || Files.TryOpen(path, libc.O_RDONLY | libc.O_NONBLOCK, out int errno) is { } file && Close(file) || errno != libc.ENXIO)
            return false;
        // Who is known to have it isn't knocked at: a socket unit would start its service. Where he isn't of our network namespace, we have to.
        if (Files.TryReadText("/proc/net/unix")?.Contains($" {path}\n", StringComparison.Ordinal) == true)
            return false;
        foreach (var type in Enum.GetValues<UnixSocketType>())
        {
            using var probe = Create(type);
            try
            {
                probe.Connect(path);
                return false;
            }
            catch (LinuxException e) when (e.Number is libc.ECONNREFUSED or libc.EPROTOTYPE)
            {
                // Nobody, or a socket of another type.
            }
            catch (LinuxException)
            {
                return false; // a full backlog is somebody, too
            }
        }
        return true;

        static bool Close(Fd fd)
        {
            fd.Dispose();
            return true;
        }
    }

    public void Listen(int backlog = 128) => Errno.Check(libc.listen(Fd.Number, backlog), "listen");

    /// <exception cref="LinuxException">ENOENT or ECONNREFUSED when nobody is there.</exception>
    public void Connect(string path) =>
        WithAddress(path, (a, n) => Errno.Check(libc.connect(Fd.Number, (void*)a, n), $"connect to {path}"));

    /// <summary>The next client, or null when there is none now.</summary>
    public UnixSocket? Accept()
    {
        int fd = libc.accept4(Fd.Number, null, null, libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK);
        if (fd >= 0)
            return new(new Fd(fd));
        return Errno.Last is libc.EAGAIN or libc.EINTR or libc.ECONNABORTED ? null : throw Errno.Failed("accept a connection");
    }

    /// <summary>Credentials of the peer at connect(2) time.</summary>
    public PeerCredentials Peer
    {
        get
        {
            libc.ucred cred;
            uint length = (uint)sizeof(libc.ucred);
            Errno.Check(libc.getsockopt(Fd.Number, libc.SOL_SOCKET, libc.SO_PEERCRED, &cred, &length), "read the peer's credentials");
            return new(cred.pid, cred.uid, cred.gid);
        }
    }

    /// <summary>The peer's supplementary groups at connect(2) time; none before Linux 4.13, where the kernel doesn't tell.</summary>
    public uint[] PeerGroups
    {
        get
        {
            var groups = new uint[64];
            while (true)
                fixed (uint* list = groups)
                {
                    uint length = (uint)groups.Length * sizeof(uint);
                    if (libc.getsockopt(Fd.Number, libc.SOL_SOCKET, libc.SO_PEERGROUPS, list, &length) == 0)
                        return groups[..(int)(length / sizeof(uint))];
                    if (Errno.Last != libc.ERANGE || length / sizeof(uint) <= groups.Length)
                        return [];
                    groups = new uint[length / sizeof(uint)];
                }
        }
    }

    public void SetOption(int level, int name, int value) =>
        Errno.Check(libc.setsockopt(Fd.Number, level, name, &value, sizeof(int)), "set a socket option");

    /// <summary>Receives one message (or what a stream has): bytes, descriptors (appended to <paramref name="fds"/>), credentials.</summary>
    /// <returns>Length -1 when nothing is there now, 0 at end of stream.</returns>
    public Received Receive(Span<byte> buffer, List<Fd>? fds = null)
    {
        const int controlSize = 2048;
        byte* control = stackalloc byte[controlSize];
        fixed (byte* data = buffer)
        {
            var iov = new libc.iovec { iov_base = data, iov_len = (nuint)buffer.Length };
            var message = new libc.msghdr { msg_iov = &iov, msg_iovlen = 1, msg_control = control, msg_controllen = controlSize };
            nint n;
            do n = libc.recvmsg(Fd.Number, &message, libc.MSG_CMSG_CLOEXEC);
            while (n == -1 && Errno.Last == libc.EINTR);
            if (n == -1)
                return Errno.Last == libc.EAGAIN ? new(-1, null, false)
                    : Errno.Last == libc.ECONNRESET ? new(0, null, false) : throw Errno.Failed("receive a message");
            PeerCredentials? sender = ReadControl(new ReadOnlySpan<byte>(control, (int)message.msg_controllen), fds);
            return new((int)n, sender, (message.msg_flags & (libc.MSG_TRUNC | libc.MSG_CTRUNC)) != 0);
        }
    }

    /// <summary>Sends bytes and descriptors; the descriptors go with the first byte.</summary>
    /// <returns>Bytes taken, or -1 when it would block.</returns>
    /// <exception cref="LinuxException">EPIPE when the peer is gone.</exception>
    public int Send(ReadOnlySpan<byte> buffer, IReadOnlyList<Fd>? fds = null)
    {
        int count = fds?.Count ?? 0;
        int header = sizeof(libc.cmsghdr);
        byte* control = stackalloc byte[header + MaxFds * sizeof(int) + 8];
        fixed (byte* data = buffer)
        {
            var iov = new libc.iovec { iov_base = data, iov_len = (nuint)buffer.Length };
            var message = new libc.msghdr { msg_iov = &iov, msg_iovlen = 1 };
            if (count > 0)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxFds, nameof(fds));
                var cmsg = (libc.cmsghdr*)control;
                cmsg->cmsg_len = (nuint)(header + count * sizeof(int));
                cmsg->cmsg_level = libc.SOL_SOCKET;
                cmsg->cmsg_type = libc.SCM_RIGHTS;
                for (int i = 0; i < count; i++)
                    ((int*)(control + header))[i] = fds![i].Number;
                message.msg_control = control;
                message.msg_controllen = (nuint)ControlMessages.Align(header + count * sizeof(int));
            }
            nint n;
            do n = libc.sendmsg(Fd.Number, &message, libc.MSG_NOSIGNAL);
            while (n == -1 && Errno.Last == libc.EINTR);
            GC.KeepAlive(fds);
            return Errno.Transfer(n, "send a message");
        }
    }

    public void Dispose() => Fd.Dispose();

    private static PeerCredentials? ReadControl(ReadOnlySpan<byte> control, List<Fd>? fds)
    {
        PeerCredentials? sender = null;
        var messages = new ControlMessages(control);
        while (messages.Next())
            if (messages.Type == libc.SCM_RIGHTS)
                messages.TakeDescriptors(fds);
            else if (messages.Type == libc.SCM_CREDENTIALS)
                sender = messages.Credentials;
        return sender;
    }

    private static void WithAddress(string path, Action<nint, uint> use)
    {
        // A path longer than sun_path is reached through its folder's descriptor (unix(7), BUGS).
        Fd? folder = null;
        if (Encoding.UTF8.GetByteCount(path) >= 108)
        {
            folder = OpenFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            path = $"/proc/self/fd/{folder.Number}/{Path.GetFileName(path)}";
        }
        using (folder)
        {
            libc.sockaddr_un address = default;
            address.sun_family = libc.AF_UNIX;
            int length = Encoding.UTF8.GetBytes(path, new Span<byte>(address.sun_path, 107));
            if (path.StartsWith('@'))
                address.sun_path[0] = 0; // abstract
            use((nint)(&address), (uint)(sizeof(ushort) + length + (path.StartsWith('@') ? 0 : 1)));
        }
    }

    private static Fd OpenFolder(string path)
    {
        fixed (byte* p = Encoding.UTF8.GetBytes(path + '\0'))
            return new Fd(Errno.Check(libc.openat(libc.AT_FDCWD, p, libc.O_PATH | libc.O_DIRECTORY | libc.O_CLOEXEC, 0), $"open {path}"));
    }
}
