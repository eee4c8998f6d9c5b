using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Xunit;
using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>Sockets of every kind, each really in the state that it is named for, held there until disposed.</summary>
/// <remarks>Use it inside <see cref="NetworkNamespace.Run"/>, on that thread.</remarks>
internal sealed partial class SocketLab : IDisposable
{
    private readonly List<int> _held = [];
    private readonly Stack<Action> _undo = [];
    private TunPeer? _peer;
    private string? _folder;

    /// <summary>A host that does with its connections whatever the specimen needs.</summary>
    public TunPeer Peer => _peer ??= new();

    /// <summary>Where the names of Unix sockets are.</summary>
    public string Folder => _folder ??= Directory.CreateTempSubdirectory("lab-").FullName;

    /// <summary>Makes the specimen and returns when it is in its state; skips the test where the kernel hasn't what it needs.</summary>
    public void Add(Specimen specimen) => Recipes.Of(specimen).Make(this);

    public void Add(IEnumerable<Specimen> specimens)
    {
        foreach (var specimen in specimens)
            Add(specimen);
    }

    public void Dispose()
    {
        while (_undo.TryPop(out var undo))
            undo();
        _held.ForEach(fd => _ = close(fd));
        _peer?.Dispose();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    /// <returns>A new socket, closed with the lab.</returns>
    public int Socket(int family, int type, int protocol = 0)
    {
        int fd = socket(family, type | SOCK_CLOEXEC, protocol);
        if (fd < 0 && Marshal.GetLastPInvokeError() is EPROTONOSUPPORT or EAFNOSUPPORT or ESOCKTNOSUPPORT)
            Assert.Skip($"this kernel has no sockets of family {family}, type {type}, protocol {protocol}");
        return Hold(Check(fd, "make a socket"));
    }

    public int Tcp(string ip, int type = SOCK_STREAM) => Socket(Family(ip), type, IPPROTO_TCP);

    public int Hold(int fd)
    {
        _held.Add(fd);
        return fd;
    }

    /// <summary>Closes it now, so that the kernel is its only holder.</summary>
    public void Orphan(int fd)
    {
        _held.Remove(fd);
        Check(close(fd), "close");
    }

    public static void Set(int fd, int level, int option, int value) => Set(fd, level, option, BitConverter.GetBytes(value));

    public static void Set(int fd, int level, int option, ReadOnlySpan<byte> value) =>
        Check(setsockopt(fd, level, option, value.ToArray(), value.Length), $"set option {level}:{option}");

    /// <summary>Binds to the port, or to any where another has it already.</summary>
    public static int Bind(int fd, string ip, int port = 0, int scope = 0)
    {
        byte[] address = Scoped(ip, port, scope);
        if (bind(fd, address, address.Length) == 0)
            return fd;
        if (port == 0 || Marshal.GetLastPInvokeError() != EADDRINUSE)
            throw LabException.Last($"bind to {ip}:{port}");
        return Bind(fd, ip, 0, scope);
    }

    public int Listen(string ip, int port = 0, int backlog = 16, Action<int>? prepare = null, int protocol = IPPROTO_TCP)
    {
        int fd = Socket(Family(ip), SOCK_STREAM, protocol);
        prepare?.Invoke(fd);
        Bind(fd, ip, port);
        Check(listen(fd, backlog), "listen");
        return fd;
    }

    /// <summary>Connects, without waiting where the socket doesn't block.</summary>
    public static int Connect(int fd, string ip, int port)
    {
        byte[] address = Address(ip, port);
        if (connect(fd, address, address.Length) < 0 && Marshal.GetLastPInvokeError() != EINPROGRESS)
            throw LabException.Last($"connect to {ip}:{port}");
        return fd;
    }

    /// <returns>Both ends of a connection over loopback.</returns>
    public (int Client, int Server) Pair(string listenOn, string connectTo, Action<int>? prepare = null, int protocol = IPPROTO_TCP, int port = 0)
    {
        int listener = Listen(listenOn, port, prepare: prepare, protocol: protocol);
        int client = Socket(Family(connectTo), SOCK_STREAM, protocol);
        prepare?.Invoke(client);
        Connect(client, connectTo, Port(listener));
        return (client, Accept(listener));
    }

    public int Accept(int listener) => Hold(Check(accept4(listener, 0, 0, SOCK_CLOEXEC), "accept"));

    /// <returns>A socket connected to a port of the peer's, where it will behave so.</returns>
    public (int Fd, ushort PeerPort) ConnectToPeer(bool v6, PeerManners manners, Action<int>? prepare = null)
    {
        string address = v6 ? TunPeer.Address6 : TunPeer.Address4;
        ushort port = Peer.Port(manners);
        int fd = Tcp(address, SOCK_STREAM | (manners == PeerManners.Silent ? SOCK_NONBLOCK : 0));
        prepare?.Invoke(fd);
        return (Connect(fd, address, port), port);
    }

    public static ushort Port(int fd)
    {
        byte[] address = new byte[28];
        int length = address.Length;
        Check(getsockname(fd, address, ref length), "get a socket's name");
        return (ushort)IPAddress.NetworkToHostOrder(BitConverter.ToInt16(address, 2));
    }

    /// <summary>Waits for the kernel: what another end causes is there a moment later.</summary>
    /// <param name="again">Done every so often until then: for what can get lost.</param>
    public static void Await(Func<bool> condition, string what, Action? again = null)
    {
        var waited = Stopwatch.StartNew();
        for (int times = 1; !condition(); Thread.Sleep(1), times++)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), $"waited a minute for {what}");
            if (times % 100 == 0)
                again?.Invoke();
        }
    }

    /// <param name="state">The kernel's number: 1 ESTABLISHED to 11 CLOSING (net/tcp_states.h).</param>
    public static void AwaitState(int fd, int state, Action? again = null)
    {
        byte[] info = new byte[8];
        int length = info.Length;
        Await(() => getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, ref length) == 0 && info[0] == state, $"state {state}", again);
    }

    /// <summary>As <see cref="AwaitState"/>, for what has no descriptor: a connection not yet accepted or already forgotten.</summary>
    public static void AwaitRow(bool v6, int state, ushort port, Action? again = null)
    {
        string local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), st = state.ToString("X2");
        Await(() => File.ReadLines(v6 ? "/proc/thread-self/net/tcp6" : "/proc/thread-self/net/tcp").Skip(1)
            .Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is var cells && cells[1].EndsWith(local) && cells[3] == st),
            $"state {state} at port {port}", again);
    }

    public static int Family(string ip) => ip.Contains(':') ? AF_INET6 : AF_INET;

    private static byte[] Scoped(string ip, int port, int scope)
    {
        byte[] address = Address(ip, port);
        if (scope != 0)
            BitConverter.TryWriteBytes(address.AsSpan(24), scope); // sockaddr_in6.sin6_scope_id
        return address;
    }
}
