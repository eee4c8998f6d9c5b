using System.Net;
using CsCheck;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets;

public class AddressSpecs
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("255.100.9.10")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:db8:0:1:1:1:1:1")] // one zero group isn't shortened
    [InlineData("2001:0:0:1::1")] // the longest run
    [InlineData("2001:db8::1:0:0:1")] // of two as long, the first
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [InlineData("1:2:3:4:5:6::")]
    [InlineData("::2:3:4:5:6:7", "::2:3:4:5:6:7")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("::192.0.2.1")]
    [InlineData("::ffff:0:c000:201", "::ffff:0:c000:201")]
    public void An_address_is_written_as_inet_ntop_writes_it(string text, string? expected = null) =>
        Assert.Equal(expected ?? text, Parse(text).ToString());

    [Fact]
    public void What_is_written_is_the_same_address() => Gen.OneOf(Gen.Byte.Array[4], Gen.Int[0, 2].Select(i => (byte)(i == 2 ? 0xFF : i)).Array[16], Gen.Byte.Array[16])
        .Sample(bytes => IPAddress.Parse(InetAddress.FromBytes(bytes).ToString()).GetAddressBytes().AsSpan().SequenceEqual(bytes));

    [Theory]
    [InlineData("127.0.0.1", AddressScope.Local)]
    [InlineData("127.255.255.255", AddressScope.Local)]
    [InlineData("::1", AddressScope.Local)]
    [InlineData("::ffff:127.0.0.1", AddressScope.Local)]
    [InlineData("ff01::1", AddressScope.Local)]
    [InlineData("9.255.255.255", AddressScope.Internet)]
    [InlineData("10.0.0.0", AddressScope.Intranet)]
    [InlineData("10.255.255.255", AddressScope.Intranet)]
    [InlineData("172.15.255.255", AddressScope.Internet)]
    [InlineData("172.16.0.0", AddressScope.Intranet)]
    [InlineData("172.31.255.255", AddressScope.Intranet)]
    [InlineData("172.32.0.0", AddressScope.Internet)]
    [InlineData("192.168.1.1", AddressScope.Intranet)]
    [InlineData("192.169.0.0", AddressScope.Internet)]
    [InlineData("169.254.1.1", AddressScope.Intranet)]
    [InlineData("100.63.255.255", AddressScope.Internet)]
    [InlineData("100.64.0.0", AddressScope.Intranet)]
    [InlineData("100.127.255.255", AddressScope.Intranet)]
    [InlineData("100.128.0.0", AddressScope.Internet)]
    [InlineData("224.0.0.251", AddressScope.Intranet)]
    [InlineData("224.0.1.1", AddressScope.Internet)]
    [InlineData("239.255.255.250", AddressScope.Intranet)]
    [InlineData("255.255.255.255", AddressScope.Intranet)]
    [InlineData("fe80::1", AddressScope.Intranet)]
    [InlineData("fec0::1", AddressScope.Intranet)]
    [InlineData("fd00::1", AddressScope.Intranet)]
    [InlineData("ff02::fb", AddressScope.Intranet)]
    [InlineData("ff05::2", AddressScope.Intranet)]
    [InlineData("ff0e::1", AddressScope.Internet)]
    [InlineData("2001:db8::1", AddressScope.Internet)]
    [InlineData("8.8.8.8", AddressScope.Internet)]
    [InlineData("0.0.0.0", AddressScope.Internet)]
    [InlineData("::", AddressScope.Internet)]
    [InlineData("::ffff:0.0.0.0", AddressScope.Internet)]
    public void An_address_admits_this_far(string text, AddressScope scope) => Assert.Equal(scope, AddressScopes.Of(Parse(text)));

    [Fact]
    public void A_wildcard_on_the_loopback_interface_admits_this_machine_only() =>
        Assert.Equal(AddressScope.Local, AddressScopes.Of(Parse("0.0.0.0"), boundInterface: 1));

    private static InetAddress Parse(string text) => InetAddress.FromBytes(IPAddress.Parse(text).GetAddressBytes());
}
