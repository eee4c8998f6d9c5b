using System.Net;
using CsCheck;
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

    private static InetAddress Parse(string text) => InetAddress.FromBytes(IPAddress.Parse(text).GetAddressBytes());
}
