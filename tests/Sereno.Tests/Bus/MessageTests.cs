using Sereno.Bus.Wire;
using Xunit;

namespace Sereno.Tests.Bus;

public class MessageTests
{
    /// <summary>GetUnit("a"), as sd-bus marshals it but for the order of the fields.</summary>
    private static readonly byte[] s_call =
    [
        (byte)'l', 1, 0, 1, // little-endian, method call, no flags, version 1
        6, 0, 0, 0, // body length
        5, 0, 0, 0, // serial
        55, 0, 0, 0, // length of the fields
        1, 1, (byte)'o', 0, 2, 0, 0, 0, (byte)'/', (byte)'a', 0, 0, 0, 0, 0, 0, // Path = /a
        2, 1, (byte)'s', 0, 3, 0, 0, 0, (byte)'i', (byte)'.', (byte)'f', 0, 0, 0, 0, 0, // Interface = i.f
        3, 1, (byte)'s', 0, 1, 0, 0, 0, (byte)'M', 0, // Member = M
        0, 0, 0, 0, 0, 0, // to a multiple of 8
        8, 1, (byte)'g', 0, 1, (byte)'s', 0, // Signature = s
        0, // to a multiple of 8
        1, 0, 0, 0, (byte)'a', 0,
    ];

    [Fact]
    public void A_call_is_taken_apart()
    {
        var message = Message.Parse(s_call);
        Assert.Equal(MessageHeader.Call("/a", "i.f", "M", "s") with { Serial = 5 }, message.Header);
        Assert.Equal("a", message.Reader.ReadString());
    }

    [Fact]
    public void A_call_is_put_together_the_same()
    {
        using var body = new MessageWriter();
        body.WriteString("a");
        Assert.Equal(s_call, Message.Encode(MessageHeader.Call("/a", "i.f", "M", "s") with { Serial = 5 }, body.Written));
    }

    [Fact]
    public void A_big_endian_message_reads_the_same()
    {
        byte[] bytes =
        [
            (byte)'B', 4, 1, 1, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0, 55,
            1, 1, (byte)'o', 0, 0, 0, 0, 2, (byte)'/', (byte)'a', 0, 0, 0, 0, 0, 0,
            2, 1, (byte)'s', 0, 0, 0, 0, 3, (byte)'i', (byte)'.', (byte)'f', 0, 0, 0, 0, 0,
            3, 1, (byte)'s', 0, 0, 0, 0, 1, (byte)'M', 0, 0, 0, 0, 0, 0, 0,
            8, 1, (byte)'g', 0, 1, (byte)'t', 0, 0,
            0, 0, 0, 0, 0, 0, 1, 2,
        ];
        var message = Message.Parse(bytes);
        Assert.Equal(MessageHeader.Signal("/a", "i.f", "M", "t") with { Serial = 9 }, message.Header);
        Assert.Equal(258ul, message.Reader.ReadUInt64());
    }

    [Theory]
    [InlineData(0, (byte)'x')] // byte order
    [InlineData(1, 0)] // type
    [InlineData(3, 2)] // protocol version
    [InlineData(4, 7)] // body length
    [InlineData(8, 0)] // serial
    [InlineData(18, (byte)'s')] // the path's type
    [InlineData(24, (byte)'x')] // the path's slash
    [InlineData(26, (byte)'x')] // the path's NUL
    [InlineData(27, 1)] // padding
    [InlineData(48, 0)] // field code 0
    [InlineData(48, 200)] // an unknown field instead of the member, which a call needs
    [InlineData(69, (byte)'u')] // another signature than the body follows
    [InlineData(76, 0xFF)] // not UTF-8
    [InlineData(76, 0)] // a NUL in a string
    public void A_wrong_byte_makes_it_malformed(int at, byte value)
    {
        byte[] bytes = [.. s_call];
        bytes[at] = value;
        Assert.Throws<BusFormatException>(() => Message.Parse(bytes));
    }

    [Fact]
    public void An_unknown_header_field_is_ignored()
    {
        byte[] bytes = [.. s_call];
        var message = Message.Parse(Message.Encode(Message.Parse(bytes).Header with { Sender = ":1.1" }, bytes.AsSpan(72)));
        Assert.Equal(":1.1", message.Header.Sender);
        byte[] other = Message.Encode(message.Header, bytes.AsSpan(72));
        int at = other.AsSpan().IndexOf((ReadOnlySpan<byte>)[7, 1, (byte)'s', 0]);
        other[at] = 77;
        Assert.Null(Message.Parse(other).Header.Sender);
    }

    [Fact]
    public void A_message_over_the_limit_is_refused_before_its_bytes_are_there()
    {
        byte[] bytes = s_call[..16];
        bytes[7] = 1; // 16 MiB of body
        Assert.Throws<BusFormatException>(() => Message.TotalLength(bytes, 16 * 1024 * 1024));
        bytes[7] = 0xFF;
        Assert.Throws<BusFormatException>(() => Message.TotalLength(bytes));
    }

    [Fact]
    public void A_message_without_what_its_type_needs_is_not_sent() =>
        Assert.Throws<ArgumentException>(() => Message.Encode(new MessageHeader { Type = MessageType.Signal, Serial = 1, Path = "/" }, []));

    [Fact]
    public void Variants_nested_too_deep_are_refused()
    {
        using var w = new MessageWriter();
        for (int i = 0; i < 100; i++)
            w.WriteVariant("v");
        w.WriteVariant("y");
        w.WriteByte(1);
        byte[] bytes = w.Written.ToArray();
        Assert.Throws<BusFormatException>(() => new MessageReader(bytes).Skip("v"));
        Assert.Throws<BusFormatException>(() =>
        {
            var reader = new MessageReader(bytes);
            BusValue.Read(ref reader, "v");
        });
    }

    [Fact]
    public void An_array_longer_than_its_message_costs_nothing()
    {
        byte[] bytes = [0xFF, 0xFF, 0xFF, 0x03, 1];
        Assert.Throws<BusFormatException>(() => new MessageReader(bytes).ReadBytes());
        Assert.Throws<BusFormatException>(() => new MessageReader(bytes).ReadStringArray());
    }
}
