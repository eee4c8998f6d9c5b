using System.CommandLine;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>sereno explain: what a word of the network means, and what this machine shows of it now.</summary>
public static class ExplainVerb
{
    private const int MostRows = 10;

    public static Command Build()
    {
        var what = new Argument<string[]>("WHAT") { Description = Text.Current.Option("explain-what"), Arity = ArgumentArity.OneOrMore };
        var format = Help.Output();
        var command = Help.Command("explain", "sereno explain close-wait", "sereno explain finish", "sereno explain ssh", "sereno explain 192.168.1.20",
            "sereno explain 192.168.10.20:50001-192.168.10.250:80", "sereno explain dynamic");
        command.Add(what);
        var options = new SelectionOptions().AddTo(command);
        command.Add(format);
        command.SetAction(result =>
        {
            string[] words = result.GetValue(what)!;
            var topic = Topic.Parse(words) ?? throw new FormatException(Text.Current.Sockets.NotATopic(string.Join(' ', words)));
            var selection = options.Read(result);
            var network = NetworkFactsReader.Read();
            var all = SocketTable.Capture(new SocketQuery { States = PortFacts.States, Details = SocketVitals.Details }, UnitsByPid.For(GlobalOptions.Instance(result).BusPath)).WithBoundInactive();
            var place = new PlacedSockets(null, all.Where(s => topic.Matches(s, network) && selection.Admits(all, s, network)), network);
            if (result.GetValue(format) == "json")
                ExplainJson.Write(topic, place, LinuxPorts.Read(), StandardStreams.Output);
            else
                foreach (string line in Lines(topic, place, LinuxPorts.Read(), SocketVitals.Of(place.Table)))
                    Prose.Write(line);
            return ExitCodes.Success;
        });
        return command;
    }

