using CsCheck;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Wire;

/// <summary>Messages as no kernel sends them, or as one of another age does. CsCheck prints the seed of what fails.</summary>
public class NetlinkFuzzSpecs
{
    private static readonly Gen<Attribute> s_genAttribute =
        from type in Gen.UShort[0, 0x3FFF]
        from value in Gen.Byte.Array[0, 80]
        select new Attribute(type, value);

    private static readonly Gen<Message> s_genMessage =
        from type in Gen.UShort
        from flags in Gen.UShort
        from sequence in Gen.UInt
        from head in Gen.Byte.Array[0, 20].Select(bytes => bytes[..(bytes.Length & ~3)])
        from attributes in s_genAttribute.Array[0, 6]
        select new Message(type, flags, sequence, head, attributes);

    [Fact]
    public void Messages_and_attributes_survive_the_way_to_bytes_and_back() => s_genMessage.Array[0, 8].Sample(messages =>
    {
        var reader = new NetlinkReader(Message.Write(messages));
        foreach (var sent in messages)
        {
            Assert.True(reader.Next(out var message));
            Assert.Equal((sent.Type, sent.Flags, sent.Sequence), (message.Type, message.Flags, message.Sequence));
            Assert.Equal(sent.Payload, message.Payload.ToArray());
            var attributes = new AttributeReader(message.Payload[sent.Fixed.Length..]);
            foreach (var attribute in sent.Attributes)
            {
                Assert.True(attributes.Next(out ushort type, out var value));
                Assert.Equal(attribute.Type, type);
                Assert.Equal(attribute.Value, value.ToArray());
            }
            Assert.False(attributes.Next(out _, out _));
        }
        Assert.False(reader.Next(out _));
        Assert.False(reader.Malformed);
    });

    [Fact]
    public void A_datagram_cut_anywhere_yields_the_messages_before_the_cut_and_says_so() =>
        Gen.Select(s_genMessage.Array[1, 5], Gen.Int[0, 100_000]).Sample((messages, at) =>
        {
            byte[] whole = Message.Write(messages), cut = whole[..(at % whole.Length)];
            var reader = new NetlinkReader(cut);
            int begin = 0;
            foreach (var sent in messages)
            {
                int length = 16 + sent.Payload.Length;
                bool isWhole = begin + length <= cut.Length;
                Assert.Equal(isWhole, reader.Next(out var message));
                if (!isWhole)
                    break;
                Assert.Equal(sent.Payload, message.Payload.ToArray());
                begin += (length + 3) & ~3;
            }
            Assert.Equal(begin < cut.Length, reader.Malformed);
        });

    [Fact]
    public void A_message_that_lies_about_its_length_ends_the_walk_behind_the_honest_ones() =>
        Gen.Select(s_genMessage.Array[1, 5], Gen.Int[0, 4], Gen.OneOf(Gen.UInt[0, 15], Gen.UInt[4000, uint.MaxValue])).Sample((messages, which, lie) =>
        {
            which %= messages.Length;
            byte[] bytes = Message.Write(messages);
            BitConverter.TryWriteBytes(bytes.AsSpan(Message.Write(messages.Take(which)).Length), lie);
            var reader = new NetlinkReader(bytes);
            for (int i = 0; i < which; i++)
            {
                Assert.True(reader.Next(out var message));
                Assert.Equal(messages[i].Payload, message.Payload.ToArray());
            }
            Assert.False(reader.Next(out _));
            Assert.True(reader.Malformed);
            Assert.False(reader.Next(out _));
        });

    [Fact]
    public void An_attribute_that_lies_about_its_length_ends_the_walk_behind_the_honest_ones() =>
        Gen.Select(s_genAttribute.Array[1, 6], Gen.Int[0, 5], Gen.OneOf(Gen.UShort[0, 3], Gen.UShort[1000, ushort.MaxValue])).Sample((attributes, which, lie) =>
        {
            which %= attributes.Length;
            byte[] bytes = [.. attributes.SelectMany(a => a.Write())];
            BitConverter.TryWriteBytes(bytes.AsSpan(attributes.Take(which).Sum(a => a.Write().Length)), lie);
            var reader = new AttributeReader(bytes);
            for (int i = 0; i < which; i++)
            {
                Assert.True(reader.Next(out ushort type, out var value));
                Assert.Equal(attributes[i].Type, type);
                Assert.Equal(attributes[i].Value, value.ToArray());
            }
            Assert.False(reader.Next(out _, out _));
        });

    [Fact]
    public void Flags_of_nesting_and_byte_order_are_no_part_of_an_attributes_type() =>
        Gen.Select(s_genAttribute, Mutations.OneOf(0x4000, 0x8000, 0xC000)).Sample((attribute, flag) =>
        {
            var reader = new AttributeReader((attribute with { Type = (ushort)(attribute.Type | flag) }).Write());
            return reader.Next(out ushort type, out var value) && type == attribute.Type && value.SequenceEqual(attribute.Value);
        });

    [Fact]
    public void An_interrupted_dump_an_error_and_a_lost_datagram_can_be_told_apart() =>
        Gen.Select(Mutations.OneOf(NetlinkMessage.Done, NetlinkMessage.Error, NetlinkMessage.Overrun), Gen.UShort, Gen.Int[0, 4095], Gen.Int[0, 8]).Sample((type, flags, errno, length) =>
        {
            byte[] payload = [.. BitConverter.GetBytes(-errno), 0, 0, 0, 0];
            var reader = new NetlinkReader(new Message(type, flags, 1, payload[..length], []).Write());
            Assert.True(reader.Next(out var message));
            Assert.Equal((type, (flags & 0x10) != 0), (message.Type, (message.Flags & NetlinkMessage.FlagDumpInterrupted) != 0));
            Assert.Equal(length >= 4 ? errno : 0, message.ErrorNumber);
        });

    [Fact]
    public void Any_bytes_at_all_are_read_to_an_end() => Gen.Byte.Array[0, 600].Sample(bytes => { Decoders.Walk(bytes); });

    [Fact]
    public void Damaged_messages_are_read_to_an_end() =>
        Gen.Select(s_genMessage.Array[1, 6], Mutations.Gen1To8).Sample((messages, damage) => { Decoders.Walk(damage(Message.Write(messages))); });
}
