using System.Text;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;
using Xunit;
using static Sereno.Tests.Sockets.Filter.KnownNames;

namespace Sereno.Tests.Sockets.Filter;

public class FilterGrammarSpecs
{
    [Theory]
    [InlineData("src 1.2.3.4", "src 1.2.3.4")]
    [InlineData("src = 1.2.3.4", "src 1.2.3.4")]
    [InlineData("dst eq 1.2.3.4:80", "dst 1.2.3.4:80")]
    [InlineData("src 10.1/16", "src 10.1.0.0/16")]
    [InlineData("src 127", "src 127.0.0.0")]
    [InlineData("src 0x7f.0.010.1/8", "src 127.0.8.1/8")]
    [InlineData("src 10.0.0.1/255.255.0.0", "src 10.0.0.1/16")]
    [InlineData("src 10.0.0.1/any", "src 10.0.0.1/0")]
    [InlineData("src [::1]", "src [::1]")]
    [InlineData("src [2001:db8::/32]:80", "src [2001:db8::/32]:80")]
    [InlineData("src 2001:db8::/32", "src [2001:db8::/32]")]
    [InlineData("src 2001:db8::/32:80", "src [2001:db8::/32]:80")]
    [InlineData("src [::ffff:127.0.0.1]", "src [::ffff:127.0.0.1]")]
    [InlineData("src [10.0.0.1]7", "src 10.0.0.1:7")]
    [InlineData("src any", "src *")]
    [InlineData("src default", "src *")]
    [InlineData("src *:22", "src *:22")]
    [InlineData("src *22", "src *:22")]
    [InlineData("src :22", "src *:22")]
    [InlineData("src inet:any", "src inet:0.0.0.0/0")]
    [InlineData("src inet6:*", "src inet6:*")]
    [InlineData("src 1.2.3.4:*", "src 1.2.3.4")]
    [InlineData("src 1.2.3.4:", "src 1.2.3.4")]
    [InlineData("src two:ssh", "src two:22")]
    [InlineData("sport = :22", "src *:22")]
    [InlineData("sport 22", "src *:22")]
    [InlineData("sport [22]", "src *:22")]
    [InlineData("sport = *:80", "src *")]
    [InlineData("sport 0x16", "src *:22")]
    [InlineData("sport 026", "src *:22")]
    [InlineData("sport 70000", "src *:70000")]
    [InlineData("sport -5", "src *:-5")]
    [InlineData("dport != :ssh", "! dst *:22")]
    [InlineData("dport ne inet:ssh", "! dst inet:*:22")]
    [InlineData("sport >= 1024", "sport >= :1024")]
    [InlineData("sport geq 1024", "sport >= :1024")]
    [InlineData("sport gt 1024", "sport > :1024")]
    [InlineData("sport lt 1024", "sport < :1024")]
    [InlineData("dport le 1024", "dport <= :1024")]
    [InlineData("dev lo", "dev 1")]
    [InlineData("dev != eth0", "dev != 2")]
    [InlineData("dev if7x", "dev 7")]
    [InlineData("dev 0x10", "dev 16")]
    [InlineData("fwmark 1", "fwmark 0x1/0xffffffff")]
    [InlineData("fwmark 0x10/0xf0zz", "fwmark 0x10/0xf0")]
    [InlineData("fwmark -1", "fwmark 0xffffffff/0xffffffff")]
    [InlineData("fwmark 0x", "fwmark 0x0/0xffffffff")]
    [InlineData("fwmark ne 010", "! fwmark 0x8/0xffffffff")]
    [InlineData("cgroup /a", "cgroup /a")]
    [InlineData("cgroup = /a\\ b", "cgroup /a\\ b")]
    [InlineData("autobound", "autobound")]
    [InlineData("src unix:/tmp/*", "src unix:/tmp/*")]
    [InlineData("sport = unix:x", "src unix:x")]
    [InlineData("src link:ip", "src link:2048")]
    [InlineData("src link:IPv6:eth0", "src link:34525:2")]
    [InlineData("src link:*:3", "src link:*:3")]
    [InlineData("src link:0x806", "src link:2054")]
    [InlineData("src netlink:tcpdiag", "src netlink:4")]
    [InlineData("src netlink:16:kernel", "src netlink:16:-1")]
    [InlineData("src netlink:*:1234", "src netlink:*:1234")]
    [InlineData("src vsock:2:1024", "src vsock:*:1024")]
    [InlineData("not not src 1", "! ! src 1.0.0.0")]
    [InlineData("! ( autobound )", "! autobound")]
    [InlineData("autobound sport 1 or dport 2 and dev 0", "autobound and src *:1 or dst *:2 and dev 0")]
    [InlineData("autobound && ( sport 1 || sport 2 ) & dev 0", "autobound and ( src *:1 or src *:2 ) and dev 0")]
    [InlineData("( autobound or dev 0 ) and dev 1", "( autobound or dev 0 ) and dev 1")]
    [InlineData("! autobound dev 0", "! autobound and dev 0")]
    [InlineData("! ( autobound dev 0 )", "! ( autobound and dev 0 )")]
    public void Every_way_to_write_a_condition_is_read(string filter, string normal)
    {
        Assert.Equal(normal.Replace("netlink:16:-1", "netlink:16:0"), Read(filter).ToString());
        Assert.Equal(Read(filter), Read(Read(filter).ToString()));
    }

