using Sereno.Sockets.Views.Netstat;

namespace Sereno.Verbs;

/// <summary>What a command line of netstat asks to be done.</summary>
public enum NetstatAction { Show, Version, Help, BadUsage, Refuse }

/// <summary>netstat's command line, as net-tools 2.10 reads it.</summary>
public sealed class NetstatArguments
{
    private const string Letters = "A:CFMacdeghilnNoprsStuUvVWw2fx64?Z";
    private const int Family = 1, LongestFamilies = 255;

    private static readonly LongOption[] s_longOptions =
    [
        // "tcpip" is one more than net-tools expects: it complains of itself.
        .. ((string[])["ax25", "x25", "ip", "ipx", "appletalk", "netrom", "inet", "inet6", "ddp", "rose", "unix", "bluetooth", "tcpip"]).Select(name => new LongOption(name, Family)),
        new("version", 'V'), new("interfaces", 'i'), new("help", 'h'), new("route", 'r'), new("masquerade", 'M'), new("protocol", 'A', true),
        new("tcp", 't'), new("sctp", 'S'), new("udp", 'u'), new("udplite", 'U'), new("raw", 'w'), new("unix", 'x'), new("l2cap", '2'),
        new("rfcomm", 'f'), new("listening", 'l'), new("all", 'a'), new("timers", 'o'), new("continuous", 'c'), new("extend", 'e'),
        new("programs", 'p'), new("verbose", 'v'), new("statistics", 's'), new("wide", 'W'), new("numeric", 'n'), new("numeric-hosts", '!'),
        new("numeric-ports", '@'), new("numeric-users", '#'), new("symbolic", 'N'), new("cache", 'C'), new("fib", 'F'), new("groups", 'g'),
        new("context", 'Z'),
    ];

    public static IEnumerable<string> LongNames => s_longOptions.Select(o => o.Name);

    // What -A takes, by net-tools' own name for it.
    private static readonly Dictionary<string, string> s_families = new()
    {
        ["ax25"] = "ax25", ["ip"] = "inet", ["ip6"] = "inet6", ["ipx"] = "ipx", ["rose"] = "rose", ["appletalk"] = "ddp", ["netrom"] = "netrom",
        ["inet"] = "inet", ["inet6"] = "inet6", ["ddp"] = "ddp", ["unix"] = "unix", ["tcpip"] = "inet", ["econet"] = "ec", ["x25"] = "x25",
        ["ash"] = "ash", ["bluetooth"] = "bluetooth",
    };

    private readonly TextWriter _errors;
    private readonly NetstatTexts _texts;
    private readonly List<string> _families = [];
    private readonly List<NetstatMode> _modes = [];
    private NetstatTables _tables;
    private NetstatRequest _request = new();

    private NetstatArguments(TextWriter errors, NetstatTexts texts)
    {
        _errors = errors;
        _texts = texts;
    }

    /// <summary>Reads a command line; what is wrong with it is told to <paramref name="errors"/>.</summary>
    /// <param name="request">What to show; for other actions than that, as far as it was read.</param>
    public static NetstatAction Read(IReadOnlyList<string> arguments, TextWriter errors, NetstatTexts texts, out NetstatRequest request)
    {
        var reader = new NetstatArguments(errors, texts);
        var getopt = new Getopt("netstat", Letters, s_longOptions, arguments);
        var action = NetstatAction.Show;
        for (int option; action == NetstatAction.Show && (option = getopt.Next(errors)) != Getopt.End;)
            action = reader.Take(option, getopt);
        request = reader.Conclude();
        return action == NetstatAction.Show && reader._modes.Count > 1 ? NetstatAction.BadUsage : action;
    }

    private NetstatAction Take(int option, Getopt getopt) => option switch
    {
        'V' => NetstatAction.Version,
        'h' => NetstatAction.Help,
        Getopt.Unknown => NetstatAction.BadUsage,
        'A' => TakeFamilies(getopt.Argument),
        '4' => TakeFamilies("inet"),
        '6' => TakeFamilies("inet6"),
        'x' => TakeFamilies("unix"),
        Family when getopt.LongName == "tcpip" => Complain("%s: Internal Error `%s'.\n", NetstatAction.Show, "netstat.c", "longopts 1 range"),
        Family => TakeFamilies(getopt.LongName),
        'Z' => Complain("SELinux is not enabled on this machine.\n", NetstatAction.Refuse),
        _ => TakeMode(option) || TakeTable(option) || TakeDetail(option) ? NetstatAction.Show : NetstatAction.BadUsage,
    };

