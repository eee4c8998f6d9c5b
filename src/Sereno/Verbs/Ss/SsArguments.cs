using System.Text;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>Reads ss's command line.</summary>
internal static class SsArguments
{
    // Long options whose letters mean something else.
    private const int Vsock = 256, Tipc = 257, TipcInformation = 258, Tos = 259, Xdp = 260, Cgroup = 261, InetOptions = 262;

    // B and Q are newer than 6.1.
    private const string Letters = "dhaletuwxnro460spTbEf:mMiA:D:F:vVzZN:KHSOBQ";

    private static readonly LongOption[] s_longOptions =
    [
        new("numeric", 'n'), new("resolve", 'r'), new("options", 'o'), new("extended", 'e'), new("memory", 'm'), new("info", 'i'),
        new("processes", 'p'), new("threads", 'T'), new("bpf", 'b'), new("events", 'E'), new("dccp", 'd'), new("tcp", 't'),
        new("sctp", 'S'), new("udp", 'u'), new("raw", 'w'), new("unix", 'x'), new("tipc", Tipc), new("vsock", Vsock),
        new("all", 'a'), new("listening", 'l'), new("ipv4", '4'), new("ipv6", '6'), new("packet", '0'), new("family", 'f', true),
        new("socket", 'A', true), new("query", 'A', true), new("summary", 's'), new("diag", 'D', true), new("filter", 'F', true),
        new("version", 'V'), new("help", 'h'), new("context", 'Z'), new("contexts", 'z'), new("net", 'N', true),
        new("tipcinfo", TipcInformation), new("tos", Tos), new("cgroup", Cgroup), new("kill", 'K'), new("no-header", 'H'),
        new("xdp", Xdp), new("mptcp", 'M'), new("oneline", 'O'), new("inet-sockopt", InetOptions),
    ];

    // Only in full: an abbreviation means what it means to 6.1.
    private static readonly LongOption[] s_newerOptions = [new("bound-inactive", 'B'), new("no-queues", 'Q')];

    public static IEnumerable<string> LongNames => s_longOptions.Concat(s_newerOptions).Select(o => o.Name);

    /// <summary>The request, or null and the exit code after what had to be said.</summary>
    public static SsRequest? Read(IReadOnlyList<string> arguments, Stream output, TextWriter errors, out int exitCode)
    {
        var newer = s_newerOptions.Where(o => arguments.Contains("--" + o.Name));
        var getopt = new Getopt("ss", Letters, [.. s_longOptions, .. newer], arguments);
        var request = new SsRequest();
        bool saidTables = false;
        int option;
        while ((option = getopt.Next(errors)) != Getopt.End)
        {
            if (Display(request.Options, option) is SsOptions options)
                request = request with { Options = options };
            else if (Select(request.Selection, option) is SsSelection selection)
                request = request with { Selection = selection };
            else if (option == 'A')
            {
                if (!saidTables)
                    request = request with
                    {
                        Selection = request.Selection.WithoutTables(),
                        AskedStates = request.AskedStates == TcpStates.None ? SsSelection.Connected : request.AskedStates,
                    };
                saidTables = true;
                if (Tables(request.Selection, getopt.Argument, errors) is not SsSelection tables)
                    return Refuse(SsUsage.Text, errors, out exitCode);
                request = request with { Selection = tables };
            }
            else if (Act(request, option, getopt.Argument, output, errors, out exitCode) is SsRequest more)
                request = more;
            else
                return null;
        }
        exitCode = 0;
        return request with
        {
            Operands = [.. getopt.Operands],
            OnlySummary = request.Summary && !request.Selection.IsChosen && getopt.Operands.Count == 0,
        };
    }

    /// <summary>Takes "state NAME" and "exclude NAME", repeated, off the operands, and settles what is shown. Null when that is
    /// nothing, after saying so.</summary>
    /// <exception cref="FilterException">A state isn't one.</exception>
    public static SsRequest? Settle(SsRequest request, TextWriter errors)
    {
        var asked = request.AskedStates;
        int filter = StateWords.Read(request.Operands, ref asked);
        var selection = request.Selection.Settled(asked);
        string? missing = selection.Tables == SocketTables.None ? "socket tables" : selection.Families == 0 ? "families"
            : selection.States == TcpStates.None ? "socket states" : null;
        if (missing is not null)
        {
            errors.Write($"ss: no {missing} to show with such filter.\n");
            return null;
        }
        return request with
        {
            FirstFilterWord = filter,
            Selection = selection,
            Options = request.Options with { OneTable = IsOne((uint)selection.Tables), OneState = IsOne((uint)selection.States) },
        };
    }

