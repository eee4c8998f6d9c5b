using CsCheck;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Wire;

/// <summary>inet_diag's answers with attributes that are unknown, longer, shorter, missing, or in another order.</summary>
public class InetDiagFuzzSpecs
{
    private const int Shutdown = 8, IPv6Only = 11, Mark = 15, CgroupId = 21, FirstUnknown = 64;

    private static readonly Gen<byte[]> s_genHead =
        from head in Gen.Byte.Array[InetDiag.MessageLength]
        from family in Mutations.OneOf(InetDiag.AfInet, InetDiag.AfInet6)
        select (byte[])[family, .. head[1..]];

    // All that are known, each at least as long as it must be.
    private static readonly Gen<Attribute[]> s_genKnown =
        from shutdown in Gen.Byte.Array[1, 9]
        from only in Gen.Byte[0, 1].Array[1, 9]
        from mark in Gen.Byte.Array[4, 12]
        from cgroup in Gen.Byte.Array[8, 16]
        from present in Gen.Bool.Array[4]
        select new Attribute[] { new(Shutdown, shutdown), new(IPv6Only, only), new(Mark, mark), new(CgroupId, cgroup) }.Where((_, i) => present[i]).ToArray();

    private static readonly Gen<Attribute[]> s_genUnknown =
        (from type in Gen.UShort[FirstUnknown, 0x3FFF] from value in Gen.Byte.Array[0, 200] select new Attribute(type, value)).Array[0, 6];

    [Fact]
    public void Unknown_attributes_between_the_known_ones_change_nothing() =>
        Gen.Select(s_genHead, s_genKnown, s_genUnknown, Gen.Int).Sample((head, known, unknown, seed) =>
        {
            var mixed = known.ToList();
            var random = new Random(seed);
            foreach (var attribute in unknown)
                mixed.Insert(random.Next(mixed.Count + 1), attribute);
            Assert.Equal(Read(head, known), Read(head, mixed));
        });

    [Fact]
    public void The_order_of_attributes_means_nothing() =>
        Gen.Select(s_genHead, s_genKnown.SelectMany(known => Gen.Shuffle(known).Select(shuffled => (known, shuffled)))).Sample((head, sets) =>
            Assert.Equal(Read(head, sets.known), Read(head, sets.shuffled)));

    [Fact]
    public void What_a_newer_kernel_adds_to_an_attribute_is_passed_over() =>
        Gen.Select(s_genHead, s_genKnown, Gen.Byte.Array[1, 40]).Sample((head, known, more) =>
            Assert.Equal(Read(head, known), Read(head, known.Select(a => a with { Value = [.. a.Value, .. more] }))));

    [Fact]
    public void An_attribute_that_is_too_short_counts_as_missing() =>
        Gen.Select(s_genHead, s_genKnown, Gen.Int[0, 3], Gen.Int[0, 7]).Where((_, known, _, _) => known.Length > 0).Sample((head, known, which, length) =>
        {
            var victim = known[which % known.Length];
            int needed = victim.Type switch { Mark => 4, CgroupId => 8, _ => 1 };
            var cut = victim with { Value = victim.Value[..Math.Min(length, needed - 1)] };
            Assert.Equal(Read(head, known.Where(a => a != victim)), Read(head, known.Select(a => a == victim ? cut : a)));
        });

    [Fact]
    public void A_shorter_message_is_one_whose_missing_fields_are_zero() =>
        Gen.Select(s_genHead, Gen.Int[0, InetDiag.MessageLength]).Sample((head, length) =>
        {
            const int identity = 52; // family to cookie
            bool read = InetDiag.TryRead(head.AsSpan(0, length), SocketProtocol.Udp, out var record);
            Assert.Equal(length >= identity, read);
            if (read)
                Assert.Equal(Read([.. head[..length], .. new byte[InetDiag.MessageLength - length]], [], SocketProtocol.Udp), record);
        });

    [Fact]
    public void A_family_that_isnt_the_internets_is_no_socket_of_it() =>
        Gen.Select(s_genHead, Gen.Byte).Where((_, family) => family is not (InetDiag.AfInet or InetDiag.AfInet6)).Sample((head, family) =>
            !InetDiag.TryRead([family, .. head[1..]], SocketProtocol.Tcp, out _));

    [Fact]
    public void Damaged_answers_are_read_to_an_end() =>
        Gen.Select(s_genHead, s_genKnown, s_genUnknown, Mutations.Gen1To8).Sample((head, known, unknown, damage) =>
        {
            Message answer = new(InetDiag.SockDiagByFamily, 2, 1, head, [.. known, .. unknown]);
            Decoders.Walk(damage(Message.Write([answer, answer, answer])));
        });

    private static SocketRecord Read(byte[] head, IEnumerable<Attribute> attributes, SocketProtocol protocol = SocketProtocol.Tcp)
    {
        Assert.True(InetDiag.TryRead([.. head, .. attributes.SelectMany(a => a.Write())], protocol, out var record));
        return record;
    }
}
