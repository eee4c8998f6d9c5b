using System.Text.Json;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>Listening ports as JSON: sockets (<see cref="SocketJson"/>), each with the connections at it by state.</summary>
public static class PortsJson
{
    /// <param name="places">At least one, each with the ports to show of it.</param>
    public static void Write(IReadOnlyList<(PlacedSockets Place, IReadOnlyList<ListeningPort> Ports)> places, LinuxPorts linux, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, SocketJson.Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("ports");
            foreach (var (place, ports) in places)
                foreach (var port in ports)
                {
                    json.WriteStartObject();
                    SocketJson.WriteFields(json, place.Table, port.Socket, place.Network, place.Netns);
                    json.WriteStartObject("connections");
                    foreach (var count in port.Connections)
                        json.WriteNumber(count.State.Name(), count.Count);
                    json.WriteEndObject();
                    json.WriteEndObject();
                }
            json.WriteEndArray();
            SocketJson.WriteFacts(json, places[0].Place.Table, places[0].Place.Ports ?? linux);
            SocketJson.WriteNamespaces(json, [.. places.Select(p => p.Place)], linux);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }
}