    private static bool IsOne(uint bits) => (bits & (bits - 1)) == 0;

    private static SsOptions? Display(SsOptions options, int option) => option switch
    {
        'n' => options with { Numeric = true },
        'r' => options with { Resolve = true },
        'o' => options with { Timers = true },
        'e' => options with { Timers = true, Extended = true },
        'm' => options with { Memory = true },
        'i' => options with { Information = true },
        'p' => options with { Processes = true },
        'T' => options with { Threads = true },
        'b' => options with { Timers = true, Bpf = true },
        'H' => options with { Header = false },
        'O' => options with { OneLine = true },
        'Q' => options with { Queues = false },
        Tos => options with { TypeOfService = true },
        Cgroup => options with { Cgroup = true },
        InetOptions => options with { InetOptions = true },
        TipcInformation => options, // no TIPC sockets are shown
        _ => null,
    };

    private static SsSelection? Select(SsSelection selection, int option) => option switch
    {
        't' => selection.With(SocketTables.Tcp),
        'u' => selection.With(SocketTables.Udp),
        'w' => selection.With(SocketTables.Raw),
        'd' => selection.With(SocketTables.Dccp),
        'S' => selection.With(SocketTables.Sctp),
        'M' => selection.With(SocketTables.Mptcp),
        '4' => selection.With(SocketFamily.Inet),
        '6' => selection.With(SocketFamily.Inet6),
        '0' => selection.With(SocketFamily.Packet),
        'x' => selection.With(SocketFamily.Unix),
        Vsock => selection.With(SocketFamily.Vsock),
        Tipc => selection.With(SocketFamily.Tipc),
        Xdp => selection.With(SocketFamily.Xdp),
        _ => null,
    };

    private static SsSelection? Tables(SsSelection selection, string list, TextWriter errors)
    {
        foreach (string table in list.Split(','))
            if (selection.WithQuery(table) is SsSelection with)
                selection = with;
            else
            {
                errors.Write($"ss: \"{table}\" is illegal socket table id\n");
                return null;
            }
        return selection;
    }

    private static SsRequest? Act(SsRequest request, int option, string argument, Stream output, TextWriter errors, out int exitCode)
    {
        exitCode = 0;
        switch (option)
        {
            case 'a': return request with { AskedStates = TcpStates.All };
            case 'l': return request with { AskedStates = TcpStates.Listen | TcpStates.Close };
            case 'B': return request with { AskedStates = TcpStates.BoundInactive };
            case 's': return request with { Summary = true };
            case 'E': return request with { Follow = true };
            case 'K': return request with { Kill = true };
            case 'D': return request with { RecordTo = argument };
            case 'N': return request with { Namespace = argument };
            case 'f' when argument == "help":
            case 'h':
                output.Write(Encoding.UTF8.GetBytes(SsUsage.Text));
                return null;
            case 'f' when FamilyOf(argument) is SocketFamily family: return request with { Selection = request.Selection.With(family) };
            case 'f':
                errors.Write($"ss: \"{argument}\" is invalid family\n");
                return Refuse(SsUsage.Text, errors, out exitCode);
            case 'F' when request.FilterFile is not null: return Refuse("More than one filter file\n", errors, out exitCode);
            case 'F': return request with { FilterFile = argument };
            case 'v' or 'V':
                output.Write(Encoding.UTF8.GetBytes($"ss utility, sereno-{typeof(SsArguments).Assembly.GetName().Version!.ToString(3)} (as iproute2-6.1.0)\n"));
                return null;
            case 'z' or 'Z':
                errors.Write("ss: SELinux is not enabled.\n");
                exitCode = 1;
                return null;
            default: return Refuse(SsUsage.Text, errors, out exitCode);
        }
    }

    private static SsRequest? Refuse(string text, TextWriter errors, out int exitCode)
    {
        errors.Write(text);
        exitCode = 255;
        return null;
    }

    private static SocketFamily? FamilyOf(string name) => name switch
    {
        "inet" => SocketFamily.Inet,
        "inet6" => SocketFamily.Inet6,
        "link" => SocketFamily.Packet,
        "unix" => SocketFamily.Unix,
        "netlink" => SocketFamily.Netlink,
        "tipc" => SocketFamily.Tipc,
        "vsock" => SocketFamily.Vsock,
        "xdp" => SocketFamily.Xdp,
        _ => null,
    };
}