    [Fact]
    public void And_and_or_bind_alike_from_left_to_right()
    {
        var filter = Parse("sport 1 or sport 2 and dport 3")!;
        Assert.True(filter.Matches(Socket(1, 3)));
        Assert.False(filter.Matches(Socket(1, 4)));
        Assert.True(filter.Matches(Socket(2, 3)));
    }

    [Theory]
    [InlineData("src 1.2.3.4", null)]
    [InlineData("src inet:1.2.3.4", SocketFamily.Inet)]
    [InlineData("src unix:* or src inet6:*", SocketFamily.Inet6)]
    [InlineData("sport = link:lo", SocketFamily.Packet)]
    [InlineData("src netlink:* and src vsock:*", SocketFamily.Vsock)]
    public void The_last_host_with_a_family_selects_it(string filter, SocketFamily? family) => Assert.Equal(family, Parse(filter)!.Selects);

    [Fact]
    public void A_host_without_a_family_is_of_the_one_before_it()
    {
        Assert.Equal(Read("src unix:x or src unix:10.0.0.1"), Read("src unix:x or src 10.0.0.1"));
        Assert.Equal(SocketFamily.Inet6, Parse("src [::1]", new(SocketFamily.Inet6))!.Selects);
        Assert.Throws<FilterException>(() => Parse("src inet6:* src 10.0.0.1"));
        Assert.Throws<FilterException>(() => Parse("src 10.0.0.1", new(SocketFamily.Inet6)));
    }

    [Fact]
    public void Services_are_those_of_the_tables_shown()
    {
        Assert.Equal("src *:514", Parse("sport syslog", new(Tcp: false))!.Expression.ToString());
        Assert.Equal("src *:1001", Parse("sport both", new(Udp: false))!.Expression.ToString());
        Assert.Equal(FilterProblem.UnknownPort, Assert.Throws<FilterException>(() => Parse("sport syslog", new(Udp: false))).Problem);
        Assert.Equal(FilterProblem.AmbiguousPort, Assert.Throws<FilterException>(() => Parse("sport both")).Problem);
    }

    [Fact]
    public void Words_and_a_file_are_one_filter()
    {
        byte[] file = Encoding.UTF8.GetBytes("# of mine\n\n  sport 1 or\n sport\t2\n0 is a comment in ss as well\nor sport 3");
        var filter = SocketFilter.Parse(["state", "all", "dport 9", "", " ", "or"], 2, file, new(), new KnownNames())!;
        Assert.Equal("dst *:9 or src *:1 or src *:2 or src *:3", filter.Expression.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \t")]
    public void Nothing_is_no_filter(string filter) => Assert.Null(Parse(filter));

    [Theory]
    [InlineData("state established", TcpStates.Established)]
    [InlineData("state LISTENING state closed", TcpStates.Listen | TcpStates.Close)]
    [InlineData("exclude big excl time-wait", TcpStates.SynReceived)]
    [InlineData("state bucket exclude syn-rcv", TcpStates.TimeWait)]
    [InlineData("sport 1 state all", TcpStates.Close)]
    public void States_come_first(string words, TcpStates expected)
    {
        var states = TcpStates.Close;
        int read = StateWords.Read(words.Split(' '), ref states);
        Assert.Equal(words[0] is 's' && words[1] is 'p' ? 0 : words.Split(' ').Length, read);
        Assert.Equal(expected, states);
    }

    private static SocketRecord Socket(ushort local, ushort remote) => new() { IsIPv4 = true, LocalPort = local, RemotePort = remote };
}
