using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>
/// This machine, one on its link, and one behind a router, each a network namespace: 10.77.1.0/24 and 2001:db8:1::/64 between the first two,
/// 10.77.3.0/24 and 2001:db8:3::/64 to the router, 10.77.2.0/24 and 2001:db8:2::/64 behind it.
/// </summary>
internal sealed class ThreeHosts : IDisposable
{
    public const string Far = "10.77.2.2";
    private const int CLONE_NEWNET = 0x40000000;

    private readonly string _prefix = $"sereno-{Environment.ProcessId}";

    public ThreeHosts()
    {
        Assert.SkipUnless(Self.HasCapability(libc.CAP_SYS_ADMIN) && Self.HasCapability(12 /* CAP_NET_ADMIN */), "needs CAP_SYS_ADMIN and CAP_NET_ADMIN for network namespaces");
        Assert.SkipWhen(!File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip"), "needs ip(8)");
        try
        {
            foreach (string host in (string[])["here", "near", "router", "far"])
            {
                Ip($"netns add {_prefix}-{host}");
                Ip($"-n {_prefix}-{host} link set lo up");
            }
            Link("here", "near", "1", 1, 2);
            Link("here", "router", "3", 1, 2);
            Link("router", "far", "2", 1, 2);
            foreach (string file in (string[])["ipv4/ip_forward", "ipv6/conf/all/forwarding"])
                In("router", () => File.WriteAllText($"/proc/sys/net/{file}", "1"));
            Default("here", "10.77.3.2", "2001:db8:3::2");
            Default("near", "10.77.1.1", "2001:db8:1::1");
            Default("far", "10.77.2.1", "2001:db8:2::1");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs what follows on this machine: not by ip(8), which hides the control groups.</summary>
    public string[] Through => ["nsenter", Net("here")];

    /// <summary>nsenter(1)'s option.</summary>
    public string Net(string host) => $"--net=/run/netns/{_prefix}-{host}";

    public void Ip(string arguments)
    {
        var outcome = Command.Run("ip", arguments.Split(' '));
        Assert.True(outcome.Status == 0, $"ip {arguments}: {outcome}");
    }

    /// <summary>Of this machine.</summary>
    public void IpHere(string arguments) => Ip($"-n {_prefix}-here {arguments}");

    public void IpNear(string arguments) => Ip($"-n {_prefix}-near {arguments}");

    /// <summary>Runs on a thread of that host: the sockets that it makes are there.</summary>
    public T In<T>(string host, Func<T> action)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{_prefix}-{host}");
                Assert.Equal(0, setns((int)file.DangerousGetHandle(), CLONE_NEWNET));
                result = action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new InvalidOperationException($"in {host}: {failure.Message}", failure);
    }

    public void In(string host, Action action) => In(host, () =>
    {
        action();
        return 0;
    });

    /// <summary>Begins to connect, or writes a datagram, and says hello or not later.</summary>
    public Client Call(string host, string address, int port, ProtocolType protocol, string? from = null) => In(host, () =>
    {
        var to = new IPEndPoint(IPAddress.Parse(address.Split('%')[0]), port);
        if (address.Contains('%'))
            to.Address.ScopeId = long.Parse(address.Split('%')[1]);
        var socket = new Socket(to.AddressFamily, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol) { Blocking = false };
        if (from is not null)
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            socket.Connect(to);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress) { }
        if (protocol == ProtocolType.Udp)
            socket.Send("?"u8);
        return new Client(host, address, port, protocol, socket);
    });

    /// <summary>The number of the interface that leads to another of the hosts.</summary>
    public int InterfaceOf(string host, string peer) =>
        int.Parse(Command.Run("ip", ["-n", $"{_prefix}-{host}", "-o", "link", "show", "dev", $"to-{peer}"]).Output.Split(':')[0]);

    public void Dispose()
    {
        foreach (string host in (string[])["here", "near", "router", "far"])
            Command.Run("ip", "netns", "del", $"{_prefix}-{host}");
    }

    private void Link(string a, string b, string subnet, int hostA, int hostB)
    {
        Ip($"-n {_prefix}-{a} link add to-{b} type veth peer name to-{a} netns {_prefix}-{b}");
        End(a, b, hostA);
        End(b, a, hostB);

        void End(string host, string peer, int number)
        {
            string name = $"to-{peer}";
            // No waiting for duplicates: there are none.
            Ip($"-n {_prefix}-{host} link set {name} addrgenmode none");
            Ip($"-n {_prefix}-{host} link set {name} up");
            Ip($"-n {_prefix}-{host} addr add 10.77.{subnet}.{number}/24 dev {name}");
            Ip($"-n {_prefix}-{host} addr add 2001:db8:{subnet}::{number}/64 dev {name} nodad");
            Ip($"-n {_prefix}-{host} addr add fe80::{number}/64 dev {name} nodad");
        }
    }

    private void Default(string host, string four, string six)
    {
        Ip($"-n {_prefix}-{host} route add default via {four}");
        Ip($"-n {_prefix}-{host} -6 route add default via {six}");
    }

    [DllImport("libc", SetLastError = true)] private static extern int setns(int fd, int type);
}

/// <summary>Somebody who has called.</summary>
internal sealed record Client(string Host, string Address, int Port, ProtocolType Protocol, Socket Socket) : IDisposable
{
    private bool _answered;

    /// <summary>It has got a word.</summary>
    public bool IsAnswered()
    {
        if (!_answered && Socket.Poll(0, SelectMode.SelectRead))
            try
            {
                _answered = Socket.Receive(new byte[16]) > 0;
            }
            catch (SocketException) { } // refused, or not yet connected
        return _answered;
    }

    public override string ToString() => $"{Host} > {Protocol} {Address} {Port}";

    public void Dispose() => Socket.Dispose();
}
