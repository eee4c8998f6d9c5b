using System.Text.Json;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>A socket as a JSON object: the same in every document, in every language and on every system. The fields are
/// described in docs/formats/sockets.md.</summary>
public static class SocketJson
{
    internal static JsonWriterOptions Options { get; } = new()
    {
        Indented = true,
        // Process names may hold anything; what isn't ASCII is still readable.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes an object with every field of a socket.</summary>
    /// <param name="netns">The network namespace that it was found in; null for this one.</param>
    public static void Write(Utf8JsonWriter json, SocketTable table, in SocketRecord socket, NetworkFacts network, string? netns = null)
    {
        json.WriteStartObject();
        WriteFields(json, table, socket, network, netns);
        json.WriteEndObject();
    }

    internal static void WriteFields(Utf8JsonWriter json, SocketTable table, in SocketRecord socket, NetworkFacts network, string? netns = null)
    {
        var owner = table.OwnerOf(socket);
        var transport = Transports.Of(socket.Protocol);
        bool connected = socket.RemotePort != 0 || !socket.Remote.IsAny;
        json.WriteString("netns", netns);
        json.WriteString("unit", owner.Unit);
        json.WriteString("owner", owner.Kind.Name());
        WriteProcesses(json, owner.Holders);
        json.WriteString("protocol", ProtocolName(socket.Protocol));
        json.WriteString("family", socket.IsIPv4 ? "ipv4" : "ipv6");
        json.WriteString("state", socket.State.Name());
        json.WriteString("phase", TcpPhases.Of(socket).Name());
        json.WriteString("address", socket.Local.ToString());
        json.WriteNumber("port", socket.LocalPort);
        json.WriteString("peerAddress", connected ? socket.Remote.ToString() : null);
        if (connected)
            json.WriteNumber("peerPort", socket.RemotePort);
        else
            json.WriteNull("peerPort");
        json.WriteString("interface", socket.Interface == 0 ? null : network.InterfaceOf(socket.Interface)?.Name ?? socket.Interface.ToString());
        json.WriteString("service", PortRegistry.Iana.NameOf(socket.LocalPort, transport));
        json.WriteString("peerService", connected ? PortRegistry.Iana.NameOf(socket.RemotePort, transport) : null);
        json.WriteString("class", PortClasses.Of(socket.LocalPort).Name());
        json.WriteString("scope", AddressScopes.Of(socket, network).Name());
        json.WriteBoolean("acceptsIPv4", SocketSelection.TakesIPv4(socket));
        json.WriteNumber("receiveQueue", socket.IsListening ? 0 : socket.ReceiveQueue);
        json.WriteNumber("sendQueue", socket.IsListening ? 0 : socket.SendQueue);
        WriteAcceptQueue(json, socket);
        WriteTimer(json, socket);
        json.WriteNumber("inode", socket.Inode);
        json.WriteNumber("uid", socket.Uid);
        json.WriteString("cookie", socket.Cookie.ToString("x")); // 64 bits: more than a JSON reader's number holds
    }

    internal static void WriteProcesses(Utf8JsonWriter json, IReadOnlyList<SocketHolder> holders)
    {
        json.WriteStartArray("processes");
        foreach (var holder in holders)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", holder.Pid);
            json.WriteString("name", holder.Name);
            json.WriteNumber("fd", holder.Fd);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>When the process that holds a socket started, in UTC by RFC 3339; null when it isn't known.</summary>
    internal static string? SinceOf(SocketOwner? owner, ProcessTimes times) =>
        owner?.Holders is [var first, ..] && times.StartOf(first.Pid) is { } start ? start.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ") : null;

    /// <summary>What a document says beside its list.</summary>
    internal static void WriteFacts(Utf8JsonWriter json, SocketTable table, LinuxPorts ports)
    {
        WriteRanges(json, ports);
        json.WriteNumber("hiddenProcesses", table.Owners.HiddenProcesses);
        json.WriteBoolean("consistent", !table.Inconsistent);
    }

    /// <summary>Each network namespace has ranges of ports of its own.</summary>
    internal static void WriteNamespaces(Utf8JsonWriter json, IReadOnlyList<PlacedSockets> places, LinuxPorts ours)
    {
        json.WriteStartArray("namespaces");
        foreach (var place in places)
        {
            json.WriteStartObject();
            json.WriteString("netns", place.Netns);
            WriteRanges(json, place.Ports ?? ours);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteRanges(Utf8JsonWriter json, LinuxPorts ports)
    {
        json.WriteStartArray("ephemeralRange");
        json.WriteNumberValue(ports.Ephemeral.First);
        json.WriteNumberValue(ports.Ephemeral.Last);
        json.WriteEndArray();
        json.WriteStartArray("reservedPorts");
        foreach (var range in ports.Reserved)
            json.WriteStringValue(range.ToString());
        json.WriteEndArray();
        json.WriteNumber("unprivilegedStart", ports.UnprivilegedStart);
    }

    public static string ProtocolName(SocketProtocol protocol) => protocol switch
    {
        SocketProtocol.Tcp => "tcp",
        SocketProtocol.Udp => "udp",
        SocketProtocol.Dccp => "dccp",
        SocketProtocol.Sctp => "sctp",
        SocketProtocol.UdpLite => "udplite",
        SocketProtocol.Raw => "raw",
        SocketProtocol.Mptcp => "mptcp",
        _ => "unknown",
    };

    private static void WriteAcceptQueue(Utf8JsonWriter json, in SocketRecord socket)
    {
        if (!socket.IsListening)
        {
            json.WriteNull("acceptQueue");
            return;
        }
        json.WriteStartObject("acceptQueue");
        json.WriteNumber("waiting", socket.ReceiveQueue);
        json.WriteNumber("limit", socket.SendQueue);
        json.WriteEndObject();
    }

    private static void WriteTimer(Utf8JsonWriter json, in SocketRecord socket)
    {
        if (socket.Timer == SocketTimer.Off)
        {
            json.WriteNull("timer");
            return;
        }
        json.WriteStartObject("timer");
        json.WriteString("kind", socket.Timer switch
        {
            SocketTimer.Retransmit => "retransmit",
            SocketTimer.KeepAlive => "keepalive",
            SocketTimer.TimeWait => "time-wait",
            SocketTimer.ZeroWindowProbe => "zero-window-probe",
            SocketTimer.DelayedAck => "delayed-ack",
            _ => "unknown",
        });
        json.WriteNumber("milliseconds", socket.Expires);
        json.WriteNumber("retransmits", socket.Retransmits);
        json.WriteEndObject();
    }
}
