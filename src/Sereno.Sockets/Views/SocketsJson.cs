using System.Text.Json;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;

namespace Sereno.Sockets.Views;

/// <summary>The sockets of one network namespace.</summary>
/// <param name="Name">Null for the one we are in.</param>
public sealed record NamespaceSockets(string? Name, SocketTable Table, NetworkFacts Network);

/// <summary>Every socket as JSON (<see cref="SocketJson"/>).</summary>
public static class SocketsJson
{
    private const int FlushAt = 64 * 1024;

    /// <param name="namespaces">At least one; the first one's facts stand beside the list.</param>
    public static void Write(IReadOnlyList<NamespaceSockets> namespaces, LinuxPorts linux, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, SocketJson.Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("sockets");
            foreach (var (name, table, network) in namespaces)
                foreach (ref readonly var socket in table.Records)
                {
                    SocketJson.Write(json, table, socket, network, name);
                    if (json.BytesPending > FlushAt)
                        json.Flush();
                }
            json.WriteEndArray();
            SocketJson.WriteFacts(json, namespaces[0].Table, linux);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }
}
