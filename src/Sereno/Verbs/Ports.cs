using System.CommandLine;
using Sereno.Sockets;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>sereno ports: the ports that are open, by unit.</summary>
public static class PortsVerb
{
    // Connections, unit, process, service, class, address.
    private static readonly int[] s_cutOrder = [8, 0, 1, 5, 6, 3];

    /// <param name="units">What names the units; by cgroup when null.</param>
    public static Command Build(Func<ParseResult, IUnitResolver>? units = null)
    {
        var unit = new Argument<string?>("UNIT") { Description = Text.Current.Option("units"), Arity = ArgumentArity.ZeroOrOne };
        var format = Help.Output();
        var command = Help.Command("ports", "sereno ports", "sereno ports nginx", "sereno ports --port 8080", "sereno ports --scope internet", "sereno ports --tcp -o json");
        command.Add(unit);
        var options = new SelectionOptions().AddTo(command, "--listening", "--state", "--peer");
        command.Add(format);
        command.SetAction(result =>
        {
            var selection = options.Read(result);
            if (result.GetValue(unit) is { } name)
                selection = selection with { Units = [.. selection.Units, NamePattern.Complete(name)] };
            return Run((units ?? (_ => new CgroupUnitResolver()))(result), selection, result.GetValue(format) == "json");
        });
        return command;
    }

    private static int Run(IUnitResolver units, SocketSelection selection, bool json)
    {
        var network = NetworkFactsReader.Read();
        var linux = LinuxPorts.Read();
        // All states: a listener is shown with the connections at it.
        var table = SocketTable.Capture(selection.Narrow(new()), units);
        ListeningPort[] ports = [.. ListeningPorts.In(table, network).Where(p => selection.Admits(table, p.Socket, network))];
        if (json)
            PortsJson.Write(table, ports, linux, network, StandardStreams.Output);
        else
        {
            Table(ports).Write();
            SocketNotes.Write(table, ports.Select(p => p.Owner.Kind), ports.Any(p => p.Class == PortClass.Dynamic || linux.IsEphemeral(p.Port)) ? linux : null);
        }
        return 0;
    }

    public static FittedTable Table(IReadOnlyList<ListeningPort> ports)
    {
        var text = Text.Current.Sockets;
        var table = new FittedTable([.. ((string[])["UNIT", "PROCESS", "PROTO", "ADDRESS", "PORT", "SERVICE", "CLASS", "SCOPE", "CONNECTIONS"]).Select(Text.Current.Column)], s_cutOrder);
        foreach (var port in ports)
            table.Add(
                port.Owner.Unit ?? "-",
                SocketText.Owner(port.Owner),
                port.IsTcp ? "tcp" : "udp",
                port.Socket.Local.ToString(),
                port.Port.ToString(),
                port.Service ?? "-",
                text.ClassName(port.Class),
                port.Scope.Name(),
                SocketText.States(port.Connections));
        return table;
    }
}
