using Sereno.Sockets.Views.Netstat;

namespace Sereno.Verbs;

/// <summary>What netstat -h and -V say.</summary>
internal static class NetstatHelp
{
    /// <summary>Our own name where net-tools has its authors': scripts look at the first line and the features.</summary>
    public static string Version => $"""
        net-tools 2.10
        sereno {typeof(NetstatHelp).Assembly.GetName().Version!.ToString(3)}
        +NEW_ADDRT +RTF_IRTT +RTF_REJECT +FW_MASQUERADE +I18N +SELINUX
        AF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH
        HW:  +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 

        """;

    /// <summary>A message a line, as translations have them; %s is the default family, inet.</summary>
    public static readonly string[] Usage =
    [
        "usage: netstat [-vWeenNcCF] [<Af>] -r         netstat {-V|--version|-h|--help}\n",
        "       netstat [-vWnNcaeol] [<Socket> ...]\n",
        "       netstat { [-vWeenNac] -i | [-cnNe] -M | -s [-6tuw] }\n\n",
        "        -r, --route              display routing table\n",
        "        -i, --interfaces         display interface table\n",
        "        -g, --groups             display multicast group memberships\n",
        "        -s, --statistics         display networking statistics (like SNMP)\n",
        "        -M, --masquerade         display masqueraded connections\n\n",
        "        -v, --verbose            be verbose\n",
        "        -W, --wide               don't truncate IP addresses\n",
        "        -n, --numeric            don't resolve names\n",
        "        --numeric-hosts          don't resolve host names\n",
        "        --numeric-ports          don't resolve port names\n",
        "        --numeric-users          don't resolve user names\n",
        "        -N, --symbolic           resolve hardware names\n",
        "        -e, --extend             display other/more information\n",
        "        -p, --programs           display PID/Program name for sockets\n",
        "        -o, --timers             display timers\n",
        "        -c, --continuous         continuous listing\n\n",
        "        -l, --listening          display listening server sockets\n",
        "        -a, --all                display all sockets (default: connected)\n",
        "        -F, --fib                display Forwarding Information Base (default)\n",
        "        -C, --cache              display routing cache instead of FIB\n",
        "        -Z, --context            display SELinux security context for sockets\n",
        "\n  <Socket>={-t|--tcp} {-u|--udp} {-U|--udplite} {-S|--sctp} {-w|--raw}\n",
        "           {-x|--unix} --ax25 --ipx --netrom\n",
        "  <AF>=Use '-6|-4' or '-A <af>' or '--<af>'; default: %s\n",
        "  List of possible address families (which support routing):\n",
    ];

    private static readonly (string Name, string Title)[] s_families =
    [
        ("inet", "DARPA Internet"), ("inet6", "IPv6"), ("ax25", "AMPR AX.25"), ("netrom", "AMPR NET/ROM"), ("rose", "AMPR ROSE"), ("ipx", "Novell IPX"),
        ("ddp", "Appletalk DDP"), ("x25", "CCITT X.25"),
    ];

    /// <summary>Behind the usage, and always on standard error: the families that have routes, three a line.</summary>
    public static string Families(NetstatTexts texts) =>
        string.Concat(s_families.Chunk(3).Select(row => "    " + string.Concat(row.Select(f => $"{f.Name} ({texts[f.Title]}) ")) + "\n"));
}
