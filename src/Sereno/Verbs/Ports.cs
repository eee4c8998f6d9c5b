using System.CommandLine;
using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>sereno ports: the ports that are open, by unit.</summary>
public static class PortsVerb
{
    private const string Description = """
        Show the open ports: unit, process, address, service, class, scope and connections.

        Examples:
          sereno ports                      every open port
          sereno ports nginx                those of nginx.service
          sereno ports --port 8080          who has port 8080
          sereno ports --tcp -o json        TCP ports for a program
        """;

    /// <param name="units">What names the units; by cgroup when null.</param>
    public static Command Build(Func<ParseResult, IUnitResolver>? units = null)
    {
        var unitArgument = new Argument<string?>("unit") { Description = "Only this unit's", Arity = ArgumentArity.ZeroOrOne };
        var unit = new Option<string?>("--unit", "-u") { Description = "Only this unit's" };
        var tcp = new Option<bool>("--tcp", "-t") { Description = "TCP only" };
        var udp = new Option<bool>("--udp") { Description = "UDP only" };
        var ipv4 = new Option<bool>("--ipv4", "-4") { Description = "Sockets that take IPv4 peers" };
        var ipv6 = new Option<bool>("--ipv6", "-6") { Description = "IPv6 sockets" };
        var port = new Option<ushort?>("--port") { Description = "Only this port" };
        var pid = new Option<int?>("--pid") { Description = "Only what this process holds" };
        var format = new Option<string>("--output", "-o") { Description = "text or json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("ports", Description) { unitArgument, unit, tcp, udp, ipv4, ipv6, port, pid, format };
        command.SetAction(result =>
        {
            string? name = result.GetValue(unit) ?? result.GetValue(unitArgument);
            bool both = result.GetValue(tcp) == result.GetValue(udp), anyFamily = result.GetValue(ipv4) == result.GetValue(ipv6);
            return Run((units ?? (_ => new CgroupUnitResolver()))(result), ports => ports.Where(p =>
                (name is null || p.Owner.Unit == FullName(name))
                && (both || p.IsTcp == result.GetValue(tcp))
                && (anyFamily || (result.GetValue(ipv4) ? p.AcceptsIPv4 : !p.Socket.IsIPv4))
                && (result.GetValue(port) is not ushort number || p.Port == number)
                && (result.GetValue(pid) is not int process || p.Owner.Holders.Any(h => h.Pid == process))),
                result.GetValue(format) == "json", PortsText.For(Text.Current.Language));
        });
        return command;
    }

    private static int Run(IUnitResolver units, Func<IEnumerable<ListeningPort>, IEnumerable<ListeningPort>> select, bool json, PortsText text)
    {
        try
        {
            var table = SocketTable.Capture(new SocketQuery { States = TcpStates.All }, units);
            ListeningPort[] ports = [.. select(ListeningPorts.In(table))];
            if (json)
            {
                PortsJson.Write(table, ports, EphemeralRange.Read(), StandardStreams.Output);
                return 0;
            }
            bool terminal = Terminal.Is(1);
            PortsTable.Write(ports, text, StandardStreams.Text, Terminal.WidthOf(1),
                colour: terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
            StandardStreams.Text.Flush();
            WriteNotes(table, ports, text);
            return 0;
        }
        catch (LinuxException e)
        {
            StandardStreams.Errors.WriteLine($"sereno: {e.Message}");
            return 1;
        }
    }

    private static void WriteNotes(SocketTable table, ListeningPort[] ports, PortsText text)
    {
        if (ports.Any(p => p.Class == PortClass.Dynamic || EphemeralRange.Read().Contains(p.Port)))
            StandardStreams.Errors.WriteLine(string.Format(text.EphemeralRange, EphemeralRange.Read().First, EphemeralRange.Read().Last));
        if (ports.Any(p => p.Owner.Kind == OwnerKind.Hidden))
            StandardStreams.Errors.WriteLine(string.Format(text.HiddenNote, table.Owners.HiddenProcesses));
        if (table.Inconsistent)
            StandardStreams.Errors.WriteLine(text.InconsistentNote);
    }

    private static string FullName(string unit) => unit.Contains('.') ? unit : unit + ".service";
}
