using System.CommandLine;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Namespaces;
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
        var netns = Help.Option<string?>("--netns", "netns");
        var format = Help.Output();
        var command = Help.Command("ports", "sereno ports", "sereno ports nginx", "sereno ports --port 8080", "sereno ports --netns all", "sereno ports --tcp -o json");
        command.Add(unitArgument);
        foreach (var option in (Option[])[unit, tcp, udp, ipv4, ipv6, port, pid, netns, format])
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
                result.GetValue(netns), result.GetValue(format) == "json", PortsText.For(Text.Current.Language));
        });
        return command;
    }

    private static int Run(IUnitResolver units, Func<IEnumerable<ListeningPort>, IEnumerable<ListeningPort>> select, string? netns, bool json, PortsText text)
    {
        try
        {
            if (Find(units, netns, text) is not var (table, all))
                return 1;
            ListeningPort[] ports = [.. select(all)];
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

    /// <summary>The open ports of our network namespace, or of those that were asked for; null, after saying so, when there is none.</summary>
    private static (SocketTable, IEnumerable<ListeningPort>)? Find(IUnitResolver units, string? netns, PortsText text)
    {
        var query = new SocketQuery { States = TcpStates.All, BeyondProc = true };
        if (netns is null)
        {
            var table = SocketTable.Capture(query, units);
            return (table, ListeningPorts.In(table));
        }
        var list = NetworkNamespaces.List(units);
        var chosen = list.Select(netns);
        if (list.HiddenProcesses > 0)
            StandardStreams.Errors.WriteLine(string.Format(text.HiddenNamespaces, list.HiddenProcesses));
        if (chosen.Count == 0)
        {
            StandardStreams.Errors.WriteLine($"sereno: {string.Format(text.NoNamespace, netns)}");
            return null;
        }
        var captured = NetworkNamespaces.Capture(chosen, query, units);
        foreach (var (space, _, failure) in captured.Where(c => c.Failure is not null))
            StandardStreams.Errors.WriteLine($"sereno: {(failure!.Number is libc.EPERM or libc.EACCES ? string.Format(text.ForbiddenNamespace, space.Name) : failure.Message)}");
        SocketTable[] tables = [.. captured.Select(c => c.Table).OfType<SocketTable>()];
        if (tables.Length == 0)
            return null;
        return (new([], tables[0].Owners, units, tables.Any(t => t.Inconsistent)),
            captured.Where(c => c.Table is not null).SelectMany(c => ListeningPorts.In(c.Table!).Select(p => p with { Netns = c.Namespace.Name })));
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