    private bool TakeMode(int option)
    {
        NetstatMode? mode = option switch
        {
            'i' => NetstatMode.Interfaces,
            'r' => NetstatMode.Routes,
            's' => NetstatMode.Statistics,
            'M' => NetstatMode.Masquerade,
            _ => null,
        };
        if (mode is { } asked)
            _modes.Add(asked);
        return mode is not null;
    }

    private bool TakeTable(int option)
    {
        var table = option switch
        {
            't' => NetstatTables.Tcp,
            'S' => NetstatTables.Sctp,
            'u' => NetstatTables.Udp,
            'U' => NetstatTables.UdpLite,
            'w' => NetstatTables.Raw,
            'g' => NetstatTables.Groups,
            '2' => NetstatTables.L2cap,
            'f' => NetstatTables.Rfcomm,
            _ => NetstatTables.None,
        };
        _tables |= table;
        return table != NetstatTables.None;
    }

    private bool TakeDetail(int option)
    {
        NetstatRequest? changed = option switch
        {
            'a' => _request with { All = true },
            'l' => _request with { Listening = true },
            'c' => _request with { Continuous = true },
            'e' => _request with { Extended = _request.Extended + 1 },
            'o' => _request with { Timers = true },
            'p' => _request with { Programs = true },
            'W' => _request with { Wide = true },
            'v' => _request with { Verbose = true },
            'n' => _request with { NumericHosts = true, NumericPorts = true, NumericUsers = true },
            '!' => _request with { NumericHosts = true },
            '@' => _request with { NumericPorts = true },
            '#' => _request with { NumericUsers = true },
            'N' => _request with { Symbolic = true },
            'C' => _request with { RouteCache = true },
            'F' => _request with { RouteTable = true },
            'd' => _request, // debugging, of which there is none
            _ => null,
        };
        _request = changed ?? _request;
        return changed is not null;
    }

    private NetstatAction TakeFamilies(string list)
    {
        foreach (string alias in list[..Math.Min(list.Length, LongestFamilies)].Split(','))
        {
            if (!s_families.TryGetValue(alias, out string? name))
                return Complain("Unknown address family `%s'.\n", NetstatAction.Refuse, alias);
            if (_families.Sum(f => f.Length + 1) + name.Length > LongestFamilies - 1)
                return Complain("Too much address family arguments.\n", NetstatAction.Show);
            _families.Add(name);
        }
        return NetstatAction.Show;
    }

    private NetstatAction Complain(string message, NetstatAction action, params ReadOnlySpan<object> arguments)
    {
        var text = new Sereno.Sockets.Views.Utf8Buffer(128);
        text.AppendFormat(_texts[message], arguments);
        _errors.Write(System.Text.Encoding.UTF8.GetString(text.Written));
        return action;
    }

    // A family without a transport means all of them, a transport without a family both.
    private NetstatRequest Conclude()
    {
        bool ipv4 = _families.Contains("inet"), ipv6 = _families.Contains("inet6");
        var mode = _modes.Count > 0 ? _modes[0] : NetstatMode.Sockets;
        bool implied = (ipv4 || ipv6 || mode == NetstatMode.Statistics) && (_tables & NetstatTables.Internet) == 0;
        if (implied)
            _tables |= NetstatTables.Internet;
        if (!ipv4 && !ipv6 && (_tables & (NetstatTables.Internet | NetstatTables.Groups)) != 0)
            ipv4 = ipv6 = true;
        foreach (string family in _families)
            _tables |= family switch
            {
                "unix" => NetstatTables.Unix,
                "ipx" => NetstatTables.Ipx,
                "ax25" => NetstatTables.Ax25,
                "x25" => NetstatTables.X25,
                "netrom" => NetstatTables.NetRom,
                "rose" => NetstatTables.Rose,
                "bluetooth" when (_tables & NetstatTables.Bluetooth) == 0 => NetstatTables.Bluetooth,
                _ => NetstatTables.None,
            };
        return _request with { Mode = mode, Tables = _tables, IPv4 = ipv4, IPv6 = ipv6, TransportsImplied = implied, Families = _families };
    }
}
