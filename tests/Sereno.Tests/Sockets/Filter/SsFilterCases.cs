namespace Sereno.Tests.Sockets.Filter;

/// <summary>Filters for the real ss and ours: options, a bar, then the words.</summary>
internal static class SsFilterCases
{
    /// <summary>Those that are understood.</summary>
    public static readonly string[] Right =
    [
        "-tua|", "-tua|src 127.0.0.1", "-tua|dst 127.0.0.1", "-tua|src 127/8", "-tua|src 127.0", "-tua|src 0x7f.0.0.1/255.0.0.0", "-tua|src 10.77/16",
        "-tua|src 0.0.0.0", "-tua|src 0.0.0.0/0", "-tua|src any", "-tua|src default", "-tua|src all:22", "-tua|src inet:any", "-tua|src inet6:any",
        "-tua|src [::]", "-tua|src [::]/0", "-tua|src [::/0]", "-tua|src [::1]", "-tua|src [::1]:22", "-tua|src [fd77::]", "-tua|src fd77::/16",
        "-tua|src [::ffff:127.0.0.1]", "-tua|dst [::ffff:0.0.0.0/96]", "-tua|src inet:127.0.0.1", "-tua|src inet6:*", "-tua|src *", "-tua|src *:22",
        "-tua|src *22", "-tua|src :22", "-tua|src 127.0.0.1:22", "-tua|src 127.0.0.1:*", "-tua|src 127.0.0.1:ssh", "-tua|src localhost", "-tua|dst localhost",
        "-tua|! src localhost", "-tua|src localhost or dev 77", "-ta|sport = :ssh", "-ta|sport ssh", "-ua|sport domain", "-tua|sport = :domain",
        "-tua|sport = 22", "-tua|sport [22]", "-tua|sport *:80", "-tua|sport != 22", "-tua|sport >= 1024", "-tua|sport > 1024", "-tua|dport < 1024",
        "-tua|dport <= 80", "-tua|sport = 70000", "-tua|sport >= 70000", "-tua|sport < 70000", "-tua|! sport >= 70000", "-tua|-- sport >= -1",
        "-tua|-- sport <= -1", "-tua|-- sport = -1", "-tua|-- dport != -1", "-tua|sport = 0x16", "-tua|sport = 026", "-tua|dport = 0",
        "-tua|autobound", "-tua|not autobound", "-tua|autobound or dev 77", "-tua|! autobound dev 0", "-tua|dev lo", "-tua|dev = lo", "-tua|dev != lo",
        "-tua|dev 0", "-tua|dev 1", "-tua|dev if1", "-tua|not dev lo and sport = :22", "-tua|fwmark 0x2a", "-tua|fwmark 42", "-tua|fwmark != 42",
        "-tua|fwmark 0x28/0xf8", "-tua|fwmark 0", "-tua|fwmark 0/0", "-tua|fwmark 1/0", "-tua|-- fwmark -1", "-tua|cgroup /tmp", "-tua|cgroup != /tmp",
        "-tua|sport 22 or sport 80 and src 127.0.0.1", "-tua|src 127.0.0.1 and sport 80 or sport 22", "-tua|( sport 22 or sport 80 ) src 127.0.0.1",
        "-tua|! ( sport 22 or sport 80 ) & ! src 127.0.0.1 | dport 22", "-tua|! ! sport 22", "-tua|not ( not sport 22 and not sport 80 )",
        "-tua|sport 22 && ! dport 22 || ( dst 127.0.0.1 and ( sport > 1024 or dport > 1024 ) )", "-tua|( ( ( sport 22 ) ) )",
        "-ta4|src 127.0.0.1", "-ta4|sport 22", "-ta6|src [::1]", "-ta6|sport 22", "-ta6|src inet:127.0.0.1", "-ta4|src inet6:[::1] or sport 22",
        "-tua|src inet:127.0.0.1 or src inet6:[::1]", "-tua|src inet6:[::1] or src inet:127.0.0.1", "-tua|sport inet:22", "-tua|src unix:*",
        "-tuxa|src unix:*", "-xa|", "-xa|src unix:*", "-xa|src *", "-xa|src *listening", "-xa|src *LISTENING", "-xa|src @lab*", "-xa|src @*nul@@s@",
        "-xa|src ?", "-xa|not src *[a-c]*", "-xa|src /*/l[io]*", "-xa|src *\\\\at@", "-xa|src unix:", "-xa|dst *", "-xa|dst ?*", "-xa|autobound",
        "-xa|not autobound", "-xa|sport /*", "-xa|sport >= unix:x", "-xa|dev 0", "-xa|fwmark 0", "-0a|", "-0a|src *", "-0a|src ip", "-0a|src link:ARP",
        "-0a|src 0x88b5", "-0a|src all", "-0a|src *:lo", "-0a|src ip:*", "-0a|sport lo", "-0a|sport link:1", "-0a|dev lo", "-0a|dport 0", "-0a|autobound",
        "-0a|src :1", "-fnetlink -a|src rtnl", "-fnetlink -a|src netlink:genl", "-fnetlink -a|src 15", "-fnetlink -a|src *:kernel", "-fnetlink -a|sport kernel",
        "-fnetlink -a|autobound", "-fnetlink -a|not autobound", "-fnetlink -a|dport 0", "-fnetlink -a|dst rtnl",
        "-a|src 3.0.0.0", "-a|src 0.8.0.0", "-a|dst 0.0.0.0", "-a|src link:*", "-a|src netlink:*", "-a|sport 22", "-tu0a|dport 0", "-a|dev lo", "-a|autobound",
    ];

