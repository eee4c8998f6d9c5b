using System.CommandLine;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>sereno sockets: every TCP and UDP socket, whose it is and what it does.</summary>
public static class SocketsVerb
{
    private static readonly string[] s_headings = ["UNIT", "PROCESS", "PROTO", "LOCAL", "PEER", "STATE", "PHASE", "SCOPE", "SERVICE", "QUEUE"];

    // Unit, process, service, phase, peer, local, queue, state.
    private static readonly int[] s_cutOrder = [0, 1, 8, 6, 4, 3, 9, 5];

    // Queue, service, scope, phase, unit, protocol, process.
    private static readonly int[] s_dropOrder = [9, 8, 7, 6, 0, 2, 1];

    public static Command Build()
    {
        var unit = new Argument<string?>("UNIT") { Description = Text.Current.Option("units"), Arity = ArgumentArity.ZeroOrOne };
        var netns = SocketSource.Netns();
        var format = Help.Output();
        var command = Help.Command("sockets", "sereno sockets", "sereno sockets --ipv4 --udp", "sereno sockets --state close-wait",
            "sereno sockets --port 443 --scope internet", "sereno sockets --netns all", "sereno sockets nginx -o json");
        command.Add(unit);
        var options = new SelectionOptions().AddTo(command);
        command.Add(netns);
        command.Add(format);
        command.SetAction(result =>
        {
            var selection = options.Read(result);
            if (result.GetValue(unit) is { } name)
                selection = selection with { Units = [.. selection.Units, NamePattern.Complete(name)] };
            var query = selection.Narrow(new SocketQuery { States = TcpStates.All | TcpStates.BoundInactive });
            var places = SocketSource.Capture(query, UnitsByPid.For(GlobalOptions.Instance(result).BusPath), result.GetValue(netns));
            if (places.Count == 0)
                return ExitCodes.Failure;
            Show([.. places.Select(p => p with { Table = p.Table.Select(selection, p.Network) })], result.GetValue(format) == "json");
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Show(IReadOnlyList<PlacedSockets> places, bool json)
    {
        if (json)
        {
            SocketsJson.Write(places, LinuxPorts.Read(), StandardStreams.Output);
            return;
        }
        var kinds = new HashSet<OwnerKind>();
        var view = Table(places, kinds);
        if (view.Count == 0)
            StandardStreams.Text.WriteLine(Text.Current.Sockets.NoSockets);
        else
            view.Write();
        SocketNotes.Write(places, kinds);
    }

    /// <param name="kinds">Gets the kinds of owners that are shown.</param>
    public static FittedTable Table(IReadOnlyList<PlacedSockets> places, ISet<OwnerKind> kinds)
    {
        bool named = places.Any(p => p.Netns is not null);
        var view = new FittedTable([.. s_headings.Concat(named ? ["NETNS"] : []).Select(Text.Current.Column)], s_cutOrder, s_dropOrder);
        foreach (var (netns, table, network) in places)
            foreach (int i in Sorted(table))
            {
                var owner = table.OwnerOf(table.Records[i]);
                kinds.Add(owner.Kind);
                view.Add([.. Cells(table.Records[i], owner, network), .. named ? [netns ?? "-"] : (string[])[]]);
            }
        return view;
    }

    /// <summary>Listeners first, then by protocol and port.</summary>
    private static IEnumerable<int> Sorted(SocketTable table)
    {
        SocketRecord[] records = table.Records.ToArray();
        return Enumerable.Range(0, records.Length).OrderBy(i => records[i].Protocol).ThenByDescending(i => records[i].IsListening)
            .ThenBy(i => records[i].LocalPort).ThenBy(i => records[i].RemotePort);
    }

    public static string[] Cells(in SocketRecord socket, SocketOwner owner, NetworkFacts network)
    {
        bool connected = socket.RemotePort != 0 || !socket.Remote.IsAny;
        bool hasState = socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Mptcp;
        string? service = PortRegistry.Iana.NameOf(socket.LocalPort, Transports.Of(socket.Protocol))
            ?? (connected ? PortRegistry.Iana.NameOf(socket.RemotePort, Transports.Of(socket.Protocol)) : null);
        return
        [
            owner.Unit ?? "-",
            SocketText.Owner(owner),
            SocketJson.ProtocolName(socket.Protocol),
            SocketText.EndPoint(socket.Local, socket.LocalPort) + (socket.Interface == 0 ? "" : "%" + (network.InterfaceOf(socket.Interface)?.Name ?? socket.Interface.ToString())),
            connected ? SocketText.EndPoint(socket.Remote, socket.RemotePort) : "-",
            hasState ? socket.State.Name() : "-", // UDP has one phase and no states
            Text.Current.Sockets.PhaseName(TcpPhases.Of(socket)),
            AddressScopes.Of(socket, network).Name(),
            service ?? "-",
            socket.IsListening ? $"{socket.ReceiveQueue}/{socket.SendQueue}" : socket.ReceiveQueue + socket.SendQueue == 0 ? "-" : $"{socket.ReceiveQueue} {socket.SendQueue}",
        ];
    }
}
