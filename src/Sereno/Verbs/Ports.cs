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
    /// <param name="units">What names the units; by cgroup when null.</param>
    public static Command Build(Func<ParseResult, IUnitResolver>? units = null)
    {
        var unitArgument = new Argument<string?>("UNIT") { Description = Text.Current.Option("units"), Arity = ArgumentArity.ZeroOrOne };
        var unit = Help.Option<string?>("--unit", "only-unit", "-u");
        var tcp = Help.Option<bool>("--tcp", "tcp", "-t");
        var udp = Help.Option<bool>("--udp", "udp");
        var ipv4 = Help.Option<bool>("--ipv4", "ipv4", "-4");
        var ipv6 = Help.Option<bool>("--ipv6", "ipv6", "-6");
        var port = Help.Option<ushort?>("--port", "port");
        var pid = Help.Option<int?>("--pid", "pid");
        var format = Help.Output();
        var command = Help.Command("ports", "sereno ports", "sereno ports nginx", "sereno ports --port 8080", "sereno ports --tcp -o json");
        command.Add(unitArgument);
        foreach (var option in (Option[])[unit, tcp, udp, ipv4, ipv6, port, pid, format])
            command.Add(option);
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
