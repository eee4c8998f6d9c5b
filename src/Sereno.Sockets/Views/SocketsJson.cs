using System.Text.Json;
using Sereno.Sockets.Ports;

namespace Sereno.Sockets.Views;

/// <summary>Every socket as JSON (<see cref="SocketJson"/>).</summary>
public static class SocketsJson
{
    private const int FlushAt = 64 * 1024;

    /// <param name="places">At least one; the first one's facts stand beside the list.</param>
    public static void Write(IReadOnlyList<PlacedSockets> places, LinuxPorts linux, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, SocketJson.Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("sockets");
            foreach (var (name, table, network) in places)
                foreach (ref readonly var socket in table.Records)
                {
                    SocketJson.Write(json, table, socket, network, name);
                    if (json.BytesPending > FlushAt)
                        json.Flush();
                }
            json.WriteEndArray();
            SocketJson.WriteFacts(json, places[0].Table, places[0].Ports ?? linux);
            SocketJson.WriteNamespaces(json, places, linux);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }
}
