using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>netstat's command lines, of the whole of its options for what Linux has.</summary>
public static class NetstatCases
{
    /// <summary>What ours does as net-tools does it.</summary>
    public static TheoryData<string> Held { get; } =
    [
        "-tan", "-uan", "-tulpn", "-tn", "-un", "-tuanp", "-tuanW", "-tuan -4", "-tuan6", "-tua --numeric-hosts",
        "--tcp --listening --numeric --programs",
    ];

    /// <summary>What ours doesn't do so yet.</summary>
    public static TheoryData<string> Wanted { get; } =
    [
        "-an", "-a", "", "-l", "-ln", "-lnp", "-n", "-p", "-tane", "-tanee", "-tano", "-tanoe", "-tanop", "-tuaneep",
        "-tane --numeric-users", "-tuanoW", "-t", "-ta", "-tl", "-u", "-ua", "-tuaN", "-tuan --numeric-ports", "-tuan --numeric-hosts",
        "-tua --numeric-ports", "-wan", "-wa", "-w", "-wane", "-wanee", "-wanp", "-wan4", "-wan6", "-wanW", "-Uan", "-Ua", "-Uanp",
        "-Uane", "-tuUwan", "-xan", "-xa", "-x", "-xl", "-xanp", "-xane", "-xaW", "-xnlp", "-tuxan", "-tuwxanp", "-tuwxaneep", "-S",
        "-San", "-2an", "-fan", "-A inet -an", "-A inet6 -an", "-A unix -an", "-A inet,inet6 -an", "-A raw -an", "-A bogus", "-A tcp",
        "--inet -an", "--inet6 -an", "--unix -an", "--protocol=inet -tan", "--protocol=unix -a", "-A ipx", "-A ax25", "-A x25", "-A ddp",
        "-A netrom", "-A rose", "-4", "-6", "-4 -6 -an", "-t4 -an", "-46tuan", "-v -tan", "-tanv", "-tuan -T", "--wide -tan",
        "--extend -tan", "--timers -tan", "--symbolic -tan", "--verbose -uan", "-tan --extend --extend", "-Z", "-tanZ", "-C", "-F", "-M",
        "-y", "-A", "--bogus", "--tcp=1", "--n", "--num", "-k", "-tan extra", "-tan 1x", "-V", "--version", "-h", "--help"
    ];

    /// <summary>Tables that have an order of their own, which ours doesn't show yet.</summary>
    public static TheoryData<string> WantedInOrder { get; } =
    [
        "-r", "-rn", "-rne", "-rnee", "-r -4 -n", "-r -6 -n", "-r -A inet -n", "-r -A inet6 -n", "-rv", "-rnF", "-rnC", "-rnW", "-i",
        "-in", "-ie", "-ia", "-iae", "-ien", "-i lo", "-iv", "-g", "-gn", "-g4n", "-g6n", "-s", "-st", "-su", "-sw", "-sU", "-stu", "-s4",
        "-s6", "-sS", "-s --raw", "-sv", "-rs", "-is", "-gs", "-rn --fib", "-r -A unix", "-r -A bogus", "--route -n", "--interfaces",
        "--groups", "--statistics", "--statistics --tcp",
    ];
}
