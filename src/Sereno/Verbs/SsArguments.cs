using System.Text;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>What ss's command line asks for: its tables, families, states and columns.</summary>
internal sealed class SsArguments
{
    private const int Cgroup = 256, Other = 1000;

    // ss's default: every state but the listening and closed ones and the two that the kernel keeps in "buckets".
    private const TcpStates Connected = TcpStates.All & ~(TcpStates.Listen | TcpStates.Close | TcpStates.TimeWait | TcpStates.SynReceived);

    private const string Letters = "dhaletuwxnro460spTbEf:mMiA:D:F:vVzZN:KHSO";

    private static readonly LongOption[] s_longOptions =
    [
        new("numeric", 'n'), new("resolve", 'r'), new("options", 'o'), new("extended", 'e'), new("memory", 'm'), new("info", 'i'),
        new("processes", 'p'), new("threads", 'T'), new("bpf", 'b'), new("events", 'E'), new("dccp", 'd'), new("tcp", 't'),
        new("sctp", 'S'), new("udp", 'u'), new("raw", 'w'), new("unix", 'x'), new("tipc", Other), new("vsock", Other + 1),
        new("all", 'a'), new("listening", 'l'), new("ipv4", '4'), new("ipv6", '6'), new("packet", '0'), new("family", 'f', true),
        new("socket", 'A', true), new("query", 'A', true), new("summary", 's'), new("diag", 'D', true), new("filter", 'F', true),
        new("version", 'V'), new("help", 'h'), new("context", 'Z'), new("contexts", 'z'), new("net", 'N', true),
        new("tipcinfo", Other + 2), new("tos", Other + 3), new("cgroup", Cgroup), new("kill", 'K'), new("no-header", 'H'),
        new("xdp", Other + 4), new("mptcp", 'M'), new("oneline", 'O'), new("inet-sockopt", Other + 5),
    ];

    private bool _tcp, _udp, _ipv4, _ipv6, _lastIsIPv6, _lastIsIPv4, _chosen;
    private TcpStates _asked, _implied;

    public SsOptions Options { get; private set; } = new();

    /// <summary>Tables that ss would show besides TCP and UDP.</summary>
    public bool ShowsLess { get; private set; }

    public SocketQuery Query { get; private set; } = SocketQuery.Everything;

    /// <summary>Reads the command line; null to go on, or the exit code after what had to be said.</summary>
    public int? Read(IReadOnlyList<string> arguments, Stream output, TextWriter errors)
    {
        var getopt = new Getopt("ss", Letters, s_longOptions, arguments);
        int option;
        while ((option = getopt.Next(errors)) != Getopt.End)
            switch (option)
            {
                case 't': Choose(ref _tcp, Connected); break;
                case 'u': Choose(ref _udp, TcpStates.Established); break;
                case '4': ChooseFamily(ipv6: false); break;
                case '6': ChooseFamily(ipv6: true); break;
                case 'f' when getopt.Argument is "inet" or "inet6": ChooseFamily(getopt.Argument == "inet6"); break;
                case 'A' when ReadTables(getopt.Argument): break;
                case 'a': _asked = TcpStates.All; break;
                case 'l': _asked = TcpStates.Listen | TcpStates.Close; break;
                case 'n': Options = Options with { Numeric = true }; break;
                case 'p': Options = Options with { Processes = true }; break;
                case 'T': Options = Options with { Processes = true, Threads = true }; break;
                case 'o': Options = Options with { Timers = true }; break;
                case 'e': Options = Options with { Timers = true, Extended = true }; break;
                case 'H': Options = Options with { Header = false }; break;
                case Cgroup: Options = Options with { Cgroup = true }; break;
                case 'O': break; // every socket is on one line
                case 'v' or 'V':
                    output.Write(Encoding.UTF8.GetBytes($"ss utility, sereno-{typeof(SsArguments).Assembly.GetName().Version!.ToString(3)} (as iproute2-6.1.0)\n"));
                    return 0;
                case 'h':
                    output.Write(Encoding.UTF8.GetBytes(SsVerb.Usage));
                    return 0;
                case Getopt.Unknown:
                    errors.Write(SsVerb.Usage);
                    return 255;
                default:
                    return Refuse(errors, option is > ' ' and < 127 ? $"option '-{(char)option}'" : "this option", getopt.Argument);
            }
        if (ReadStates([.. getopt.Operands], errors) is int exit)
            return exit;
        Settle();
        return null;
    }

    private static int Refuse(TextWriter errors, string what, string argument)
    {
        errors.WriteLine($"ss: cannot do {what}{(argument.Length > 0 ? $" ({argument})" : "")}: sereno's ss shows TCP and UDP sockets, without their internals");
        return 255;
    }

    private void Choose(ref bool table, TcpStates implied)
    {
        table = _chosen = true;
        _implied |= implied;
    }

    private void ChooseFamily(bool ipv6)
    {
        Choose(ref ipv6 ? ref _ipv6 : ref _ipv4, Connected);
        (_lastIsIPv6, _lastIsIPv4) = (ipv6, !ipv6);
    }

    private bool ReadTables(string list)
    {
        foreach (string table in list.Split(','))
            switch (table)
            {
                case "tcp": Choose(ref _tcp, Connected); break;
                case "udp": Choose(ref _udp, TcpStates.Established); break;
                default: return false;
            }
        _asked = _asked == TcpStates.None ? Connected : _asked;
        return true;
    }

    // "state NAME" and "exclude NAME", repeated.
    private int? ReadStates(ReadOnlySpan<string> operands, TextWriter errors)
    {
        bool first = true;
        while (operands is [("state" or "exclude" or "excl") and var word, .. var rest])
        {
            bool include = word == "state";
            if (rest.IsEmpty)
            {
                errors.WriteLine("Command line is not complete. Try option \"help\"");
                return 255;
            }
            if (SsStates.Parse(rest[0]) is not TcpStates states)
            {
                errors.WriteLine($"ss: wrong state name: {rest[0]}");
                return 255;
            }
            if (first)
                _asked = include ? TcpStates.None : TcpStates.All;
            _asked = include ? _asked | states : _asked & ~states;
            first = false;
            operands = rest[1..];
        }
        return operands.IsEmpty ? null : Refuse(errors, "a filter of addresses and ports", string.Join(' ', operands!));
    }

    // Without a table, every table; a family alone means every Internet table. Only the family named last is dumped.
    private void Settle()
    {
        if (!_tcp && !_udp)
        {
            ShowsLess = true;
            _tcp = _udp = true;
            if (!_chosen && _asked == TcpStates.None)
                _asked = Connected;
        }
        var states = _asked != TcpStates.None ? _asked : _implied;
        bool both = !_ipv4 && !_ipv6;
        Query = new()
        {
            Tcp = _tcp,
            Udp = _udp,
            IPv4 = both || (_ipv4 && !_lastIsIPv6),
            IPv6 = both || (_ipv6 && !_lastIsIPv4),
            States = states,
            Owners = Options.Processes,
            Threads = Options.Threads,
        };
        Options = Options with
        {
            OneTable = !ShowsLess && _tcp != _udp,
            OneState = ((uint)states & ((uint)states - 1)) == 0,
        };
    }
}
