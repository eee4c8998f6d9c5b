using System.Text.Json;
using System.Text.Json.Serialization;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>Listening ports as JSON, one schema in every language and on every system.</summary>
public static class PortsJson
{
    public static void Write(SocketTable table, IReadOnlyList<ListeningPort> ports, EphemeralRange ephemeral, Stream output)
    {
        var document = new Document([.. ports.Select(ToJson)], [ephemeral.First, ephemeral.Last], table.Owners.HiddenProcesses, !table.Inconsistent);
        JsonSerializer.Serialize(output, document, PortsJsonContext.Default.Document);
        output.Write("\n"u8);
    }

    private static Port ToJson(ListeningPort port) => new(
        port.Owner.Unit,
        NameOf(port.Owner.Kind),
        [.. port.Owner.Holders.Select(h => new Holder(h.Pid, h.Name, h.Fd))],
        port.IsTcp ? "tcp" : "udp",
        port.Socket.IsIPv4 ? "ipv4" : "ipv6",
        port.Socket.Local.ToString(),
        port.Port,
        port.Service,
        port.Class.Name(),
        port.Scope.Name(),
        port.AcceptsIPv4,
        port.IsTcp ? new(port.Socket.ReceiveQueue, port.Socket.SendQueue) : null,
        port.Connections.ToDictionary(c => c.State.Name(), c => c.Count),
        port.Socket.Inode,
        port.Socket.Uid,
        port.Netns);

    private static string NameOf(OwnerKind kind) => kind switch
    {
        OwnerKind.Exact => "exact",
        OwnerKind.ByCgroup => "by-cgroup",
        OwnerKind.Hidden => "hidden",
        OwnerKind.Elsewhere => "elsewhere",
        OwnerKind.None => "none",
    };

    internal sealed record Document(Port[] Ports, ushort[] EphemeralRange, int HiddenProcesses, bool Consistent);

    internal sealed record Port(string? Unit, string Owner, Holder[] Processes, string Protocol, string Family, string Address,
        [property: JsonPropertyName("port")] ushort Number, string? Service, string Class, string Scope, bool AcceptsIPv4,
        Queue? AcceptQueue, Dictionary<string, int> Connections, uint Inode, uint Uid,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Netns);

    internal sealed record Holder(int Pid, string Name, int Fd);

    internal sealed record Queue(uint Waiting, uint Limit);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PortsJson.Document))]
internal sealed partial class PortsJsonContext : JsonSerializerContext;
