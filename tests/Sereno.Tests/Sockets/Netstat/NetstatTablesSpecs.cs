using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Sockets.Views.Netstat;
using Sereno.Tests.Sockets.Lab;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets.Netstat;

/// <summary>netstat's tables of interfaces, routes, groups and counters, on a network with some of everything.</summary>
public class NetstatTablesSpecs
{
    // Interfaces up and down, with aliases, of one to fifteen letters but those that Debian's net-tools gives no counters (15 exactly);
    // routes of every flag that can be made.
    private const string Network = """
        for name in v0 v10 v2 fourteen-chars; do ip link add $name type veth peer name p$name 2>/dev/null || ip link add $name type veth; done
        ip link add br0 type bridge; ip link set v10 master br0
        for name in v0 pv0 v10 pv10 fourteen-chars; do ip link set $name up; done
        ip link set v2 promisc on; ip link set v0 txqueuelen 77; ip link set pv0 arp off; ip link set v0 allmulticast on
        ip addr add 192.0.2.9/24 brd + dev v0; ip addr add 10.1.2.3/8 brd + dev v0 label v0:3; ip addr add 10.7.2.3/8 dev v0 label v0:12
        ip addr add 10.9.9.1 peer 10.9.9.2 dev pv10
        ip addr add 2001:db8:1::5/64 dev v0 nodad; ip addr add fec0::5/64 dev v0 nodad
        ip tuntap add tun1 mode tun 2>/dev/null && ip link set tun1 up && ip addr add 10.8.8.1 peer 10.8.8.2 dev tun1
        ip route add default via 192.0.2.1; ip route add 169.254.0.0/16 dev v0; ip route add 203.0.113.7 via 192.0.2.1 metric 77 mtu 1300
        ip route add unreachable 198.51.100.0/24; ip route add 203.0.114.0/24 dev v0 window 4000 rtt 200ms; ip route add 0.0.0.0/1 via 192.0.2.3
        ip -6 route add default via 2001:db8:1::1; ip -6 route add 2001:db8:2::/48 via 2001:db8:1::2 metric 55; ip -6 route add unreachable 2001:db8:3::/48
        ip -6 route add blackhole ::ffff:1.2.3.0/120; ip -6 route add 2001:db8:7::/48 dev v0 expires 500
        true
        """;

    private static readonly string[] s_tables =
    [
        "-i", "-ia", "-in", "-ie", "-iea", "-iee", "-rn", "-rne", "-rnee", "-rneee", "-rneeee", "-rn6", "-rN", "-rN6", "-rnC", "-rnC6", "-rnFC", "-rn -A inet6,inet",
        "-gn", "-gn4", "-gn6", "-gnt", "-s", "-s6", "-sw", "-stu", "-s6u",
    ];

    [Fact]
    public void They_are_net_tools_own_byte_for_byte() => NetworkNamespace.Run(() =>
    {
        var made = Differential.Run("sh", ["-c", Network]);
        Assert.SkipUnless(made.ExitCode == 0 && !made.Errors.Contains("Unknown device type"), "cannot make network interfaces: " + made.Errors);
        using var member = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        foreach (string group in (string[])["224.0.0.251", "239.1.2.3"])
            member.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse(group), IPAddress.Parse("192.0.2.9")));
        Assert.All(s_tables, Differential.NetstatSaysInOrder);
    });

    [Fact]
    public void Interfaces_are_in_the_order_of_their_numbers()
    {
        string[] ordered = ["eth0", "eth0:1", "eth0:2", "eth0:10", "eth01", "eth1", "eth2", "eth10", "lan", "lo"];
        Assert.Equal(ordered, ordered.Reverse().Order(new InterfaceNameOrder()));
    }

    [Fact]
    public void Under_c_it_asks_again_until_nobody_reads() => NetworkNamespace.Run(() =>
    {
        using var output = new MemoryStream();
        int rounds = 0;
        Assert.Equal(0, NetstatVerb.Run(["-tanc"], output, TextWriter.Null, NetstatTexts.English, () => ++rounds < 3));
        Assert.Equal(3, Encoding.UTF8.GetString(output.ToArray()).Split("Active Internet connections").Length - 1);
    });

    [Fact]
    public void Spanish_has_its_own_headings_and_states_and_keeps_the_rest() => NetworkNamespace.Run(() =>
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var output = new MemoryStream();
        NetstatVerb.Run(["-tan"], output, TextWriter.Null, NetstatTexts.For("es"));
        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        Assert.Equal("Conexiones activas de Internet (servidores y establecidas)", lines[0]);
        Assert.Equal("Proto Cola-R Cola-E Dirección local         Dirección remota        Estado     ", lines[1]);
        Assert.Equal($"tcp        0      0 {listener.LocalEndpoint,-23} 0.0.0.0:*               ESCUCHA    ", lines[2]);
    });

    [Fact]
    public void The_version_begins_as_net_tools_does_and_has_its_features()
    {
        using var output = new MemoryStream();
        Assert.Equal(0, NetstatVerb.Run(["-V"], output, TextWriter.Null));
        string[] ours = Encoding.UTF8.GetString(output.ToArray()).Split('\n'), theirs = Differential.Run("netstat", ["-V"]).Output.Split('\n');
        Assert.Equal(theirs.Take(1).Concat(theirs.Skip(2)), ours.Take(1).Concat(ours.Skip(2)));
    }

    [Theory]
    [InlineData("%-5s|%5d|%03d|%.2s|%x|%%|%lu", "ab   |   -7|008|éx|ff|%|18446744073709551615")]
    public void Formats_are_printfs(string format, string expected)
    {
        var buffer = new Sereno.Sockets.Views.Utf8Buffer(16);
        buffer.AppendFormat(format, "ab", -7, 8, "éxyz"[..2], 255, ulong.MaxValue);
        Assert.Equal(expected.Replace("éx", "é"), Encoding.UTF8.GetString(buffer.Written)); // two bytes
    }
}
