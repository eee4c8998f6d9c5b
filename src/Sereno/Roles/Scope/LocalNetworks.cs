using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;
using AddressPrefix = Sereno.Units.Values.AddressPrefix;
using SocketEnd = Sereno.Linux.SocketEnd;

namespace Sereno.Roles.Scope;

/// <summary>The networks of this machine's interfaces, as they are now: rtnetlink(7) tells when an address, an interface or a route on a link comes or goes.</summary>
internal sealed class LocalNetworks : IDisposable
{
    // RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR and RTMGRP_IPV6_ROUTE (linux/rtnetlink.h).
    private const int Groups = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

    /// <summary>lo, in every network namespace: what comes by it is ours.</summary>
    private const uint Loopback = 1;

    private readonly Action _changed;
    private readonly NetlinkSocket? _netlink;
    private readonly IWatch? _watch;
    private NetworkFacts _facts;

    /// <param name="changed">Told when there are others than before.</param>
    public LocalNetworks(IEventLoop loop, Action changed)
    {
        _changed = changed;
        try
        {
            _netlink = new NetlinkSocket(libc.NETLINK_ROUTE);
            _netlink.Fd.SetNonBlocking();
            _netlink.Join(Groups);
            _watch = loop.Watch(_netlink.Fd, Readiness.Read, _ => CatchUp());
        }
        catch (LinuxException)
        {
            _netlink?.Dispose(); // a sandbox without rtnetlink: this machine only
            _netlink = null;
        }
        _facts = NetworkFactsReader.ReadLinks();
        Networks = NetworksOf(_facts);
    }

    /// <summary>On the links of the interfaces that are up, loopback's aside.</summary>
    public ImmutableArray<PeerNetwork> Networks { get; private set; }

    /// <summary>Is it an address of ours? Of link-local ones another link may have the same.</summary>
    public bool IsOwn(in SocketEnd peer)
    {
        if (peer.Ip is not { } ip)
            return peer.Cid is { } cid && Vsock.IsOwn(cid);
        uint zone = peer.Zone;
        var address = InetAddress.FromBytes(ip.GetAddressBytes());
        return address.NeedsZone && zone != Loopback ? _facts.Addresses.Any(a => a.Address == address && a.Interface == zone) : _facts.IsOwn(address);
    }

    internal static ImmutableArray<PeerNetwork> NetworksOf(NetworkFacts facts) =>
        [.. facts.Links.SelectMany(l => AddressPrefix.Parse($"{l.Network.Address}/{l.Network.Length}").Select(p => new PeerNetwork(p, l.Network.Address.NeedsZone ? l.Interface : 0))).Distinct()];

    /// <summary>Takes in what the kernel has told by now: somebody may come by an address that is a moment old.</summary>
    /// <returns>Whether anything is other than before.</returns>
    public bool CatchUp()
    {
        if (!Receive() || NetworkFactsReader.ReadLinks() is not { IsKnown: true } facts)
            return false; // it changes faster than it can be read: there will be another word
        _facts = facts;
        var now = NetworksOf(facts);
        if (!now.SequenceEqual(Networks))
        {
            Networks = now;
            _changed();
        }
        return true;
    }

    /// <summary>Whether something has changed that matters: a router's routes come and go by the thousand.</summary>
    private bool Receive()
    {
        bool matters = false;
        if (_netlink is null)
            return false;
        byte[] message = new byte[8192];
        try
        {
            while (_netlink.Receive(message, out bool truncated) is >= 0 and var length)
            {
                var reader = new NetlinkReader(message.AsSpan(0, Math.Min(length, message.Length)));
                while (reader.Next(out var part))
                    matters |= part.Type is not (RouteNetlink.NewRoute or RouteNetlink.DeleteRoute) || (RouteNetlink.TryReadRoute(part.Payload, out _, out _, out bool isOnLink) && isOnLink);
                matters |= truncated || reader.Malformed;
            }
        }
        catch (LinuxException)
        {
            matters = true; // more than there was room for (ENOBUFS)
        }
        return matters;
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _netlink?.Dispose();
    }
}
