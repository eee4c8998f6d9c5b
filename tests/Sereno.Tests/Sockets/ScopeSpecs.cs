using System.Net;
using System.Net.Sockets;
using CsCheck;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets;

public class ScopeSpecs
{
    [Theory]
    [InlineData("127.0.0.1", AddressScope.Local)]
    [InlineData("127.255.255.255", AddressScope.Local)]
    [InlineData("::1", AddressScope.Local)]
    [InlineData("::ffff:127.0.0.1", AddressScope.Local)]
    [InlineData("9.255.255.255", AddressScope.Internet)]
    [InlineData("10.0.0.0", AddressScope.Intranet)]
    [InlineData("10.255.255.255", AddressScope.Intranet)]
    [InlineData("11.0.0.0", AddressScope.Internet)]
    [InlineData("172.15.255.255", AddressScope.Internet)]
    [InlineData("172.16.0.0", AddressScope.Intranet)]
    [InlineData("172.31.255.255", AddressScope.Intranet)]
    [InlineData("172.32.0.0", AddressScope.Internet)]
    [InlineData("192.168.1.1", AddressScope.Intranet)]
    [InlineData("192.169.0.0", AddressScope.Internet)]
    [InlineData("169.254.1.1", AddressScope.Intranet)]
    [InlineData("100.63.255.255", AddressScope.Internet)]
    [InlineData("100.64.0.0", AddressScope.Intranet)] // carrier-grade NAT
    [InlineData("100.127.255.255", AddressScope.Intranet)]
    [InlineData("100.128.0.0", AddressScope.Internet)]
    [InlineData("0.1.2.3", AddressScope.Intranet)]
    [InlineData("192.0.0.1", AddressScope.Intranet)]
    [InlineData("192.0.0.9", AddressScope.Internet)] // an anycast address within a block that isn't global
    [InlineData("192.0.0.171", AddressScope.Intranet)]
    [InlineData("192.0.2.1", AddressScope.Intranet)] // documentation
    [InlineData("192.88.99.1", AddressScope.Internet)]
    [InlineData("198.18.0.0", AddressScope.Intranet)] // benchmarking
    [InlineData("198.19.255.255", AddressScope.Intranet)]
    [InlineData("198.20.0.0", AddressScope.Internet)]
    [InlineData("198.51.100.7", AddressScope.Intranet)]
    [InlineData("203.0.113.7", AddressScope.Intranet)]
    [InlineData("240.0.0.1", AddressScope.Intranet)]
    [InlineData("255.255.255.255", AddressScope.Intranet)]
    [InlineData("224.0.0.251", AddressScope.Intranet)]
    [InlineData("224.0.1.1", AddressScope.Internet)]
    [InlineData("239.255.255.250", AddressScope.Intranet)]
    [InlineData("8.8.8.8", AddressScope.Internet)]
    [InlineData("0.0.0.0", AddressScope.Internet)]
    [InlineData("::", AddressScope.Internet)]
    [InlineData("fe80::1", AddressScope.Intranet)]
    [InlineData("fec0::1", AddressScope.Intranet)]
    [InlineData("fd00::1", AddressScope.Intranet)] // unique local
    [InlineData("ff01::1", AddressScope.Local)]
    [InlineData("ff02::fb", AddressScope.Intranet)]
    [InlineData("ff05::2", AddressScope.Intranet)]
    [InlineData("ff08::2", AddressScope.Intranet)]
    [InlineData("ff0e::1", AddressScope.Internet)]
    [InlineData("2001:db8::1", AddressScope.Intranet)]
    [InlineData("3fff:fff::1", AddressScope.Intranet)]
    [InlineData("2001::1", AddressScope.Internet)] // Teredo
    [InlineData("2001:2::1", AddressScope.Intranet)]
    [InlineData("2001:20::1", AddressScope.Internet)]
    [InlineData("2001:100::1", AddressScope.Intranet)]
    [InlineData("2001:200::1", AddressScope.Internet)]
    [InlineData("2002:808:808::1", AddressScope.Internet)] // 6to4 of 8.8.8.8
    [InlineData("2002:a00:1::1", AddressScope.Intranet)] // 6to4 of 10.0.0.1
    [InlineData("64:ff9b::808:808", AddressScope.Internet)] // NAT64 of 8.8.8.8
    [InlineData("64:ff9b::c0a8:1", AddressScope.Intranet)] // NAT64 of 192.168.0.1
    [InlineData("64:ff9b:1::1", AddressScope.Intranet)]
    [InlineData("100::1", AddressScope.Intranet)]
    [InlineData("5f00::1", AddressScope.Intranet)]
    [InlineData("2606:4700::1111", AddressScope.Internet)]
    public void An_address_is_seen_this_far(string text, AddressScope scope) => Assert.Equal(scope, AddressScopes.Of(Parse(text)));