    public static IEnumerable<string> Lines(Topic topic, PlacedSockets place, LinuxPorts linux, SocketVitals vitals)
    {
        var text = Text.Current.Sockets;
        var meaning = topic switch
        {
            Topic.State state => OfState(state.Value, text),
            Topic.Phase phase => OfPhase(phase.Value, place.Table, text),
            Topic.Port port => OfPort(port.Number, port.Transport, linux, text),
            Topic.End end => [.. OfPort(end.Value.Port, null, linux, text), .. OfAddress(end.Value.Address, null, place.Network, text)],
            Topic.Block block => OfBlock(block.Value, text),
            Topic.Protocol protocol => [text.ProtocolMeaning(protocol.Value)],
            Topic.Address address => OfAddress(address.Value, address.Zone, place.Network, text),
            Topic.Connection connection => OfConnection(connection, place.Table, text),
            Topic.Class portClass => [Capitalized(text.ClassMeaning(portClass.Value)), OfClients(portClass.Value, linux, text)],
            Topic.Reach reach => [text.ScopeMeaning(reach.Value)],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return meaning.Concat(EvidenceOf(place.Table, vitals, text));
    }

    private static IEnumerable<string> OfState(TcpState state, SocketTexts text)
    {
        yield return $"{text.StateWord(state)}. {text.StateMeaning(state)} ({text.Source(TcpLifecycle.Source(state))})";
        var (ss, netstat, windows) = TcpLifecycle.Spellings(state);
        yield return ss is null ? $"{text.AlsoCalled} netstat (Windows) {windows}; {text.InvisibleTo}"
            : $"{text.AlsoCalled} ss {ss}, netstat {netstat}, netstat (Windows) {windows}";
        yield return $"{text.PhaseWord} {text.PhaseName(TcpPhases.Of(state))}";
        yield return $"{text.WhoMustAct} {text.ActorWords(TcpLifecycle.WhoMustAct(state))}";
        yield return text.WhatCanFollow;
        foreach (var (trigger, next) in TcpLifecycle.After(state))
            yield return $"  {text.Trigger(trigger)} -> {TcpLifecycle.RfcName(next)}";
    }

    private static IEnumerable<string> OfPhase(TcpPhase phase, SocketTable table, SocketTexts text)
    {
        yield return $"{text.PhaseWord} {text.PhaseName(phase)}. {text.PhaseMeaning(phase)}";
        yield return text.StatesWord;
        foreach (var state in TcpLifecycle.States.Where(s => TcpPhases.Of(s) == phase))
            yield return $"  {text.StateWord(state)} {Count(table, state)}";
    }

    private static IEnumerable<string> OfPort(ushort port, Transport? only, LinuxPorts linux, SocketTexts text)
    {
        if (port == 0)
        {
            yield return text.PortZero(Range(linux));
            yield break;
        }
        yield return text.PortTitle(port, PortClasses.Of(port));
        bool registered = false;
        foreach (var transport in Enum.GetValues<Transport>())
            if ((only is null || only == transport) && PortRegistry.Iana.NameOf(port, transport) is { } name)
            {
                registered = true;
                yield return $"  {port}/{transport.Name()} {name}: {PortRegistry.Iana.DescriptionOf(port, transport)}";
            }
        if (!registered)
            yield return text.Unregistered;
        yield return linux.IsReserved(port) ? text.LinuxReserves : text.LinuxGives(linux.IsEphemeral(port), Range(linux));
        if (port < linux.UnprivilegedStart)
            yield return text.NeedsPrivilege(linux.UnprivilegedStart);
    }

    private static IEnumerable<string> OfAddress(InetAddress address, string? zone, NetworkFacts network, SocketTexts text)
    {
        yield return text.AddressTitle(zone is null ? address.ToString() : $"{address}%{zone}", AddressScopes.Of(address, network));
        yield return SpecialPurpose.BlockOf(address) is { } block ? text.BlockOf(block.Prefix.ToString(), block.Name, block.Source) : text.OrdinaryAddress;
        if (!address.IsAny)
            yield return network.IsOwn(address) ? text.OwnAddress(network.InterfaceOf(address)?.Name) : IsLinkLocal(address) ? text.LinkLocalAddress(zone) : network.IsOnLink(address) ? text.OnLinkAddress : text.RoutedAddress;
    }

    // RFC 3927, RFC 4291 2.5.6
    private static bool IsLinkLocal(InetAddress address) => address.IsIPv4 ? (uint)address.Low >> 16 == 0xA9FE : address.High >> 54 == 0x3FA;

    private static IEnumerable<string> OfBlock(AddressPrefix block, SocketTexts text) =>
        [$"{block}", SpecialPurpose.BlockOf(block.Address) is { } special ? text.BlockOf(special.Prefix.ToString(), special.Name, special.Source) : text.OrdinaryAddress];

    private static string OfClients(PortClass portClass, LinuxPorts linux, SocketTexts text)
    {
        PortRange range = portClass switch { PortClass.System => new(1, 1023), PortClass.User => new(1024, 49151), _ => new(49152, 65535) };
        string given = string.Join(", ", linux.EphemeralIn(range));
        return given.Length > 0 ? text.LinuxGivesSome(given, Range(linux)) : text.LinuxGives(false, Range(linux));
    }

    private static IEnumerable<string> OfConnection(Topic.Connection connection, SocketTable table, SocketTexts text)
    {
        yield return $"{text.ConnectionTitle(connection.First.ToString(), connection.Second.ToString())}. {text.ConnectionMeaning}";
        if (table.Records.Length == 0)
            yield return text.NoConnection;
        foreach (var socket in table.Records.ToArray())
            if (socket.Protocol is SocketProtocol.Tcp)
            {
                yield return $"{new InetEnd(socket.Local, socket.LocalPort)}: {text.StateWord(socket.State)}, {text.PhaseWord.ToLowerInvariant()} {text.PhaseName(TcpPhases.Of(socket))}. {text.StateMeaning(socket.State)}";
                yield return $"  {text.WhoMustAct} {text.ActorWords(TcpLifecycle.WhoMustAct(socket.State))}";
                foreach (var (trigger, next) in TcpLifecycle.After(socket.State))
                    yield return $"  {text.Trigger(trigger)} -> {TcpLifecycle.RfcName(next)}";
            }
            else
                yield return text.UdpMeaning;
    }

    private static IEnumerable<string> EvidenceOf(SocketTable table, SocketVitals vitals, SocketTexts text)
    {
        var records = table.Records.ToArray();
        yield return text.HereNow(records.Length);
        var times = new ProcessTimes();
        foreach (var socket in records.OrderByDescending(s => s.IsListening).ThenBy(s => s.LocalPort).Take(MostRows))
            yield return "  " + Evidence.Of(table, socket, vitals, times);
        if (records.Length > MostRows)
            yield return "  " + Text.Current.MoreRows(records.Length - MostRows);
    }

    private static int Count(SocketTable table, TcpState state)
    {
        int count = 0;
        foreach (ref readonly var socket in table.Records)
            if (socket.Protocol == SocketProtocol.Tcp && socket.State == state)
                count++;
        return count;
    }

    private static string Range(LinuxPorts linux) => $"{linux.Ephemeral.First}-{linux.Ephemeral.Last}";

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
