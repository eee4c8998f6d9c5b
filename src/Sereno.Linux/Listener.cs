using System.Buffers.Binary;
using System.Globalization;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

public enum ListenerKind { Stream = libc.SOCK_STREAM, Datagram = libc.SOCK_DGRAM, Raw = libc.SOCK_RAW, SequentialPacket = libc.SOCK_SEQPACKET }

/// <summary>What must be said before bind(2) and listen(2).</summary>
public sealed record ListenerSettings
{
    public required ListenerKind Kind { get; init; }

    /// <summary>The control group that the socket shall belong to; null, and where a process can't start there, for ours.</summary>
    public Fd? Group { get; init; }

    /// <summary>0 for the type's own.</summary>
    public int Protocol { get; init; }
    public int Backlog { get; init; }

    /// <summary>IPV6_V6ONLY; null for net.ipv6.bindv6only's.</summary>
    public bool? OnlyIPv6 { get; init; }
    public string? Device { get; init; }
    public bool ReusePort { get; init; }
    public bool FreeBind { get; init; }
    public bool Transparent { get; init; }

    /// <summary>Done with an internet or vsock(7) socket before anybody can reach it; told whether it is in <see cref="Group"/>.</summary>
    public Action<Fd, bool>? Prepare { get; init; }
}

/// <summary>Opens what servers listen on, to be handed to them: closed on exec, non-blocking.</summary>
public static unsafe class Listener
{
    /// <param name="address">4 or 16 bytes in network order; null for every address, IPv6's if the machine has it.</param>
    /// <param name="zone">Name or number of the interface that a link-local address belongs to.</param>
    /// <exception cref="LinuxException">EADDRINUSE, EACCES, EADDRNOTAVAIL, ENODEV...</exception>
    public static Fd OpenInternet(byte[]? address, ushort port, string? zone, ListenerSettings settings)
    {
        string what = $"listen on port {port}";
        bool isV4 = address is { Length: 4 };
        var fd = TryMake(isV4 ? libc.AF_INET : libc.AF_INET6, settings, out int errno, out bool isInGroup);
        if (fd is null && address is null && errno == libc.EAFNOSUPPORT)
            (fd, isV4) = (TryMake(libc.AF_INET, settings, out errno, out isInGroup), true);
        if (fd is null)
            throw new LinuxException(errno, what);
        return Bound(fd, () =>
        {
            if (!isV4 && settings.OnlyIPv6 is { } only)
                Check(SocketOption.OnlyIPv6.TrySet(fd, only ? 1 : 0), what);
            if (settings.Device is { } device)
                Check(SocketOption.TrySetDevice(fd, device), $"bind to {device}");
            // Without the privilege, or on an old kernel, bind(2) tells what is missing.
            if (settings.ReusePort)
                SocketOption.ReusePort.TrySet(fd, 1);
            if (settings.FreeBind)
                (isV4 ? SocketOption.FreeBindV4 : SocketOption.FreeBindV6).TrySet(fd, 1);
            if (settings.Transparent)
                (isV4 ? SocketOption.TransparentV4 : SocketOption.TransparentV6).TrySet(fd, 1);
            Check(SocketOption.ReuseAddress.TrySet(fd, 1), what);
            settings.Prepare?.Invoke(fd, isInGroup);
            libc.sockaddr_in6 sockaddr = default;
            sockaddr.sin6_family = (ushort)(isV4 ? libc.AF_INET : libc.AF_INET6);
            sockaddr.sin6_port = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port;
            address?.CopyTo(new Span<byte>(isV4 ? &((libc.sockaddr_in*)&sockaddr)->sin_addr : &sockaddr.sin6_addr, address.Length));
            if (!isV4 && zone is not null)
                sockaddr.sin6_scope_id = InterfaceIndex(zone);
            BindAndListen(fd, &sockaddr, isV4 ? sizeof(libc.sockaddr_in) : sizeof(libc.sockaddr_in6), settings, what);
        });
    }

    /// <summary>vsock(7); <paramref name="cid"/> is uint.MaxValue for any.</summary>
    public static Fd OpenVsock(uint cid, uint port, ListenerSettings settings)
    {
        string what = $"listen on vsock port {port}";
        var fd = TryMake(libc.AF_VSOCK, settings, out int errno, out bool isInGroup) ?? throw new LinuxException(errno, what);
        return Bound(fd, () =>
        {
            settings.Prepare?.Invoke(fd, isInGroup);
            libc.sockaddr_vm sockaddr = new() { svm_family = libc.AF_VSOCK, svm_cid = cid, svm_port = port };
            BindAndListen(fd, &sockaddr, sizeof(libc.sockaddr_vm), settings, what);
        });
    }

    /// <summary>netlink(7); <see cref="ListenerSettings.Protocol"/> is its family.</summary>
    /// <param name="groups">A mask of multicast groups.</param>
    public static Fd OpenNetlink(uint groups, ListenerSettings settings)
    {
        const string what = "listen on a netlink socket";
        var fd = Make(libc.AF_NETLINK, settings, what);
        return Bound(fd, () =>
        {
            libc.sockaddr_nl sockaddr = new() { nl_family = libc.AF_NETLINK, nl_groups = groups };
            BindAndListen(fd, &sockaddr, sizeof(libc.sockaddr_nl), settings, what);
        });
    }

    /// <param name="path">With an at sign in front, an abstract name.</param>
    public static Fd OpenUnix(string path, uint mode, ListenerSettings settings)
    {
        var fd = Make(libc.AF_UNIX, settings, $"listen on {path}");
        return Bound(fd, () =>
        {
            // The file that bind(2) makes takes the socket's mode, less the umask (unix(7)): nobody comes in before it is right.
            Errno.Check(libc.fchmod(fd.Number, mode), $"set the mode of {path}");
            var socket = new UnixSocket(fd);
            socket.Bind(path);
            if (path.StartsWith('/'))
                ChangeMode(path, mode);
            if (settings.Kind != ListenerKind.Datagram)
                socket.Listen(settings.Backlog);
        });
    }

