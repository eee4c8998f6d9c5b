using System.CommandLine;
using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>sereno netstat: what net-tools' netstat prints of Internet connections.</summary>
public static class NetstatVerb
{
    private const int BadUsage = 3;
    private const string Letters = "A:CFMacdeghilnNoprsStuUvVWw2fx64?Z";

    private const string Usage = """
        Usage: netstat [OPTION]...
          -t, --tcp         TCP sockets               -u, --udp          UDP sockets
          -4, -A inet       IPv4 only                 -6, -A inet6       IPv6 only
          -a, --all         servers and connections   -l, --listening    servers only
          -n, --numeric     no names (--numeric-hosts, --numeric-ports: only of these)
          -p, --programs    pid and program of each   -W, --wide         don't cut addresses
          -V, --version     -h, --help
        Examples:
          netstat -tulpn    the ports that are open, and who opened them
          netstat -tan      every TCP socket

        """;

    private static readonly LongOption[] s_longOptions =
    [
        new("version", 'V'), new("interfaces", 'i'), new("help", 'h'), new("route", 'r'), new("masquerade", 'M'), new("protocol", 'A', true),
        new("tcp", 't'), new("sctp", 'S'), new("udp", 'u'), new("udplite", 'U'), new("raw", 'w'), new("unix", 'x'), new("l2cap", '2'),
        new("rfcomm", 'f'), new("listening", 'l'), new("all", 'a'), new("timers", 'o'), new("continuous", 'c'), new("extend", 'e'),
        new("programs", 'p'), new("verbose", 'v'), new("statistics", 's'), new("wide", 'W'), new("numeric", 'n'), new("numeric-hosts", '!'),
        new("numeric-ports", '@'), new("numeric-users", '#'), new("symbolic", 'N'), new("cache", 'C'), new("fib", 'F'), new("groups", 'g'),
        new("context", 'Z'), new("inet", '4'), new("inet6", '6'),
    ];

    /// <summary>The command for sereno's own command line; everything after its name is read by Run.</summary>
    public static Command Build()
    {
        var arguments = new Argument<string[]>("arguments") { Description = "netstat's own options", Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("netstat", "sereno netstat -tulpn", "sereno netstat -an");
        command.Add(arguments);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result => Run([.. result.GetValue(arguments) ?? [], .. result.UnmatchedTokens]));
        return command;
    }

    /// <summary>Does what netstat does with these arguments, on this process's standard output.</summary>
    /// <returns>netstat's exit code: 0, or 3 for a command line that can't be.</returns>
    public static int Run(IReadOnlyList<string> arguments) =>
        Run(arguments, StandardStreams.Output, StandardStreams.Errors);

    public static int Run(IReadOnlyList<string> arguments, Stream output, TextWriter errors)
    {
        bool tcp = false, udp = false, ipv4 = false, ipv6 = false;
        var options = new NetstatOptions();
        var getopt = new Getopt("netstat", Letters, s_longOptions, arguments);
        int option;
        while ((option = getopt.Next(errors)) != Getopt.End)
            switch (option)
            {
                case 't': tcp = true; break;
                case 'u': udp = true; break;
                case '4': ipv4 = true; break;
                case '6': ipv6 = true; break;
                case 'A' when getopt.Argument is "inet" or "ip" or "tcpip": ipv4 = true; break;
                case 'A' when getopt.Argument is "inet6" or "ip6": ipv6 = true; break;
                case 'a': options = options with { All = true }; break;
                case 'l': options = options with { Listening = true }; break;
                case 'n': options = options with { NumericHosts = true, NumericPorts = true }; break;
                case '!': options = options with { NumericHosts = true }; break;
                case '@': options = options with { NumericPorts = true }; break;
                case '#' or 'N' or 'v': break; // nothing that is shown depends on it
                case 'p': options = options with { Programs = true }; break;
                case 'W': options = options with { Wide = true }; break;
                case 'V':
                    output.Write(Encoding.UTF8.GetBytes($"sereno {typeof(NetstatVerb).Assembly.GetName().Version!.ToString(3)} (netstat as net-tools 2.10)\n"));
                    return 0;
                case 'h':
                    output.Write(Encoding.UTF8.GetBytes(Usage));
                    return 0;
                case Getopt.Unknown:
                    errors.Write(Usage);
                    return BadUsage;
                default:
                    errors.WriteLine($"netstat: cannot do option '-{(char)option}': sereno's netstat shows TCP and UDP connections");
                    return BadUsage;
            }
        bool all = !tcp && !udp;
        if (all)
            errors.WriteLine("netstat: TCP and UDP only: raw, Unix and other sockets are not shown");
        options = options with { Tcp = tcp || all, Udp = udp || all };
        return Show(options, ipv4 || !ipv6, ipv6 || !ipv4, output, errors);
    }

    private static int Show(NetstatOptions options, bool ipv4, bool ipv6, Stream output, TextWriter errors)
    {
        try
        {
            var table = SocketTable.Capture(new SocketQuery
            {
                Tcp = options.Tcp, Udp = options.Udp, IPv4 = ipv4, IPv6 = ipv6, States = TcpStates.All, Owners = options.Programs,
            });
            if (options.Programs && table.Owners.UnopenedProcesses > 0)
                errors.Write(table.Owners.Count == 0
                    ? $"(No info could be read for \"-p\": geteuid()={libc.geteuid()} but you should be root.)\n"
                    : "(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n");
            if (table.Inconsistent)
                errors.WriteLine("netstat: sockets came and went during the listing: some may be missing");
            NetstatView.Write(table, options, output);
            return 0;
        }
        catch (LinuxException e)
        {
            errors.WriteLine($"netstat: {e.Message}");
            return 1;
        }
    }
}
