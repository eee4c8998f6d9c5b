using System.CommandLine;
using Sereno.Sockets;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>sereno ports: the ports that are open, by unit.</summary>
public static class PortsVerb
{
    private static readonly string[] s_headings = ["UNIT", "PROCESS", "PROTO", "ADDRESS", "PORT", "SERVICE", "CLASS", "SCOPE", "CONNECTIONS"];

    // Connections, unit, process, service, class, address.
    private static readonly int[] s_cutOrder = [8, 0, 1, 5, 6, 3];

    // Connections, class, service, scope, unit, protocol.
    private static readonly int[] s_dropOrder = [8, 6, 5, 7, 0, 2];

    /// <param name="units">What names the units; by cgroup when null.</param>
    /// <param name="scopes">How far they say that they may be reached; nobody says it when null.</param>
    public static Command Build(Func<ParseResult, IUnitResolver>? units = null, Func<ParseResult, IEnumerable<string>, IReadOnlyDictionary<string, UnitScope>>? scopes = null)
    {
        var unit = new Argument<string?>("UNIT") { Description = Text.Current.Option("units"), Arity = ArgumentArity.ZeroOrOne };
        var netns = SocketSource.Netns();
        var format = Help.Output();
        var command = Help.Command("ports", "sereno ports", "sereno ports nginx", "sereno ports --port 8080", "sereno ports --scope internet", "sereno ports --state established --peer 10.0.0.0/8", "sereno ports --netns all", "sereno ports --tcp -o json");
        command.Add(unit);
        var options = new SelectionOptions().AddTo(command);
        command.Add(netns);
        command.Add(format);
        command.SetAction(result =>
        {
            var selection = options.Read(result);
            if (result.GetValue(unit) is { } name)
                selection = selection with { Units = [.. selection.Units, NamePattern.Complete(name)] };
            return Run((units ?? (_ => new CgroupUnitResolver()))(result), selection, result.GetValue(netns), result.GetValue(format) == "json", names => scopes?.Invoke(result, names));
        });
        return command;
    }

    private static int Run(IUnitResolver units, SocketSelection selection, string? netns, bool json, Func<IEnumerable<string>, IReadOnlyDictionary<string, UnitScope>?> scopes)
    {
        // All states: a listener is shown with the connections at it.
        var places = SocketSource.Capture(selection.NarrowPorts(new() { BeyondProc = true }), units, netns);
        if (places.Count == 0)
            return ExitCodes.Failure;
        (PlacedSockets Place, IReadOnlyList<ListeningPort> Ports)[] found =
            [.. places.Select(place => (place, place.Ports(selection)))];
        var linux = LinuxPorts.Read();
        if (json)
        {
            PortsJson.Write(found, linux, StandardStreams.Output);
            return ExitCodes.Success;
        }
        ListeningPort[] ports = [.. found.SelectMany(f => f.Ports)];
        if (ports.Length == 0)
            StandardStreams.Text.WriteLine(Text.Current.Sockets.NoPorts);
        else
            Table(ports, scopes(ports.Select(p => p.Owner.Unit).OfType<string>().Distinct())).Write();
        SocketNotes.Write(places, ports.Select(p => p.Owner.Kind), ports.Any(p => p.Class == PortClass.Dynamic || linux.IsEphemeral(p.Port)) ? linux : null);
        return ExitCodes.Success;
    }

    public static FittedTable Table(IReadOnlyList<ListeningPort> ports, IReadOnlyDictionary<string, UnitScope>? scopes = null)
    {
        var text = Text.Current.Sockets;
        bool named = ports.Any(p => p.Netns is not null);
        var table = new FittedTable([.. s_headings.Concat(named ? ["NETNS"] : []).Select(Text.Current.Column)], s_cutOrder, s_dropOrder);
        foreach (var port in ports)
            table.Add([
                port.Owner.Unit ?? "-",
                SocketText.Owner(port.Owner),
                port.IsTcp ? "tcp" : "udp",
                port.Socket.Local.ToString(),
                port.Port.ToString(),
                port.Service ?? "-",
                text.ClassName(port.Class),
                SocketText.Scope(port, port.Owner.Unit is { } unit ? scopes?.GetValueOrDefault(unit) : null),
                SocketText.States(port.Connections),
                .. named ? [port.Netns ?? "-"] : (string[])[],
            ]);
        return table;
    }
}