    /// <summary>Open for reading and writing: readers don't come to its end when the last writer leaves (fifo(7)).</summary>
    /// <param name="pipeSize">In bytes; 0 for the kernel's.</param>
    public static Fd OpenFifo(string path, uint mode, int pipeSize = 0)
    {
        fixed (byte* name = Files.Text(path))
            if (libc.mkfifoat(libc.AT_FDCWD, name, mode) == -1 && Errno.Last != libc.EEXIST)
                throw Errno.Failed($"make the FIFO {path}");
        var fd = Files.Open(path, libc.O_RDWR | libc.O_NONBLOCK | libc.O_NOFOLLOW);
        return Bound(fd, () =>
        {
            if (FileStatus.Of(fd).Kind != FileKind.Fifo)
                throw new LinuxException(libc.EEXIST, $"make the FIFO {path}");
            Errno.Check(libc.fchmod(fd.Number, mode), $"set the mode of {path}");
            if (pipeSize > 0)
                libc.fcntl(fd.Number, libc.F_SETPIPE_SZ, pipeSize); // as large as the user may
        });
    }

    /// <summary>A file of /proc or /sys, or a character device.</summary>
    public static Fd OpenSpecial(string path, bool writable)
    {
        var fd = Files.Open(path, (writable ? libc.O_RDWR : libc.O_RDONLY) | libc.O_NOCTTY | libc.O_NONBLOCK | libc.O_NOFOLLOW);
        return Bound(fd, () =>
        {
            if (FileStatus.Of(fd).Kind is not (FileKind.File or FileKind.CharacterDevice))
                throw new LinuxException(libc.EEXIST, $"open {path}");
        });
    }

    /// <summary>mq_overview(7); limits of 0 leave the kernel's.</summary>
    public static Fd OpenMessageQueue(string name, uint mode, long messages, long messageSize)
    {
        var limits = new libc.mq_attr { mq_flags = libc.O_NONBLOCK, mq_maxmsg = (nint)messages, mq_msgsize = (nint)messageSize };
        fixed (byte* path = Files.Text(name))
        {
            var fd = new Fd(Errno.Check(libc.mq_open(path, libc.O_RDONLY | libc.O_CLOEXEC | libc.O_NONBLOCK | libc.O_CREAT, mode, messages > 0 && messageSize > 0 ? &limits : null),
                $"open the message queue {name}"));
            return Bound(fd, () => Errno.Check(libc.fchmod(fd.Number, mode), $"set the mode of the message queue {name}"));
        }
    }

    public static void RemoveMessageQueue(string name)
    {
        fixed (byte* path = Files.Text(name))
            if (libc.mq_unlink(path) == -1 && Errno.Last != libc.ENOENT)
                throw Errno.Failed($"remove the message queue {name}");
    }

    /// <param name="uid"><see cref="PlanWriter.Keep"/> leaves it as it is.</param>
    public static void ChangeOwner(string path, uint uid, uint gid)
    {
        fixed (byte* name = Files.Text(path))
            Errno.Check(libc.fchownat(libc.AT_FDCWD, name, uid, gid, libc.AT_SYMLINK_NOFOLLOW), $"change the owner of {path}");
    }

    private static Fd Make(int family, ListenerSettings settings, string what) => TryMake(family, settings, out int errno, out _) ?? throw new LinuxException(errno, what);

    /// <summary>In the control group if that can be; whose a socket is, is told by it.</summary>
    private static Fd? TryMake(int family, ListenerSettings settings, out int errno, out bool isInGroup)
    {
        int type = (int)settings.Kind | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK;
        int number = settings.Group is { } group ? sereno_spawn.sereno_socket_in(group.Number, family, type, settings.Protocol) : -1;
        (errno, isInGroup) = (0, number >= 0);
        if (number < 0 && (number = libc.socket(family, type, settings.Protocol)) < 0)
            errno = Errno.Last;
        return number < 0 ? null : new Fd(number);
    }

    private static Fd Bound(Fd fd, Action bind)
    {
        try
        {
            bind();
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    private static void BindAndListen(Fd fd, void* address, int length, ListenerSettings settings, string what)
    {
        Errno.Check(libc.bind(fd.Number, address, (uint)length), what);
        if (settings.Kind is ListenerKind.Stream or ListenerKind.SequentialPacket)
            Errno.Check(libc.listen(fd.Number, settings.Backlog), what);
    }

    private static uint InterfaceIndex(string zone)
    {
        if (uint.TryParse(zone, NumberStyles.None, CultureInfo.InvariantCulture, out uint index))
            return index;
        fixed (byte* name = Files.Text(zone))
            index = libc.if_nametoindex(name);
        return index != 0 ? index : throw Errno.Failed($"find the interface {zone}");
    }

    /// <summary>Of a socket's file; who owns the folder may have put something else in its place, which is left alone.</summary>
    private static void ChangeMode(string path, uint mode)
    {
        using var file = Files.Open(path, libc.O_PATH | libc.O_NOFOLLOW);
        int errno = FileStatus.Of(file).Kind == FileKind.Socket ? OpenFolder.ChangeMode(file, mode) : libc.EEXIST;
        if (errno != 0)
            throw new LinuxException(errno, $"set the mode of {path}");
    }

    private static void Check(int errno, string what)
    {
        if (errno != 0)
            throw new LinuxException(errno, what);
    }
}
