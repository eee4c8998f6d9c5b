using CsCheck;
using Sereno.Bus.Wire;
using Xunit;

namespace Sereno.Tests.Bus;

public class WireRoundTripTests
{
    [Fact]
    public void What_is_written_is_read_back() => WireGen.Value(3).Sample(value =>
    {
        Assert.True(Signature.IsSingleType(value.Signature), value.Signature);
        using var writer = new MessageWriter();
        value.Write(writer);
        var reader = new MessageReader(writer.Written);
        Assert.Equal(value, BusValue.Read(ref reader, value.Signature));
        Assert.True(reader.AtEnd);
        var skipping = new MessageReader(writer.Written);
        skipping.Skip(value.Signature);
        Assert.True(skipping.AtEnd);
    }, iter: 3000);

    [Fact]
    public void Whole_messages_survive_the_wire() => Gen.Select(WireGen.Value(2), Gen.UInt[1, uint.MaxValue]).Sample((value, serial) =>
    {
        using var body = new MessageWriter();
        value.Write(body);
        var header = MessageHeader.Return(serial, value.Signature) with { Serial = serial, Destination = ":1.7" };
        byte[] bytes = Message.Encode(header, body.Written);
        Assert.Equal(bytes.Length, Message.TotalLength(bytes));
        var message = Message.Parse(bytes);
        Assert.Equal(header, message.Header);
        Assert.Equal(body.Written.ToArray(), message.Body.ToArray());
    }, iter: 1000);

    [Fact]
    public void A_mutated_message_is_parsed_or_refused_and_nothing_else() =>
        Gen.Select(WireGen.Value(3), Gen.Select(Gen.Int[0, 4000], Gen.Byte).Array[1, 8], Gen.Bool).Sample((value, changes, resize) =>
        {
            using var body = new MessageWriter();
            value.Write(body);
            byte[] bytes = Message.Encode(MessageHeader.Call("/a", "a.b", "C", value.Signature) with { Serial = 1 }, body.Written);
            foreach (var (at, to) in changes)
                bytes[at % bytes.Length] = to;
            ParseOrRefuse(resize ? bytes[..^(changes[0].Item1 % bytes.Length)] : bytes);
        }, iter: 20_000);

    [Fact]
    public void Random_bytes_are_refused() => Gen.Byte.Array[0, 200].Sample(ParseOrRefuse, iter: 5000);

    [Fact]
    public void Random_bytes_under_any_signature_are_read_or_refused() =>
        Gen.Select(WireGen.Value(3), Gen.Byte.Array[0, 200], Gen.Bool).Sample((shape, bytes, bigEndian) =>
        {
            try
            {
                var reader = new MessageReader(bytes, bigEndian);
                BusValue.Read(ref reader, shape.Signature);
            }
            catch (BusFormatException)
            {
                // the only exception there may be
            }
        }, iter: 10_000);

    private static void ParseOrRefuse(byte[] bytes)
    {
        try
        {
            var message = Message.Parse(bytes);
            var reader = message.Reader; // what was accepted can be read
            for (ReadOnlySpan<char> rest = message.Header.Signature; !rest.IsEmpty;)
            {
                string type = Signature.First(rest).ToString();
                BusValue.Read(ref reader, type);
                rest = rest[type.Length..];
            }
        }
        catch (BusFormatException)
        {
            // refused
        }
    }
}
