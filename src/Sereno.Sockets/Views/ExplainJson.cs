using System.Text.Json;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What a topic is and which sockets show it, as JSON: the facts, without the words.</summary>
public static class ExplainJson
{
    /// <param name="place">The sockets that show it.</param>
    public static void Write(Topic topic, PlacedSockets place, LinuxPorts linux, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, SocketJson.Options))
        {
            json.WriteStartObject();
            WriteTopic(json, topic, place, linux);
            json.WriteStartArray("sockets");
            foreach (ref readonly var socket in place.Table.Records)
                SocketJson.Write(json, place.Table, socket, place.Network, place.Netns);
            json.WriteEndArray();
            SocketJson.WriteFacts(json, place.Table, linux);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void WriteTopic(Utf8JsonWriter json, Topic topic, PlacedSockets place, LinuxPorts linux)
    {
        switch (topic)
        {
            case Topic.State state: WriteState(json, state.Value); break;
            case Topic.Phase phase: WritePhase(json, phase.Value); break;
            case Topic.Port port: WritePort(json, port.Number, linux); break;
            case Topic.Address address: WriteAddress(json, address.Value, place.Network); break;
            case Topic.Connection connection:
                json.WriteString("topic", "connection");
                json.WriteStartArray("ends");
                json.WriteStringValue(connection.First.ToString());
                json.WriteStringValue(connection.Second.ToString());
                json.WriteEndArray();
                break;
            case Topic.End end:
                json.WriteString("topic", "end");
                json.WriteString("end", end.Value.ToString());
                break;
            case Topic.Block block:
                json.WriteString("topic", "block");
                json.WriteString("prefix", block.Value.ToString());
                break;
            case Topic.Protocol protocol:
                json.WriteString("topic", "protocol");
                json.WriteString("name", protocol.Value.Name());
                break;
            case Topic.Class portClass:
                json.WriteString("topic", "class");
                json.WriteString("name", portClass.Value.Name());
                break;
            case Topic.Reach reach:
                json.WriteString("topic", "scope");
                json.WriteString("name", reach.Value.Name());
                break;
        }
    }

    private static void WriteState(Utf8JsonWriter json, TcpState state)
    {
        var (ss, netstat, windows) = TcpLifecycle.Spellings(state);
        json.WriteString("topic", "state");
        json.WriteString("name", state.Name());
        json.WriteString("ss", ss);
        json.WriteString("netstat", netstat);
        json.WriteString("windows", windows);
        json.WriteString("source", TcpLifecycle.Source(state));
        json.WriteString("phase", TcpPhases.Of(state).Name());
        json.WriteString("whoMustAct", Kebab.Of(TcpLifecycle.WhoMustAct(state)));
        json.WriteStartArray("transitions");
        foreach (var (trigger, next) in TcpLifecycle.After(state))
        {
            json.WriteStartObject();
            json.WriteString("trigger", Kebab.Of(trigger));
            json.WriteString("next", next.Name());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePhase(Utf8JsonWriter json, TcpPhase phase)
    {
        json.WriteString("topic", "phase");
        json.WriteString("name", phase.Name());
        json.WriteStartArray("states");
        foreach (var state in TcpLifecycle.States)
            if (TcpPhases.Of(state) == phase)
                json.WriteStringValue(state.Name());
        json.WriteEndArray();
    }

    private static void WritePort(Utf8JsonWriter json, ushort port, LinuxPorts linux)
    {
        json.WriteString("topic", "port");
        json.WriteNumber("port", port);
        json.WriteString("class", PortClasses.Of(port).Name());
        json.WriteBoolean("ephemeral", linux.IsEphemeral(port));
        json.WriteBoolean("reserved", linux.IsReserved(port));
        json.WriteBoolean("privileged", port < linux.UnprivilegedStart);
        json.WriteStartArray("services");
        foreach (var transport in Enum.GetValues<Transport>())
            if (PortRegistry.Iana.NameOf(port, transport) is { } name)
            {
                json.WriteStartObject();
                json.WriteString("transport", transport.Name());
                json.WriteString("name", name);
                json.WriteString("description", PortRegistry.Iana.DescriptionOf(port, transport));
                json.WriteEndObject();
            }
        json.WriteEndArray();
    }

    private static void WriteAddress(Utf8JsonWriter json, InetAddress address, NetworkFacts network)
    {
        var block = SpecialPurpose.BlockOf(address);
        json.WriteString("topic", "address");
        json.WriteString("address", address.ToString());
        json.WriteString("scope", AddressScopes.Of(address, network).Name());
        json.WriteString("block", block?.Prefix.ToString());
        json.WriteString("blockName", block?.Name);
        json.WriteString("source", block?.Source);
        json.WriteBoolean("own", network.IsOwn(address));
        json.WriteBoolean("onLink", network.IsOnLink(address));
        json.WriteString("interface", network.InterfaceOf(address)?.Name);
    }
}
