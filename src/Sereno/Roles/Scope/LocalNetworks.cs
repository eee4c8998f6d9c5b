using System.Collections.Immutable;
using System.Net;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Scope;
using Sereno.Units.Values;

namespace Sereno.Roles.Scope;

/// <summary>The networks of this machine's interfaces, as they are now: rtnetlink(7) tells when an address or an interface comes or goes.</summary>
internal sealed class LocalNetworks : IDisposable
{
    // RTMGRP_LINK, RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR (linux/rtnetlink.h).
    private const int Groups = 0x1 | 0x10 | 0x100;

    private readonly NetlinkSocket? _netlink;
    private readonly IWatch? _watch;
    private NetworkFacts _facts;

    /// <param name="changed">Told when there are others than before.</param>
    public LocalNetworks(IEventLoop loop, Action changed)
    {
        try
        {
            _netlink = new NetlinkSocket(libc.NETLINK_ROUTE);
            _netlink.Fd.SetNonBlocking();
            _netlink.Join(Groups);
            _watch = loop.Watch(_netlink.Fd, Readiness.Read, _ => OnChange(changed));
        }
        catch (LinuxException)
        {
            _netlink?.Dispose(); // a sandbox without rtnetlink: this machine only
        }
        _facts = NetworkFactsReader.ReadAddresses();
        Prefixes = PrefixesOf(_facts);
    }

    /// <summary>On the links of the interfaces that are up, loopback's aside.</summary>
    public ImmutableArray<AddressPrefix> Prefixes { get; private set; }

    /// <summary>Is it an address of ours?</summary>
    public bool IsOwn(IPAddress address) => _facts.IsOwn(Sereno.Sockets.Wire.InetAddress.FromBytes(address.GetAddressBytes()));

    internal static ImmutableArray<AddressPrefix> PrefixesOf(NetworkFacts facts) =>
        [.. facts.Addresses.Where(a => a.PrefixLength > 0 && facts.InterfaceOf(a.Interface) is { IsUp: true, IsLoopback: false })
            .SelectMany(a => AddressPrefix.Parse($"{a.Address}/{a.PrefixLength}")).Distinct()];

    private void OnChange(Action changed)
    {
        byte[] message = new byte[8192];
        try
        {
            while (_netlink!.Receive(message, out _) >= 0) { }
        }
        catch (LinuxException)
        {
            // More than there was room for (ENOBUFS): all the more a reason to look.
        }
        if (NetworkFactsReader.ReadAddresses() is not { IsKnown: true } facts)
            return; // it changes faster than it can be read: there will be another word
        _facts = facts;
        var now = PrefixesOf(facts);
        if (now.SequenceEqual(Prefixes))
            return;
        Prefixes = now;
        changed();
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _netlink?.Dispose();
    }
}
