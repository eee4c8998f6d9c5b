using System.Text.Json;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>Listening ports as JSON: sockets (<see cref="SocketJson"/>), each with the connections at it by state.</summary>
public static class PortsJson
{
    public static void Write(SocketTable table, IReadOnlyList<ListeningPort> ports, LinuxPorts linux, NetworkFacts network, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, SocketJson.Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("ports");
            foreach (var port in ports)
            {
                json.WriteStartObject();
                SocketJson.WriteFields(json, table, port.Socket, network);
                json.WriteStartObject("connections");
                foreach (var count in port.Connections)
                    json.WriteNumber(count.State.Name(), count.Count);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            SocketJson.WriteFacts(json, table, linux);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }
}
