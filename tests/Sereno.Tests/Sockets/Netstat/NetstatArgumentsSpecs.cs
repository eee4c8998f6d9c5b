using CsCheck;
using Sereno.Sockets.Views.Netstat;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets.Netstat;

/// <summary>What netstat's command lines mean.</summary>
public class NetstatArgumentsSpecs
{
    [Fact]
    public void A_family_means_all_its_transports_quietly_and_a_transport_both_families_aloud()
    {
        var family = Read("-6");
        Assert.Equal((NetstatTables.Internet, false, true, true), (family.Tables, family.IPv4, family.IPv6, family.TransportsImplied));
        var transport = Read("-t");
        Assert.Equal((NetstatTables.Tcp, true, true, false), (transport.Tables, transport.IPv4, transport.IPv6, transport.TransportsImplied));
        Assert.False(Read("-a").IsSelective);
    }

    [Theory]
    [InlineData("-r", NetstatMode.Routes)]
    [InlineData("--interfaces", NetstatMode.Interfaces)]
    [InlineData("-s", NetstatMode.Statistics)]
    [InlineData("--masq", NetstatMode.Masquerade)]
    [InlineData("-g", NetstatMode.Sockets)]
    public void One_of_the_modes_may_be_chosen(string arguments, NetstatMode mode) => Assert.Equal(mode, Read(arguments).Mode);

    [Theory]
    [InlineData("-ri", NetstatAction.BadUsage)]
    [InlineData("-ss", NetstatAction.BadUsage)]
    [InlineData("-T", NetstatAction.BadUsage)]
    [InlineData("-A nowhere", NetstatAction.Refuse)]
    [InlineData("-Z", NetstatAction.Refuse)]
    [InlineData("-V -T", NetstatAction.Version)]
    [InlineData("-h", NetstatAction.Help)]
    public void Other_ends_are_told_apart(string arguments, NetstatAction action) =>
        Assert.Equal(action, NetstatArguments.Read(arguments.Split(' '), TextWriter.Null, NetstatTexts.English, out _));

    [Fact]
    public void Families_keep_their_order_under_their_own_names() => Assert.Equal(["inet6", "inet", "ddp", "unix"], Read("-A ip6,tcpip --appletalk -x").Families);

    [Fact]
    public void No_words_at_all_make_it_fail() =>
        Gen.OneOf(Gen.String[0, 6], Gen.String[Gen.Char["aAlnrsieotuUSwxgM246fZVvcWpNCF-=,"], 0, 8].Select(s => "-" + s)).Array[0, 5].Sample(words =>
        {
            NetstatArguments.Read(words, TextWriter.Null, NetstatTexts.English, out var request);
            return request is not null && WindowsNetstatArguments.TryRead(words) is var _;
        });

    private static NetstatRequest Read(string arguments)
    {
        Assert.Equal(NetstatAction.Show, NetstatArguments.Read(arguments.Split(' '), TextWriter.Null, NetstatTexts.English, out var request));
        return request;
    }
}
