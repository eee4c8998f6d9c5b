using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Where a client connects to: an internet end, or a Unix socket by its path (an at sign in front: an abstract name).</summary>
public readonly record struct ClientAddress(IPEndPoint? Internet, string? Path)
{
    public override string ToString() => Internet?.ToString() ?? Path ?? "";
}

/// <summary>The client's side of a connection; close-on-exec, and non-blocking while it connects.</summary>
public sealed unsafe class ClientSocket : IDisposable
{
    private const int MaxAddress = 128; // sizeof(struct sockaddr_storage)

    private ClientSocket(Fd fd) => Fd = fd;

    public Fd Fd { get; }

    /// <summary>Begins to connect. EINPROGRESS: writable when it is decided, and <see cref="TakeError"/> tells how. EAGAIN: the backlog
    /// of a Unix socket is full; another time.</summary>
    /// <param name="errno">0 when it is connected already.</param>
    /// <returns>Null when it failed.</returns>
    public static ClientSocket? Start(ClientAddress address, ListenerKind kind, out int errno)
    {
        byte* sockaddr = stackalloc byte[MaxAddress];
        new Span<byte>(sockaddr, MaxAddress).Clear();
        if (address.Path is { } path && Encoding.UTF8.GetByteCount(path) is var bytes && (bytes < 2 || bytes > sizeof(libc.sockaddr_un) - sizeof(ushort) - (path[0] == '@' ? 0 : 1)))
        {
            errno = libc.ENAMETOOLONG;
            return null;
        }
        int family = address.Internet is not { } end ? libc.AF_UNIX : end.AddressFamily == AddressFamily.InterNetwork ? libc.AF_INET : libc.AF_INET6;
        int number = libc.socket(family, (int)kind | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK, 0);
        if (number < 0)
        {
            errno = Errno.Last;
            return null;
        }
        var socket = new ClientSocket(new Fd(number));
        if (family == libc.AF_UNIX && kind == ListenerKind.Datagram)
        {
            *(ushort*)sockaddr = libc.AF_UNIX; // autobind (unix(7)): who has no name gets no answer
            libc.bind(number, sockaddr, sizeof(ushort));
        }
        uint length = Write(sockaddr, address);
        errno = libc.connect(number, sockaddr, length) == 0 ? 0 : Errno.Last;
        if (errno is 0 or libc.EINPROGRESS)
            return socket;
        socket.Dispose();
        return null;
    }

    /// <summary>SO_ERROR: what became of the attempt, or what broke the connection; 0 for nothing.</summary>
    public int TakeError()
    {
        int error;
        uint length = sizeof(int);
        return libc.getsockopt(Fd.Number, libc.SOL_SOCKET, libc.SO_ERROR, &error, &length) == 0 ? error : Errno.Last;
    }

    /// <summary>Our end, known as soon as the attempt has begun; null for a Unix socket.</summary>
    public IPEndPoint? Local
    {
        get
        {
            byte* address = stackalloc byte[MaxAddress];
            uint length = MaxAddress;
            return libc.getsockname(Fd.Number, address, &length) == 0 ? Read(address) : null;
        }
    }

    /// <summary>Nothing more will be sent: the peer reads its end (shutdown(2), SHUT_WR).</summary>
    public void EndSending() => libc.shutdown(Fd.Number, libc.SHUT_WR);

    /// <summary>What has come, never waiting: -1 for nothing, 0 for the peer's end.</summary>
    /// <exception cref="LinuxException">ECONNRESET, ETIMEDOUT and their like.</exception>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            var iov = new libc.iovec { iov_base = data, iov_len = (nuint)buffer.Length };
            var message = new libc.msghdr { msg_iov = &iov, msg_iovlen = 1 };
            nint n;
            do n = libc.recvmsg(Fd.Number, &message, libc.MSG_DONTWAIT);
            while (n == -1 && Errno.Last == libc.EINTR);
            return Errno.Transfer(n, "receive");
        }
    }

    /// <summary>Sends what fits; -1 when it would have to wait.</summary>
    /// <exception cref="LinuxException">EPIPE, ECONNRESET and their like.</exception>
    public int Send(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            var iov = new libc.iovec { iov_base = data, iov_len = (nuint)buffer.Length };
            var message = new libc.msghdr { msg_iov = &iov, msg_iovlen = 1 };
            nint n;
            do n = libc.sendmsg(Fd.Number, &message, libc.MSG_NOSIGNAL);
            while (n == -1 && Errno.Last == libc.EINTR);
            return Errno.Transfer(n, "send");
        }
    }

    public void Dispose() => Fd.Dispose();

    private static uint Write(byte* sockaddr, ClientAddress address)
    {
        if (address.Internet is { } end)
        {
            *(ushort*)sockaddr = (ushort)(end.AddressFamily == AddressFamily.InterNetwork ? libc.AF_INET : libc.AF_INET6);
            BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(sockaddr + sizeof(ushort), sizeof(ushort)), (ushort)end.Port);
            if (end.AddressFamily == AddressFamily.InterNetwork)
            {
                end.Address.TryWriteBytes(new Span<byte>(&((libc.sockaddr_in*)sockaddr)->sin_addr, 4), out _);
                return (uint)sizeof(libc.sockaddr_in);
            }
            var v6 = (libc.sockaddr_in6*)sockaddr;
            end.Address.TryWriteBytes(new Span<byte>(&v6->sin6_addr, 16), out _);
            v6->sin6_scope_id = (uint)end.Address.ScopeId;
            return (uint)sizeof(libc.sockaddr_in6);
        }
        string path = address.Path!;
        var un = (libc.sockaddr_un*)sockaddr;
        un->sun_family = libc.AF_UNIX;
        int length = Encoding.UTF8.GetBytes(path, new Span<byte>(un->sun_path, 108));
        if (path[0] != '@')
            return (uint)(sizeof(ushort) + length + 1);
        un->sun_path[0] = 0;
        return (uint)(sizeof(ushort) + length);
    }

    private static IPEndPoint? Read(byte* address)
    {
        switch (*(ushort*)address)
        {
            case libc.AF_INET:
                var v4 = (libc.sockaddr_in*)address;
                return new(new IPAddress(new ReadOnlySpan<byte>(&v4->sin_addr, 4)), Port(address));
            case libc.AF_INET6:
                var v6 = (libc.sockaddr_in6*)address;
                return new(new IPAddress(new ReadOnlySpan<byte>(&v6->sin6_addr, 16), v6->sin6_scope_id), Port(address));
            default:
                return null;
        }
    }

    private static ushort Port(byte* address) => BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(address + sizeof(ushort), sizeof(ushort)));
}
