using System.CommandLine;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>The filters that people type, the same on every view of sockets. Lists are comma separated, and an option may be repeated.</summary>
public sealed class SelectionOptions
{
    /// <summary>Those that neither ss nor netstat has by itself, and so can be given to these too.</summary>
    private static readonly string[] s_lists = ["--state", "--port", "--unit", "--pid", "--peer", "--scope", "--class"];

    private readonly Option<bool> _ipv4 = Help.Option<bool>("--ipv4", "ipv4", "-4");
    private readonly Option<bool> _ipv6 = Help.Option<bool>("--ipv6", "ipv6", "-6");
    private readonly Option<bool> _tcp = Help.Option<bool>("--tcp", "tcp", "-t");
    private readonly Option<bool> _udp = Help.Option<bool>("--udp", "udp", "-u");
    private readonly Option<bool> _listening = Help.Option<bool>("--listening", "listening", "-l");
    private readonly (string Name, Option<string[]> Option)[] _lists;

    public SelectionOptions() => _lists =
    [
        ("--state", List("--state", "socket-state", "STATE[,STATE...]")),
        ("--port", List("--port", "port", "N|N-M|NAME[,...]")),
        ("--unit", List("--unit", "only-unit", "UNIT[,UNIT...]")),
        ("--pid", List("--pid", "pid", "PID[,PID...]")),
        ("--peer", List("--peer", "peer", "ADDRESS[/N][:PORT]")),
        ("--scope", List("--scope", "scope", "local|intranet|internet")),
        ("--class", List("--class", "class", "system|user|dynamic")),
    ];

    /// <param name="without">Options that mean something else on this command.</param>
    public SelectionOptions AddTo(Command command, params string[] without)
    {
        foreach (var option in (Option[])[_ipv4, _ipv6, _tcp, _udp, _listening, .. _lists.Select(l => l.Option)])
            if (!without.Contains(option.Name))
                command.Add(option);
        return this;
    }

    /// <exception cref="FormatException">A value can't be; says which.</exception>
    public SocketSelection Read(ParseResult result)
    {
        var selection = new SocketSelection
        {
            IPv4 = Given(result, _ipv4), IPv6 = Given(result, _ipv6), Tcp = Given(result, _tcp), Udp = Given(result, _udp), Listening = Given(result, _listening),
        };
        foreach (var (name, option) in _lists)
            if (result.GetResult(option) is not null)
                foreach (string value in result.GetValue(option) ?? [])
                    selection = With(selection, name, value);
        return selection;
    }

    /// <summary>Takes the options of a selection out of another program's arguments: the lists alone, in full (--port N or
    /// --port=N), for --ipv4, --tcp and their like are that program's own.</summary>
    /// <exception cref="FormatException">A value can't be, or is missing.</exception>
    public static SocketSelection Take(IReadOnlyList<string> arguments, out IReadOnlyList<string> rest)
    {
        var selection = SocketSelection.Everything;
        var others = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            string[] parts = arguments[i].Split('=', 2);
            if (!s_lists.Contains(parts[0]))
                others.Add(arguments[i]);
            else if (parts.Length == 2)
                selection = With(selection, parts[0], parts[1]);
            else
                selection = With(selection, parts[0], ++i < arguments.Count ? arguments[i] : "");
        }
        rest = others;
        return selection;
    }

    /// <summary>The same, as a sieve (null when everything is wanted) that knows units as the manager does; false after saying what can't be.</summary>
    public static bool TryTake(IReadOnlyList<string> arguments, out IReadOnlyList<string> rest, out SocketSieve? only)
    {
        only = null;
        rest = arguments;
        try
        {
            var selection = Take(arguments, out rest);
            if (!selection.IsEverything)
                only = new(selection, selection.Units.Count > 0 ? UnitsByPid.For(Instance.Resolve(null, null).BusPath) : new CgroupUnitResolver());
            return true;
        }
        catch (FormatException e)
        {
            StandardStreams.Errors.WriteLine($"sereno: {e.Message}");
            return false;
        }
    }

    private static SocketSelection With(SocketSelection selection, string option, string values)
    {
        foreach (string value in values.Split(',', StringSplitOptions.TrimEntries))
            selection = With(selection, option, value, () => new FormatException(Text.Current.InvalidValue(option, value) + Text.Current.AllowedValues(Allowed(option))));
        return selection;
    }

    private static SocketSelection With(SocketSelection s, string option, string value, Func<FormatException> error) => option switch
    {
        "--state" when value is "listening" or "LISTENING" => s with { Listening = true },
        "--state" => s with { States = s.States | (StateVocabulary.SetOf(value) ?? throw error()) },
        "--port" => s with { Ports = [.. s.Ports, .. PortRange.Parse(value) is { Count: > 0 } ports ? ports : throw error()] },
        "--unit" => s with { Units = [.. s.Units, value.Length > 0 ? NamePattern.Complete(value) : throw error()] },
        "--pid" => s with { Pids = [.. s.Pids, int.TryParse(value, out int pid) && pid > 0 ? pid : throw error()] },
        "--peer" => s with { Peers = [.. s.Peers, PeerPattern.TryParse(value) ?? throw error()] },
        "--scope" => s with { Scopes = [.. s.Scopes, ScopeWords.ScopeOf(value) ?? throw error()] },
        _ => s with { Classes = [.. s.Classes, ScopeWords.ClassOf(value) ?? throw error()] },
    };

    /// <summary>The words that an option takes, or what they are; null for an option that isn't among these.</summary>
    internal static string? Words(string option) => option is "--state" or "--scope" or "--class" ? Allowed(option) : null;

    private static string Allowed(string option) => option switch
    {
        "--state" => string.Join(", ", [.. TcpLifecycle.States.Select(s => s.Name()), .. Enum.GetValues<TcpPhase>().Select(p => Text.Current.Sockets.PhaseName(p))]),
        "--port" => Text.Current.Placeholder("N|N-M|NAME"),
        "--unit" => Text.Current.Placeholder("UNIT"),
        "--pid" => "PID",
        "--peer" => Text.Current.Placeholder("ADDRESS[/N][:PORT]"),
        "--scope" => "local, intranet, internet",
        _ => string.Join(", ", Enum.GetValues<PortClass>().Select(c => Text.Current.Sockets.ClassName(c))),
    };

    private static bool Given(ParseResult result, Option<bool> option) => result.GetResult(option) is not null && result.GetValue(option);

    private static Option<string[]> List(string name, string text, string values)
    {
        var option = Help.Option<string[]>(name, text);
        option.HelpName = values;
        return option;
    }
}
