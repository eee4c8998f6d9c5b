using System.Buffers.Binary;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>socket(7), ip(7), tcp(7), unix(7); what is false or 0 is left as the kernel has it.</summary>
public readonly record struct ListenerOptions
{
    public int Backlog { get; init; }

    /// <summary>IPV6_V6ONLY; null for net.ipv6.bindv6only's.</summary>
    public bool? OnlyIPv6 { get; init; }
    public bool PassCredentials { get; init; }
    public bool PassSecurity { get; init; }
    public bool ReusePort { get; init; }
    public bool FreeBind { get; init; }
    public bool KeepAlive { get; init; }
    public bool NoDelay { get; init; }
    public bool Broadcast { get; init; }

    /// <summary>In bytes.</summary>
    public int ReceiveBuffer { get; init; }
    public int SendBuffer { get; init; }
}

/// <summary>Opens what servers listen on, to be handed to them: closed on exec, non-blocking.</summary>
public static unsafe class Listener
{
    /// <param name="address">4 or 16 bytes in network order; null for every address, IPv6's if the machine has it.</param>
    /// <exception cref="LinuxException">EADDRINUSE, EACCES, EADDRNOTAVAIL...</exception>
    public static Fd OpenInternet(byte[]? address, ushort port, bool datagram, in ListenerOptions options)
    {
        string what = $"listen on port {port}";
        int type = (datagram ? libc.SOCK_DGRAM : libc.SOCK_STREAM) | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK;
        int family = address is { Length: 4 } ? libc.AF_INET : libc.AF_INET6;
        int number = libc.socket(family, type, 0);
        if (number == -1 && address is null && Errno.Last == libc.EAFNOSUPPORT)
            number = libc.socket(family = libc.AF_INET, type, 0);
        var fd = new Fd(Errno.Check(number, what));
        try
        {
            Set(fd, libc.SOL_SOCKET, libc.SO_REUSEADDR, 1);
            if (family == libc.AF_INET6 && options.OnlyIPv6 is { } only)
                Set(fd, libc.IPPROTO_IPV6, libc.IPV6_V6ONLY, only ? 1 : 0);
            SetIf(options.FreeBind, fd, libc.IPPROTO_IP, libc.IP_FREEBIND);
            if (!datagram)
                SetIf(options.NoDelay, fd, libc.IPPROTO_TCP, libc.TCP_NODELAY);
            Apply(fd, options);
            libc.sockaddr_in6 sockaddr = default;
            sockaddr.sin6_family = (ushort)family;
            sockaddr.sin6_port = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port;
            address?.CopyTo(new Span<byte>(family == libc.AF_INET ? &((libc.sockaddr_in*)&sockaddr)->sin_addr : &sockaddr.sin6_addr, address.Length));
            Errno.Check(libc.bind(fd.Number, &sockaddr, (uint)(family == libc.AF_INET ? sizeof(libc.sockaddr_in) : sizeof(libc.sockaddr_in6))), what);
            if (!datagram)
                Errno.Check(libc.listen(fd.Number, options.Backlog), what);
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <param name="path">With an at sign in front, an abstract name.</param>
    public static Fd OpenUnix(string path, UnixSocketType type, uint mode, in ListenerOptions options)
    {
        var socket = UnixSocket.Create(type);
        try
        {
            SetIf(options.PassCredentials, socket.Fd, libc.SOL_SOCKET, libc.SO_PASSCRED);
            SetIf(options.PassSecurity, socket.Fd, libc.SOL_SOCKET, libc.SO_PASSSEC);
            Apply(socket.Fd, options);
            // The file that bind(2) makes takes the socket's mode, less the umask (unix(7)): nobody comes in before it is right.
            Errno.Check(libc.fchmod(socket.Fd.Number, mode), $"set the mode of {path}");
            socket.Bind(path);
            if (path.StartsWith('/'))
                ChangeMode(path, mode);
            if (type != UnixSocketType.Datagram)
                socket.Listen(options.Backlog);
            return socket.Fd;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Open for reading and writing: readers don't come to its end when the last writer leaves (fifo(7)).</summary>
    public static Fd OpenFifo(string path, uint mode)
    {
        fixed (byte* name = Files.Text(path))
            if (libc.mkfifoat(libc.AT_FDCWD, name, mode) == -1 && Errno.Last != libc.EEXIST)
                throw Errno.Failed($"make the FIFO {path}");
        var fd = Files.Open(path, libc.O_RDWR | libc.O_NONBLOCK | libc.O_NOFOLLOW);
        try
        {
            if (FileStatus.Of(fd).Kind != FileKind.Fifo)
                throw new LinuxException(libc.EEXIST, $"make the FIFO {path}");
            Errno.Check(libc.fchmod(fd.Number, mode), $"set the mode of {path}");
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <param name="uid"><see cref="PlanWriter.Keep"/> leaves it as it is.</param>
    public static void ChangeOwner(string path, uint uid, uint gid)
    {
        fixed (byte* name = Files.Text(path))
            Errno.Check(libc.fchownat(libc.AT_FDCWD, name, uid, gid, libc.AT_SYMLINK_NOFOLLOW), $"change the owner of {path}");
    }

    /// <summary>Of a socket's file; who owns the folder may have put something else in its place, which is left alone.</summary>
    private static void ChangeMode(string path, uint mode)
    {
        using var file = Files.Open(path, libc.O_PATH | libc.O_NOFOLLOW);
        int errno = FileStatus.Of(file).Kind == FileKind.Socket ? OpenFolder.ChangeMode(file, mode) : libc.EEXIST;
        if (errno != 0)
            throw new LinuxException(errno, $"set the mode of {path}");
    }

    private static void Apply(Fd fd, in ListenerOptions options)
    {
        SetIf(options.ReusePort, fd, libc.SOL_SOCKET, libc.SO_REUSEPORT);
        SetIf(options.KeepAlive, fd, libc.SOL_SOCKET, libc.SO_KEEPALIVE);
        SetIf(options.Broadcast, fd, libc.SOL_SOCKET, libc.SO_BROADCAST);
        SetBuffer(fd, libc.SO_RCVBUFFORCE, libc.SO_RCVBUF, options.ReceiveBuffer);
        SetBuffer(fd, libc.SO_SNDBUFFORCE, libc.SO_SNDBUF, options.SendBuffer);
    }

    // Without CAP_NET_ADMIN, as much as the sysctl allows.
    private static void SetBuffer(Fd fd, int forced, int plain, int bytes)
    {
        if (bytes > 0 && libc.setsockopt(fd.Number, libc.SOL_SOCKET, forced, &bytes, sizeof(int)) == -1)
            Set(fd, libc.SOL_SOCKET, plain, bytes);
    }

    private static void SetIf(bool wanted, Fd fd, int level, int name)
    {
        if (wanted)
            Set(fd, level, name, 1);
    }

    private static void Set(Fd fd, int level, int name, int value) =>
        Errno.Check(libc.setsockopt(fd.Number, level, name, &value, sizeof(int)), "set a socket option");
}