    [Fact]
    public void The_narrowest_block_counts_and_a_mapped_address_is_the_IPv4_address() => Gen.UInt.Sample(n =>
    {
        var address = new InetAddress(true, 0, n);
        var block = SpecialPurpose.BlockOf(address);
        Assert.Equal(block, SpecialPurpose.BlockOf(new(false, 0, 0xFFFF_0000_0000UL | n)));
        Assert.All(SpecialPurpose.Blocks.Where(b => b.Prefix.Contains(address)), b => Assert.True(b.Prefix.Length <= block!.Prefix.Length));
    }, iter: 2000);

    // eth0 has a private address, wan a global one; both families.
    private static readonly NetworkInterface s_lo = new(1, "lo", true, true), s_eth0 = new(2, "eth0", true, false), s_wan = new(3, "wan", true, false);
    private static readonly NetworkRoute s_default4 = new(new(new(true, 0, 0), 0), 2), s_default6 = new(new(new(false, 0, 0), 0), 2);

    private static NetworkFacts Facts(string addresses, params NetworkRoute[] routes) => new()
    {
        Interfaces = [s_lo, s_eth0, s_wan, new(4, "off", false, false)],
        Addresses = [.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a =>
        {
            string[] parts = a.Split('=');
            Assert.True(AddressPrefix.TryParse(parts[1], out var prefix));
            uint index = parts[0] switch { "lo" => 1, "eth0" => 2, "wan" => 3, _ => 4 };
            return new InterfaceAddress(index, prefix.Address, prefix.Length);
        })],
        Routes = routes,
    };

    [Fact]
    public void A_network_is_on_the_link_by_an_address_or_by_a_routers_word()
    {
        var facts = Facts("lo=127.0.0.1/8 eth0=10.0.0.2/24 eth0=fe80::2/64 eth0=2606:4700::2/128 off=10.9.0.1/24",
            s_default4, new(Prefix("2606:4700::/64"), 2, IsOnLink: true), new(Prefix("2606:4701::/64"), 2), new(Prefix("2606:4702::/64"), 4, IsOnLink: true));
        Assert.Equal(["10.0.0.2/24 2", "fe80::2/64 2", "2606:4700::2/128 2", "2606:4700::/64 2"], facts.Links.Select(l => $"{l.Network.Address}/{l.Network.Length} {l.Interface}"));
        Assert.True(facts.IsOnLink(Parse("2606:4700::99")));
        Assert.False(facts.IsOnLink(Parse("2606:4701::99")));
        Assert.False(facts.IsOnLink(Parse("10.9.0.2"))); // the interface is down
        var tunnel = facts with { Addresses = [new(2, Parse("10.0.0.1"), 32, Peer: Parse("10.8.0.1"))] };
        Assert.True(tunnel.IsOnLink(Parse("10.8.0.1")));
        Assert.True(tunnel.IsOwn(Parse("10.0.0.1")));
        Assert.False(tunnel.IsOwn(Parse("10.8.0.1")));
    }

    [Theory]
    [InlineData(2, 254, "", true)] // RTPROT_KERNEL, the main table
    [InlineData(9, 254, "", true)] // RTPROT_RA
    [InlineData(9, 254, "gateway", false)]
    [InlineData(9, 254, "next hop", false)]
    [InlineData(2, 255, "", false)] // old kernels have the multicast route there
    [InlineData(3, 254, "", false)] // RTPROT_BOOT: by hand, which may be the whole world behind a tunnel
    [InlineData(16, 254, "", false)] // RTPROT_DHCP
    public void Only_routes_that_come_with_an_address_or_an_advertisement_tell_what_is_on_the_link(byte protocol, byte table, string way, bool isOnLink)
    {
        byte[] network = Convert.FromHexString("20010db8000900000000000000000000");
        byte[] payload = [10, 64, 0, 0, table, protocol, 0, 1, 0, 0, 0, 0, 20, 0, 1, 0, .. network, 8, 0, 4, 0, 7, 0, 0, 0,
            .. way switch { "gateway" => [20, 0, 5, 0, .. network], "next hop" => [8, 0, 30, 0, 1, 0, 0, 0], _ => (byte[])[] }];
        Assert.True(RouteNetlink.TryReadRoute(payload, out uint index, out var destination, out bool told));
        Assert.Equal((7u, Prefix("2001:db8:9::/64"), isOnLink), (index, destination, told));
    }

    [Fact]
    public void Of_a_point_to_point_link_the_network_is_the_other_ends()
    {
        byte[] payload = [2, 32, 0, 0, 5, 0, 0, 0, 8, 0, 1, 0, 10, 8, 0, 1, 8, 0, 2, 0, 10, 0, 0, 1];
        Assert.True(RouteNetlink.TryReadAddress(payload, out uint index, out var own, out var far));
        Assert.Equal((5u, Prefix("10.0.0.1/32"), Parse("10.8.0.1")), (index, own, far));
    }

    private static AddressPrefix Prefix(string text) => AddressPrefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);

    [Fact]
    public void A_wildcard_reaches_as_far_as_the_addresses_and_routes_of_its_family()
    {
        var any4 = Parse("0.0.0.0");
        var any6 = Parse("::");
        Assert.Equal(AddressScope.Internet, Bound(any4, NetworkFacts.Unknown));
        Assert.Equal(AddressScope.Local, Bound(any4, Facts("lo=127.0.0.1/8 lo=::1/128")));
        Assert.Equal(AddressScope.Local, Bound(any4, Facts("lo=127.0.0.1/8 off=8.8.8.8/24", s_default4)));
        Assert.Equal(AddressScope.Intranet, Bound(any4, Facts("lo=127.0.0.1/8 eth0=10.0.0.2/24")));
        Assert.Equal(AddressScope.Intranet, Bound(any4, Facts("eth0=8.8.4.4/24"))); // no way out
        Assert.Equal(AddressScope.Internet, Bound(any4, Facts("eth0=10.0.0.2/24", s_default4))); // NAT may lead here
        Assert.Equal(AddressScope.Internet, Bound(any4, Facts("eth0=8.8.4.4/24", s_default4)));
        Assert.Equal(AddressScope.Local, Bound(any6, Facts("eth0=10.0.0.2/24", s_default4), dual: false));
        Assert.Equal(AddressScope.Internet, Bound(any6, Facts("eth0=10.0.0.2/24", s_default4), dual: true));
        Assert.Equal(AddressScope.Intranet, Bound(any6, Facts("eth0=fd00::2/64 eth0=fe80::1/64", s_default6)));
        Assert.Equal(AddressScope.Internet, Bound(any6, Facts("eth0=2606:4700::2/64", s_default6)));
        Assert.Equal(AddressScope.Intranet, Bound(any6, Facts("eth0=2606:4700::2/64")));
    }

    [Fact]
    public void A_wildcard_on_one_interface_reaches_as_far_as_that_interface()
    {
        var facts = Facts("lo=127.0.0.1/8 eth0=10.0.0.2/24 wan=8.8.4.4/24", s_default4 with { Interface = 3 });
        Assert.Equal(AddressScope.Local, Bound(Parse("0.0.0.0"), facts, boundInterface: 1));
        Assert.Equal(AddressScope.Intranet, Bound(Parse("0.0.0.0"), facts, boundInterface: 2));
        Assert.Equal(AddressScope.Internet, Bound(Parse("0.0.0.0"), facts, boundInterface: 3));
    }

    [Fact]
    public void A_peer_is_as_far_as_its_address_unless_it_is_here_or_on_the_same_link()
    {
        var facts = Facts("eth0=8.8.4.4/24 eth0=2606:4700::2/64", s_default4);
        Assert.Equal(AddressScope.Local, AddressScopes.OfPeer(Parse("8.8.4.4"), facts));
        Assert.Equal(AddressScope.Local, AddressScopes.OfPeer(Parse("::ffff:8.8.4.4"), facts));
        Assert.Equal(AddressScope.Local, AddressScopes.OfPeer(Parse("127.9.9.9"), facts));
        Assert.Equal(AddressScope.Intranet, AddressScopes.OfPeer(Parse("8.8.4.9"), facts));
        Assert.Equal(AddressScope.Intranet, AddressScopes.OfPeer(Parse("2606:4700::9"), facts));
        Assert.Equal(AddressScope.Intranet, AddressScopes.OfPeer(Parse("192.168.7.7"), facts));
        Assert.Equal(AddressScope.Internet, AddressScopes.OfPeer(Parse("8.8.8.8"), facts));
    }

    [Fact]
    public void An_own_address_is_as_open_as_a_service_there_and_another_as_far_as_it_is()
    {
        var facts = Facts("lo=127.0.0.1/8 eth0=10.0.0.2/24 wan=8.8.4.4/24", s_default4);
        Assert.Equal([AddressScope.Local, AddressScope.Intranet, AddressScope.Internet, AddressScope.Intranet, AddressScope.Internet],
            ((string[])["127.0.0.1", "10.0.0.2", "8.8.4.4", "8.8.4.9", "8.8.8.8"]).Select(a => AddressScopes.Of(Parse(a), facts)));
    }

    [Fact]
    public void More_addresses_and_routes_never_narrow_a_wildcard() => Gen.Select(Gen.Int[0, 7].Array[0, 4], Gen.Int[0, 7], Gen.Bool, Gen.Bool).Sample((chosen, one, v4, routed) =>
    {
        string[] all = ["lo=127.0.0.1/8", "eth0=10.0.0.2/24", "wan=8.8.4.4/24", "eth0=fd00::2/64", "wan=2606:4700::2/64", "eth0=fe80::1/64", "off=9.9.9.9/24", "eth0=100.64.0.9/10"];
        NetworkRoute[] routes = routed ? [s_default4] : [];
        var fewer = Facts(string.Join(' ', chosen.Select(i => all[i])), routes);
        var more = Facts(string.Join(' ', chosen.Append(one).Select(i => all[i])), [.. routes, s_default6]);
        var any = Parse(v4 ? "0.0.0.0" : "::");
        return Bound(any, fewer) <= Bound(any, more);
    });

    [Fact]
    public void The_facts_are_the_kernels() => NetworkNamespace.Run(() =>
    {
        var alone = NetworkFactsReader.Read();
        Assert.True(alone.IsKnown);
        Assert.Equal(("lo", true, true), (alone.Interfaces.Single(i => i.Index == 1).Name, alone.InterfaceOf(1)!.IsUp, alone.InterfaceOf(1)!.IsLoopback));
        Assert.Contains(alone.Addresses, a => a.Address == Parse("127.0.0.1") && a.PrefixLength == 8 && a.Interface == 1);
        Assert.False(alone.ReachesInternet(ipv4: true));
        Assert.Equal(AddressScope.Local, Bound(Parse("0.0.0.0"), alone));

        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ListeningPorts.In(SocketTable.Capture(SocketQuery.Everything), alone).Single();
        Assert.Equal(AddressScope.Local, port.Scope);
    });

    private static AddressScope Bound(InetAddress address, NetworkFacts facts, bool dual = true, uint boundInterface = 0) =>
        AddressScopes.OfBound(address, boundInterface, dual, facts);

    private static InetAddress Parse(string text) => InetAddress.FromBytes(IPAddress.Parse(text).GetAddressBytes());
}
