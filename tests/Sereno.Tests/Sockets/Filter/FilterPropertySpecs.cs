using System.Text;
using CsCheck;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;
using Xunit;
using static Sereno.Tests.Sockets.Filter.KnownNames;

namespace Sereno.Tests.Sockets.Filter;

public class FilterPropertySpecs
{
    [Fact]
    public void A_filter_reads_back_from_its_text() => FilterGen.Any.Sample(filter => Assert.Equal(filter, Read(filter.ToString())));

    [Fact]
    public void A_filter_means_what_its_conditions_mean() => Gen.Select(FilterGen.Any, FilterGen.Socket).Sample((filter, socket) =>
        Assert.Equal(Evaluate(filter, socket), SocketFilter.Of(filter, new KnownNames()).Matches(socket)));

    [Fact]
    public void The_kernel_accepts_the_bytecode_and_lets_through_what_the_filter_means() =>
        Gen.Select(FilterGen.ForKernel, FilterGen.Socket.Array[1, 20]).Sample((filter, sockets) =>
        {
            byte[] code = SocketFilter.Of(filter, new KnownNames()).Bytecode!;
            Assert.True(KernelProgram.IsAccepted(code), filter.ToString());
            foreach (var socket in sockets)
            {
                bool autobound = socket.LocalPort is >= 32768 and <= 60999;
                Assert.Equal(Evaluate(filter, socket, OfKernel), KernelProgram.Run(code, socket, userBound: !autobound));
            }
        });

    // The only conditions on which kernel and user space differ, given ports of 16 bits: the kernel minds the family of an address.
    private static bool OfKernel(FilterExpression term, SocketRecord socket) =>
        Evaluate(term, socket) && (term is not HostTerm { Host.Addresses: [var prefix, ..] } host || prefix.Family == SocketFamily.Unspecified
            || (prefix.Family == SocketFamily.Inet) == socket.IsIPv4
            || prefix.Family == SocketFamily.Inet && IsMapped(host.Side == FilterSide.Source ? socket.Local : socket.Remote, prefix));

    private static bool IsMapped(InetAddress address, FilterPrefix prefix) => address.IsMappedIPv4
        && (prefix.Length == 0 || ((uint)address.Low ^ (uint)(prefix.Bits >> 96)) >> (32 - prefix.Length) == 0);

    [Fact]
    public void Both_halves_agree_on_what_a_family_of_its_own_asks()
    {
        foreach (string filter in (string[])["src 10.0.0.0/8", "dst [2001:db8::]/0", "! src 0.0.0.0/0"])
            if (TryParse(filter) is SocketFilter read)
                foreach (string address in (string[])["10.0.0.1", "::ffff:10.0.0.1", "11.0.0.1"])
                    Assert.True(!KernelProgram.Run(read.Bytecode, Tcp(address), false) || read.Matches(Tcp(address)) || filter.Contains('!'));

        static SocketRecord Tcp(string address) => new() { IsIPv4 = !address.Contains(':'), Local = Address(address), Remote = Address(address) };
    }

    [Theory]
    [InlineData("src 0.0.0.0/0", "::1", true, false)] // a prefix of length 0 still has a family in the kernel
    [InlineData("src two", "10.0.0.2", true, false)] // the first address of a host only
    [InlineData("sport >= 70000", "10.0.0.1", false, true)] // 70000 is 4464 in 16 bits
    [InlineData("src 0.0.0.0", "::", true, false)] // compared as bits alone
    public void Where_ss_own_halves_differ_ours_differ_alike(string filter, string address, bool here, bool inKernel)
    {
        var socket = new SocketRecord { IsIPv4 = !address.Contains(':'), Local = Address(address), Remote = Address(address), LocalPort = 5000 };
        var read = Parse(filter)!;
        Assert.Equal((here, inKernel), (read.Matches(socket), KernelProgram.Run(read.Bytecode, socket, userBound: true)));
    }

