using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Sereno.Sockets.Wire;
using Xunit;
using static Sereno.Tests.Sockets.Filter.KnownNames;

namespace Sereno.Tests.Sockets.Filter;

/// <summary>What conditions mean to sockets other than TCP's and UDP's.</summary>
public class FilterFamilySpecs
{
    private const int FNM_CASEFOLD = 16;

    [Theory]
    [InlineData("src unix:*", "/run/a.sock", true)]
    [InlineData("src unix:/RUN/*", "/run/a.sock", true)]
    [InlineData("src unix:/run/a", "/run/a.sock", false)]
    [InlineData("src unix:@a*", "\0abc", true)]
    [InlineData("src unix:@a@c", "\0a\0c", true)]
    [InlineData("src unix:/a", "/a\0rest", true)]
    [InlineData("src unix:", "", true)]
    [InlineData("src unix:?*", "", false)]
    [InlineData("dst unix:*", "/run/a.sock", true)] // the kernel doesn't tell the peer's name
    [InlineData("dst unix:?*", "/run/a.sock", false)]
    [InlineData("autobound", "", true)]
    [InlineData("autobound", "\0000af", true)]
    [InlineData("autobound", "\00000af", false)]
    [InlineData("autobound", "\0000aF", false)]
    [InlineData("autobound", "/run/a", false)]
    [InlineData("sport = 77", "/a", true)] // an inode where others have a port
    [InlineData("dport = 78", "/a", true)]
    [InlineData("src 0.0.0.0", "", true)]
    [InlineData("src 0.0.0.0", "/a", false)]
    [InlineData("dst 0.0.0.0", "/a", true)]
    [InlineData("fwmark 0 dev 0", "/a", true)]
    public void Unix_sockets(string filter, string name, bool expected) =>
        Assert.Equal(expected, Parse(filter)!.Matches(new UnixRecord { Name = Encoding.UTF8.GetBytes(name), Inode = 77, PeerInode = 78 }));

    [Fact]
    public void Unix_sockets_of_proc_have_a_peer_name_and_no_ports()
    {
        var record = new UnixRecord { Name = "/a"u8.ToArray(), Inode = 77, PeerInode = 78 };
        Assert.True(Parse("sport 0 dport 0 dst unix:/b")!.Matches(record, "/b"u8, fromProc: true));
        Assert.False(Parse("sport 77")!.Matches(record, "/b"u8, fromProc: true));
    }

    [Theory]
    [InlineData("src link:ip", true)]
    [InlineData("src link:arp", false)]
    [InlineData("src link:ip:eth0", true)]
    [InlineData("src link:*:lo", false)]
    [InlineData("sport = link:2", true)]
    [InlineData("dev eth0", true)]
    [InlineData("sport >= 3", false)]
    [InlineData("dport = 0 dst 0.0.0.0", true)]
    [InlineData("src 0.8.0.0", true)] // the EtherType 0x800 as it lies in memory
    [InlineData("autobound", false)]
    public void Packet_sockets(string filter, bool expected) => Assert.Equal(expected, Parse(filter)!.Matches(new PacketRecord { EtherType = 0x800, Interface = 2 }));

    [Theory]
    [InlineData("src netlink:genl", true)]
    [InlineData("src netlink:rtnl", false)]
    [InlineData("src netlink:genl:-7", true)]
    [InlineData("src netlink:*:kernel", false)]
    [InlineData("autobound", true)]
    [InlineData("dport = 0", false)]
    [InlineData("dport < 0", true)]
    [InlineData("src 16", true)]
    public void Netlink_sockets(string filter, bool expected) => Assert.Equal(expected, Parse(filter)!.Matches(new NetlinkRecord { Protocol = 16, PortId = -7 }));

    [Fact]
    public void Patterns_match_what_the_C_librarys_match()
    {
        var part = Gen.OneOf(FilterGen.OneOf("*", "?", "[", "]", "[a-c]", "[!a]", "[^b-]", "[]a]", "\\", "-", "[[:alpha:]]", "[[:upper:]x]", "[[:nope:]]", "[[.a.]-c]", "[[=b=]]",
            "a", "B", "c", "@", "/", ".", "!", "[B-C]", "[\\]]", "[a\\-c]", "[:digit:]"), Gen.Char[' ', '~'].Select(c => c.ToString()));
        var text = Gen.Select(FilterGen.OneOf("a", "b", "C", "-", "]", "[", "\\", "x", "/", "@", "1", ":", "", "!"), Gen.Const("")).Array[0, 6].Select(p => string.Concat(p.Select(t => t.Item1)));
        Gen.Select(part.Array[0, 6].Select(string.Concat), text).Sample((pattern, name) =>
        {
            var filter = Sereno.Sockets.Filter.SocketFilter.Of(new Sereno.Sockets.Filter.HostTerm(Sereno.Sockets.Filter.FilterSide.Source,
                new(Sereno.Sockets.Filter.SocketFamily.Unix, -1, [], pattern)), new KnownNames());
            bool ours = filter.Matches(new UnixRecord { Name = Encoding.UTF8.GetBytes(name) });
            Assert.True(ours == (fnmatch(pattern, name, FNM_CASEFOLD) == 0), $"pattern '{pattern}', name '{name}': ours {ours}");
        }, iter: 20_000);
    }

    [DllImport("libc")] private static extern int fnmatch(string pattern, string name, int flags);
}