    /// <summary>Those that aren't.</summary>
    public static readonly string[] Wrong =
    [
        "-ta|src", "-ta|src =", "-ta|src == =", "-ta|src != 1.2.3.4", "-ta|src > 1.2.3.4", "-ta|dev > lo", "-ta|fwmark < 1", "-ta|cgroup >= /tmp",
        "-ta|(", "-ta|)", "-ta|( )", "-ta|( src 1.2.3.4", "-ta|src 1.2.3.4 )", "-ta|and", "-ta|or sport 22", "-ta|sport 22 and", "-ta|sport 22 and or sport 23",
        "-ta|!", "-ta|sport 22 not", "-ta|sport 1 2", "-ta|autobound 5", "-ta|autobound = 5", "-ta|sport sport", "-ta|sport >= >= 5", "-ta|sport = = 5",
        "-ta|foo", "-ta|1.2.3.4", "-ta|[::1]", "-ta|= 22", "-ta|src ::1", "-ta|src ::ffff:127.0.0.1", "-ta|src [::1", "-ta|src [::1]/64", "-ta|src [::1]x",
        "-ta|src [::g]", "-ta|src [1:2:3:4:5:6:7:8:9]", "-ta|src [:1::]", "-ta|src [::1.2.3]", "-ta|src [::01.2.3.4]", "-ta|src 1.2.3.4.5", "-ta|src 256.1.1.1",
        "-ta|src 1..2", "-ta|src 1.2.3.4/33", "-ta|src 1.2.3.4/", "-ta|src 1.2.3.4/x", "-ta|src 1.2.3.4/255.0.255.0", "-ta|src default/8", "-ta|src [::/129]",
        "-ta|src 1.2.3.4:foo", "-ta|src 1.2.3.4:22:22", "-ta|src */8", "-ta|src *foo", "-ta|sport = foo", "-ta|sport = :foo", "-ta|sport = 99999999999",
        "-ta|sport = 22x", "-ta|sport 22:23", "-ta|sport = syslog", "-ua|sport = ssh", "-wa|sport = ssh", "-ta4|src [::1]", "-ta6|src 1.2.3.4",
        "-ta|src inet6:1.2.3.4", "-ta|src inet:::1", "-ta|src inet:[::1]", "-ta|src inet6:* or src 1.2.3.4", "-ta|src link:foo", "-ta|src link:ip:foo",
        "-ta|src link:99999", "-ta|src link:ip:if0", "-ta|src netlink:foo", "-ta|src netlink:256", "-ta|src netlink:rtnl:foo", "-ta|src vsock:1:", "-ta|src vsock:x",
        "-ta|src vsock:1:4294967296", "-ta|dev", "-ta|dev foo", "-ta|dev if0", "-ta|dev 4294967296", "-ta|dev 1x", "-ta|-- dev -1", "-ta|fwmark", "-ta|fwmark x",
        "-ta|fwmark /1", "-ta|fwmark 1/", "-ta|fwmark 1/x", "-ta|fwmark 1x/2", "-ta|cgroup", "-ta|cgroup /nonexistent", "-ta|cgroup nonexistent/x",
        "-ta|cgroup ///", "-ta|fwmark 1 2", "-ta|dev lo lo", "-ta|( src foo.invalid", "-ta|src 1.2.3.4 foo.invalid", "-ta|! foo.invalid", "-xa|src", "-0a|src foo",
        "-0a|sport foo", "-fnetlink|src foo", "-ta|\\", "-ta|src\\ 1.2.3.4", "-ta|state", "-ta|state foo", "-ta|exclude", "-ta|state all excl bar sport 22",
    ];

    /// <summary>Of a filter file.</summary>
    public static readonly string[] Files =
    [
        "", "\n\n", "# sport = :1\n", "sport = :22", "sport = :22\nor sport = :80\n", "  src 127.0.0.1\t\n# no\nsport > 1024\n", "0 this is skipped\nsport = :22\n",
        "sport = :22\nfoo\n", "( sport = :22", "sport = :22 # comment\n", "state listening\n", "\0sport 22\n", "sport \0 22\n", "dst 127.0.0.1\\\n",
        "                                                                                                                                                                sport 22",
    ];
}