    [Fact]
    public void Running_a_filter_allocates_nothing()
    {
        var filter = Parse("( src 10/8 or dst two or sport > 1024 ) and ! autobound or src unix:/a* or fwmark 1 or cgroup /a")!;
        var inet = new SocketRecord { IsIPv4 = true, Local = Address("10.0.0.1"), Remote = Address("10.0.0.2") };
        var unix = new UnixRecord { Name = new byte[] { 0, 1, 2 } };
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            filter.Matches(inet);
            filter.Matches(unix);
            filter.Matches(new PacketRecord());
            filter.Matches(new NetlinkRecord());
        }
    }

    [Fact]
    public void A_device_is_left_to_user_space() => Assert.Null(Parse("sport 1 or dev 1")!.Bytecode);

    [Theory]
    [InlineData("src unix:x", false)]
    [InlineData("src link:ip or sport 1", false)]
    [InlineData("sport inet:1", true)]
    [InlineData("sport >= link:1", true)]
    public void Addresses_of_other_families_the_kernel_refuses(string filter, bool accepted) =>
        Assert.Equal(accepted, KernelProgram.IsAccepted(Parse(filter)!.Bytecode));

    private static readonly string[] s_words =
    [
        "(", ")", "!", "not", "and", "&&", "or", "|", "src", "dst", "sport", "dport", "dev", "fwmark", "cgroup", "autobound", "=", "!=", ">=", "<", "gt",
        "1.2.3.4", "10/8", "[::1]", "[::1/64]:22", "*:22", ":ssh", "22", "unix:*", "unix:[", "link:ip", "netlink:*:1", "inet6:::", "two:80", "/a", "lo", "0x1/2", "\\", "",
        "-1", "99999999999999999999", "::", "[", "1.2.3.4/", "*", "vsock:1:", "any", "1/2/3", "\\ \\",
    ];

    [Fact]
    public void Any_words_end_in_a_filter_or_an_error() => Gen.OneOf(FilterGen.OneOf(s_words), Gen.String[0, 6]).Array[0, 30].Sample(Survives, iter: 3000);

    [Fact]
    public void A_damaged_filter_ends_in_a_filter_or_an_error() => Gen.Select(FilterGen.Any, Gen.Int[0, 1000], Gen.Char[' ', '~']).Sample((filter, at, c) =>
    {
        string text = filter.ToString();
        Survives([text.Remove(at % text.Length, 1)]);
        Survives([text.Insert(at % text.Length, c.ToString())]);
        Survives([text[..(at % text.Length)]]);
    });

    [Fact]
    public void Any_file_ends_in_a_filter_or_an_error() => Gen.OneOf(Gen.Byte.Array[0, 200], FilterGen.OneOf(s_words).Array[0, 20].Select(w => Encoding.UTF8.GetBytes(string.Join('\n', w))))
        .Sample(bytes => Survives([], bytes));

    private static void Survives(string[] words) => Survives(words, []);

    private static void Survives(string[] words, byte[] file)
    {
        try
        {
            var filter = SocketFilter.Parse(words, 0, file, new(), new KnownNames());
            if (filter is null)
                return;
            Assert.Equal(filter.Expression, Read(filter.Expression.ToString()));
            Assert.True(filter.Bytecode is null || filter.Selects is not null || KernelProgram.IsAccepted(filter.Bytecode));
            filter.Matches(new SocketRecord());
            filter.Matches(new UnixRecord { Name = new byte[] { 0, 1, 2 } });
            filter.Matches(new PacketRecord());
            filter.Matches(new NetlinkRecord());
        }
        catch (FilterException e)
        {
            Assert.InRange(e.Position.Column, 0, e.Position.Line.Length);
            Assert.EndsWith("\n", e.SsText);
        }
    }

    private static SocketFilter? TryParse(string filter)
    {
        try
        {
            return Parse(filter);
        }
        catch (FilterException)
        {
            return null;
        }
    }

    private static bool Evaluate(FilterExpression filter, SocketRecord socket) =>
        Evaluate(filter, socket, (term, s) => SocketFilter.Of(term, new KnownNames()).Matches(s));

    private static bool Evaluate(FilterExpression filter, SocketRecord socket, Func<FilterExpression, SocketRecord, bool> term) => filter switch
    {
        NotExpression not => !Evaluate(not.Operand, socket, term),
        ListExpression list => list.Rest.Aggregate(Evaluate(list.First, socket, term), (left, link) =>
            link.IsAnd ? left & Evaluate(link.Operand, socket, term) : left | Evaluate(link.Operand, socket, term)),
        _ => term(filter, socket),
    };
}
