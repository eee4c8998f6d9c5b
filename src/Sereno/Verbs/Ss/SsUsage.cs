namespace Sereno.Verbs;

internal static class SsUsage
{
    public const string Text = """
        Usage: ss [OPTION]... [state NAME | exclude NAME]... [FILTER]
        Sockets:
          -t, --tcp          TCP                      -u, --udp          UDP
          -w, --raw          raw IP                   -M, --mptcp        Multipath TCP
          -d, --dccp         DCCP                     -S, --sctp         SCTP, without details
          -x, --unix         Unix domain              -0, --packet       packet (link layer)
          -4, --ipv4         IPv4 only                -6, --ipv6         IPv6 only
          -f, --family=FAMILY     inet, inet6, link, unix, netlink, vsock, tipc, xdp, help
          -A, --query=TABLE[,TABLE]..., --socket=TABLE[,TABLE]...     "!" before one takes it away:
              all inet tcp mptcp udp raw dccp sctp unix unix_stream unix_dgram unix_seqpacket
              packet packet_raw packet_dgram netlink vsock vsock_stream vsock_dgram tipc xdp
              --vsock  --tipc  --xdp  --tipcinfo      accepted, but such sockets are not supported: none are shown
          -a, --all          every state              -l, --listening    listening and unconnected ones
          -B, --bound-inactive                        bound, but neither listening nor connected
        Columns:
          -n, --numeric      numbers, not names       -r, --resolve      names of hosts
          -p, --processes    who holds each socket    -T, --threads      which threads do
          -o, --options      timers                   -e, --extended     timers, uid, inode, cookie, cgroup
          -m, --memory       memory                   -i, --info         what TCP knows of the connection
          -b, --bpf          filters of packet sockets    --tos          type of service, priority
              --cgroup       cgroup                       --inet-sockopt options of Internet sockets
          -O, --oneline      one line a socket        -H, --no-header    no header line
          -Q, --no-queues    no queues
        Instead:
          -s, --summary      how many there are       -E, --events       sockets as they are destroyed
          -K, --kill         close them, and show those that could be closed
          -N, --net=NAME     in another network namespace
          -D, --diag=FILE    record TCP sockets for TCPDIAG_FILE; "-" is standard output
          -F, --filter=FILE  read the filter from a file; "-" is standard input
          -V, --version      -h, --help
          -Z, --context      -z, --contexts           SELinux: not supported
        States: all connected synchronized bucket big established syn-sent syn-recv fin-wait-1 fin-wait-2
                time-wait closed close-wait last-ack listening closing
        Filter: src|dst ADDRESS[/LENGTH][:PORT], sport|dport = != < > <= >= :PORT, dev NAME, fwmark N[/MASK],
                cgroup PATH, autobound; with and, or, not and ( )
        Examples:
          ss -tuln                 the ports that are open
          ss -tanp                 every TCP socket and its processes
          ss -tn state close-wait  connections that a program here forgot to close
          ss -tn dst 10.0.0.0/8    connections into a network

        """;
}
