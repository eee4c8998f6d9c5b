using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>ss's command lines, of the whole of its options and of its filter language; but -E, which never ends, and -h and -V, where each names itself.</summary>
public static class SsCases
{
    private static readonly int[] s_widths = [40, 80, 100, 132, 200];

    public static TheoryData<string> Held { get; } =
    [
        "-tan", "-uan", "-tuan", "-tanp", "-tane", "-tuanpeH", "-tln", "-tuln", "-tunlp", "-t", "-u", "-tua", "-tan4", "-tuan6",
        "-ta -4 -6", "-ta -6 -4", "--tcp --all --num --no-header", "--udp --listening --ext", "-A tcp,udp -n --cgroup", "-f inet -tano",
        "-f inet6 -tane", "-tan state time-wait", "-tan state established", "-tan state syn-sent", "-tan state syn-recv",
        "-tan state fin-wait-1", "-tan state fin-wait-2", "-tan state close-wait", "-tan state last-ack", "-tan state closing",
        "-tan state listening", "-tan state closed", "-tan state all", "-tan state connected", "-tan state synchronized",
        "-tan state bucket", "-tan state big", "-tan exclude listening exclude time-wait", "-tan state closing state last-ack",
        "-tuan exclude connected", "-uan state established", "-tanO", "-tanoe", "-tanep", "-lt", "-4tln", "-6uln", "-H -t -a -n",
        "-tanpo",
        "-tani", "-tanm", "-tanim", "-tanie", "-taniO", "-tanmO", "-taneimpO", "-taneimo",
        "-tanei --tos --cgroup --inet-sockopt", "-uanm", "-uanem --tos", "-tani4", "-tani6", "-tan --tos", "-tuan --tos -e",
        "-tan --inet-sockopt", "-tuan --inet-sockopt -O", "-tan --bpf", "-tanT", "-tanpT", "-ltnpi", "-Man", "-Mani", "-Maneim", "-tMan",
        "-wan", "-wa", "-wane", "-wanp", "-wan4", "-wan6", "-waneim", "-wl", "-wan --inet-sockopt", "-xan", "-xa", "-xane", "-xanp",
        "-xanep", "-xanm", "-xanemO", "-xl", "-x", "-xan state listening", "-xan state established", "-xan state unconnected", "-0an",
        "-0a", "-0ane", "-0anpe", "-0aneO", "-0anm", "-0", "-0l", "-0anb", "-f link -an", "-f unix -an", "-f inet -an", "-f inet6 -an",
        "-f netlink", "-f netlink -a", "-f netlink -an", "-f netlink -ane", "-f netlink -anp", "-f netlink -anm", "-f vsock -an",
        "-f xdp -an", "-f tipc -an", "-f bogus", "-A inet -an", "-A all -an", "-A unix -an", "-A unix_stream -an",
        "-A unix_dgram,unix_seqpacket -an", "-A u_str,u_dgr -an", "-A packet -an", "-A packet_raw -an", "-A p_dgr -an", "-A raw -an",
        "-A netlink -an", "-A mptcp -an", "-A tcp,udp,raw,unix -anp", "-A !tcp -an", "-A all,!netlink -an", "-A bogus", "-A", "-an", "-a",
        "-l", "-ln", "-lnp", "-n", "-H", "", "-tanr", "-tuwan",
        "-tuxan", "-tuwx0an", "-tuwxanp", "-twan -e", "-dan", "-San", "-San -i", "--vsock -an", "--xdp -an", "--tipc -an",
        "-tan src 127.0.0.1", "-tan dst 127.0.0.1", "-tan src 127.0.0.0/8", "-tan dst [::1]", "-tan src ::1", "-tan src [fd77::]/16",
        "-tan src inet6:*", "-tan src 127.0.0.1:22", "-tan src :22", "-tan sport = :22", "-tan sport = 22", "-tan sport == :ssh",
        "-tan sport eq 22", "-tan sport != :22", "-tan sport ne :22", "-tan sport > :1024", "-tan sport gt :1024", "-tan sport >= :80",
        "-tan sport ge 80", "-tan sport geq 80", "-tan sport < :1024", "-tan sport lt :1024", "-tan sport <= :80", "-tan sport le 80",
        "-tan sport leq 80", "-tan dport = :7001", "-tan dport > :7000 and dport < :7005", "-tan ( sport = :22 or sport = :80 )",
        "-tan ( sport = :22 or sport = :80 ) and src 127.0.0.1", "-tan sport = :22 or sport = :80 and src 127.0.0.1",
        "-tan not sport = :22", "-tan ! sport = :22", "-tan ! ( sport = :22 or dport = :7001 )",
        "-tan not ( src 127.0.0.1 and dst 127.0.0.1 )", "-tan sport = :22 | sport = :80", "-tan sport = :22 || sport = :80",
        "-tan src 127.0.0.1 & dst 127.0.0.1", "-tan src 127.0.0.1 && sport > :1024", "-tan src 127.0.0.1 sport > :1024", "-tan dev lo",
        "-tan dev = lo", "-tan dev != lo", "-tan not dev lo", "-uan dev = lo", "-uan dev lo or sport = :53", "-tuan fwmark = 0x2a",
        "-tuan fwmark 42", "-tuan fwmark != 0x2a", "-uan fwmark = 0x100/0xff00", "-tuan autobound", "-tan not autobound", "-tan cgroup /",
        "-tan cgroup != /", "-tan state listening sport = :22", "-tan state established ( dport = :7001 or sport = :22 )",
        "-tan state established exclude established", "-tan state bogus", "-tan state", "-tan exclude", "-tan sport", "-tan sport =",
        "-tan sport = bogusname", "-tan sport = :99999", "-tan src", "-tan src 999.1.1.1", "-tan ( sport = :22", "-tan sport = :22 )",
        "-tan sport = :22 and", "-tan and", "-tan bogus", "-tan dev", "-tan dev nosuchdev", "-tan fwmark bogus",
        "-tan cgroup /nosuchcgroup", "-tan dst 127.0.0.1/33", "-tan src unix:foo", "-xan src *listening", "-xan src unix:*abstract",
        "-xan src *connected*", "-xan not src *", "-xan dst *", "-xan src @lab/abstract", "-x -a -n src *listening or src *pending",
        "-0an src *:lo", "-0a src ip", "-f netlink -a src rtnl", "-f netlink -a dst *", "-wan src 127.0.0.1", "-wan sport = :1",
        "-uan dst 127.0.0.1:53", "-uan dst [::ffff:127.0.0.1]", "-uan src 127.0.0.53", "-tuan src 127.0.0.1 or src [::1]",
        "-tn state connected", "-tn -o state established", "-tan -F /nonexistent/filter", "-t -a -n -N nosuchnamespace",
        "-tan -K nothing", "-tanz", "-tanZ", "-tanb", "--bogus", "-k", "--tcp=1", "--n", "-f", "--family", "-D", "-y", "--tos -tan",
        "--cgroup -tuan", "--inet-sockopt -uan", "--options -tan", "--extended --memory --info -tan", "--processes --threads -lt",
        "--kill -x src nothing", "--query=tcp -an", "--socket=udp -an", "--family=inet -an", "--oneline -tani",
        "--mptcp -an", "--packet -an", "--raw -an", "--unix -an", "--dccp -an", "--sctp -an",
    ];

    public static TheoryData<int, string> HeldAtWidths { get; } = AtWidths("-tan", "-tuan", "-tln", "-tuanp", "-uan", "-tane", "-tanH", "-tan state time-wait",
        "-xan", "-xanp", "-wan", "-0an", "-tanm", "-tani", "-tuwxan", "-an", "-xane", "-tanO", "-tanemO");

    private static TheoryData<int, string> AtWidths(params string[] arguments) =>
        [.. from width in s_widths from options in arguments select (width, options)];
}
