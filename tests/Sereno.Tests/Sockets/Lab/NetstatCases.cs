using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>netstat's command lines, of the whole of its options for what Linux has; but -c, which never ends, and -V, where each names itself.</summary>
public static class NetstatCases
{
    /// <summary>Sockets, whose rows come in the order of hash tables.</summary>
    public static TheoryData<string> OfSockets { get; } =
    [
        "-tan", "-uan", "-tulpn", "-tn", "-un", "-tuanp", "-tuanW", "-tuan -4", "-tuan6", "-tua --numeric-hosts",
        "--tcp --listening --numeric --programs",
        "-an", "-a", "", "-l", "-ln", "-lnp", "-n", "-p", "-tane", "-tanee", "-tano", "-tanoe", "-tanop", "-tuaneep",
        "-tane --numeric-users", "-tuanoW", "-t", "-ta", "-tl", "-u", "-ua", "-tuaN", "-tuan --numeric-ports", "-tuan --numeric-hosts",
        "-tua --numeric-ports", "-wan", "-wa", "-w", "-wane", "-wanee", "-wanp", "-wan4", "-wan6", "-wanW", "-Uan", "-Ua", "-Uanp",
        "-Uane", "-tuUwan", "-xan", "-xa", "-x", "-xl", "-xanp", "-xane", "-xaW", "-xnlp", "-tuxan", "-tuwxanp", "-tuwxaneep", "-S",
        "-San", "-2an", "-fan", "-A inet -an", "-A inet6 -an", "-A unix -an", "-A inet,inet6 -an", "-A raw -an", "-A bogus", "-A tcp",
        "--inet -an", "--inet6 -an", "--unix -an", "--protocol=inet -tan", "--protocol=unix -a", "-A ipx", "-A ax25", "-A x25", "-A ddp",
        "-A netrom", "-A rose", "-4", "-6", "-4 -6 -an", "-t4 -an", "-46tuan", "-v -tan", "-tanv", "-tuan -T", "--wide -tan",
        "--extend -tan", "--timers -tan", "--symbolic -tan", "--verbose -uan", "-tan --extend --extend", "-Z", "-tanZ", "-C", "-F", "-M",
        "-y", "-A", "--bogus", "--tcp=1", "--n", "--num", "-k", "-tan extra", "-tan 1x", "-h", "--help", "--ine -an", "--ip -an", "--tcpip -an",
        "-A inet,bogus", "-A bluetooth", "-A inet,unix -an", "-46an", "-S -6", "-lS", "-aSv", "-va", "-d",
    ];

    /// <summary>Tables that have an order of their own.</summary>
    public static TheoryData<string> InOrder { get; } =
    [
        "-r", "-rn", "-rne", "-rnee", "-r -4 -n", "-r -6 -n", "-r -A inet -n", "-r -A inet6 -n", "-rv", "-rnF", "-rnC", "-rnW", "-i",
        "-in", "-ie", "-ia", "-iae", "-ien", "-i lo", "-iv", "-g", "-gn", "-g4n", "-g6n", "-s", "-st", "-su", "-sw", "-sU", "-stu", "-s4",
        "-s6", "-sS", "-s --raw", "-sv", "-rs", "-is", "-gs", "-rn --fib", "-r -A unix", "-r -A bogus", "--route -n", "--interfaces",
        "--groups", "--statistics", "--statistics --tcp", "-reee", "-rneee", "-rN", "-r6N", "-rC", "-rC6", "-rnFC", "-rnCe", "-rnCee", "-ii", "-r -i", "-iee",
        "-r -A inet,inet6 -n", "-r -A ipx", "-r -A ax25", "-r -A x25", "-r -A rose", "-r -A ddp", "-r -A econet", "-r -A ash", "-r -A bluetooth", "-s -A unix", "-s6t", "-s6u", "-s46", "-gt",
    ];
}
