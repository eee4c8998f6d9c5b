using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>Says why a port can or can't be bound: facts in, findings out.</summary>
public static class PortDoctor
{
    public static PortDiagnosis Examine(PortQuestion question, PortFacts facts)
    {
        var findings = Find(question, facts, SocketSelection.Everything);
        return new(question, VerdictOf(findings), findings);
    }

    /// <param name="selection">Which sockets are told.</param>
    internal static List<PortFinding> Find(PortQuestion question, PortFacts facts, SocketSelection selection)
    {
        var findings = new List<PortFinding>();
        if (question.Address is { } address && !CanBeBound(address, facts))
            findings.Add(new(PortFindingKind.NotOwnAddress) { Blocks = true, Reuse = ReuseAddress.DoesNotHelp });
        if (question.Port < facts.Ports.UnprivilegedStart && question.Port != 0 && !facts.MayBindPrivileged)
            findings.Add(new(PortFindingKind.Privileged) { Blocks = true, Reuse = ReuseAddress.DoesNotHelp });
        if (question.Port == 0)
            return findings; // any port: none is in the way
        findings.AddRange(FindSockets(question, facts, selection));
        foreach (var place in facts.Elsewhere)
            findings.AddRange(FindSockets(question, facts with { Here = place }, selection)
                .Where(f => f.Kind is PortFindingKind.Listener or PortFindingKind.BoundInactive or PortFindingKind.UdpSocket)
                .Select(f => f with { Kind = PortFindingKind.OtherNamespace, Blocks = false, Reuse = ReuseAddress.NotNeeded }));
        if (facts.Ports.IsReserved(question.Port))
            findings.Add(new(PortFindingKind.Reserved));
        else if (facts.Ports.IsEphemeral(question.Port))
            findings.Add(new(PortFindingKind.InEphemeralRange));
        return [.. findings.OrderByDescending(f => f.Blocks)];
    }

    private static PortVerdict VerdictOf(List<PortFinding> findings) =>
        findings.Exists(f => f.Kind == PortFindingKind.NotOwnAddress) ? PortVerdict.NoSuchAddress
        : findings.Exists(f => f.Kind == PortFindingKind.Privileged) ? PortVerdict.Forbidden
        : findings.Exists(f => f.Blocks) ? PortVerdict.Busy : PortVerdict.Free;

    /// <summary>The wildcard, our own addresses, and multicast and broadcast ones for UDP.</summary>
    private static bool CanBeBound(InetAddress address, PortFacts facts) =>
        !facts.Here.Network.IsKnown || facts.Here.Network.NonLocalBind || address.IsAny || facts.Here.Network.IsOwn(address)
        || (address.IsIPv4 ? (uint)address.Low >> 28 == 0xE || (uint)address.Low == uint.MaxValue : address.High >> 56 == 0xFF);

    /// <summary>Sockets at the port whose addresses overlap with the wanted one, together by kind, owner and address.</summary>
    private static IEnumerable<PortFinding> FindSockets(PortQuestion question, PortFacts facts, SocketSelection selection)
    {
        var table = facts.Here.Table;
        var found = new List<(PortFindingKind Kind, AddressOverlap Overlap, SocketRecord Socket, SocketOwner Owner)>();
        var listeners = ListeningPorts.IndexListeners(table.Records).GetValueOrDefault(question.Port);
        foreach (ref readonly var socket in table.Records)
        {
            if (socket.LocalPort != question.Port || Transports.Of(socket.Protocol) != question.Transport || Overlap(question.Address, socket) is not { } overlap)
                continue;
            if (!selection.Admits(table, socket, facts.Here.Network))
                continue;
            int listener = socket.Protocol == SocketProtocol.Tcp && !socket.IsListening ? ListeningPorts.ListenerOf(table.Records, listeners, socket) : -1;
            if (KindOf(socket, listener >= 0, facts.Ports) is not { } kind)
                continue; // a connection at a listener: the listener says it all
            found.Add((kind, overlap, socket, socket.Inode == 0 && listener >= 0 ? table.OwnerOf(table.Records[listener]) : table.OwnerOf(socket)));
        }
        return from f in found
               group f by (f.Kind, f.Overlap, f.Socket.Local, f.Owner.Unit, Pid: f.Owner.Holders is [var first, ..] ? first.Pid : 0) into same
               orderby same.Key.Kind
               let longest = same.MaxBy(f => f.Socket.State == TcpState.TimeWait ? f.Socket.Expires : 0)
               select new PortFinding(same.Key.Kind)
               {
                   Blocks = true, Overlap = same.Key.Overlap, Place = facts.Here, Socket = longest.Socket, Owner = longest.Owner, Count = same.Count(),
                   Reuse = same.Key.Kind is PortFindingKind.TimeWait or PortFindingKind.Connection ? ReuseAddress.Helps : ReuseAddress.DoesNotHelp,
               };
    }

    private static PortFindingKind? KindOf(in SocketRecord socket, bool hasListener, LinuxPorts ports) => socket.Protocol != SocketProtocol.Tcp
        ? PortFindingKind.UdpSocket
        : socket.State switch
        {
            TcpState.Listen => PortFindingKind.Listener,
            TcpState.TimeWait => PortFindingKind.TimeWait,
            TcpState.BoundInactive => PortFindingKind.BoundInactive,
            _ when hasListener => null,
            _ => ports.IsEphemeral(socket.LocalPort) ? PortFindingKind.EphemeralSquatter : PortFindingKind.Connection,
        };

    /// <summary>How a socket is in the way of a wanted address; null when it isn't (inet_rcv_saddr_equal in the kernel).</summary>
    private static AddressOverlap? Overlap(InetAddress? wanted, in SocketRecord socket)
    {
        if (wanted is not { } address)
            return AddressOverlap.Same;
        address = address.Unmapped;
        var theirs = socket.Local.Unmapped;
        if (theirs == address)
            return AddressOverlap.Same;
        if (address.IsAny && !address.IsIPv4)
            return theirs.IsAny ? AddressOverlap.TheirWildcard : AddressOverlap.OurWildcard; // "::" takes IPv4 too, as by default
        if (theirs.IsIPv4 == address.IsIPv4)
            return theirs.IsAny ? AddressOverlap.TheirWildcard : address.IsAny ? AddressOverlap.OurWildcard : null;
        return address.IsIPv4 && theirs.IsAny && TakesBoth(socket) ? AddressOverlap.DualStack : null;
    }

    // Of a socket in TIME_WAIT or connected the kernel doesn't tell IPV6_V6ONLY; with an IPv6 wildcard as local address it isn't connected.
    private static bool TakesBoth(in SocketRecord socket) => SocketSelection.TakesIPv4(socket) && socket.IPv6Only is not true;
}
