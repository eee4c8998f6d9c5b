using System.Net;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Texts;
using Sereno.Units.Values;
using Sereno.Verbs;

namespace Sereno.Connect;

/// <summary>Where a unit of the instance listens, by the properties of its socket units.</summary>
internal sealed class UnitAddresses(ManagerProxy manager)
{
    private const string Socket = "org.freedesktop.systemd1.Socket";

    /// <summary>Of a socket unit, what it listens on; of a service, what its sockets do. Streams first.</summary>
    /// <exception cref="ConnectException">There is nothing to connect to.</exception>
    public (IReadOnlyList<ClientAddress> Addresses, ListenerKind Kind) Of(string name, bool datagrams)
    {
        string[] sockets = SocketsOf(name);
        foreach (string socket in sockets)
        {
            var properties = manager.Unit(socket).GetAll();
            if (properties.Text("ActiveState") is not "active")
                continue;
            var listens = manager.Unit(socket).Get("Listen", Socket).Items.Select(i => ((string)i.Items[0].Scalar!, (string)i.Items[1].Scalar!)).ToList();
            foreach (var kind in datagrams ? [ListenerKind.Datagram] : (ListenerKind[])[ListenerKind.Stream, ListenerKind.SequentialPacket, ListenerKind.Datagram])
                foreach (var (type, text) in listens)
                    if (type == kind.ToString() && Clients(text) is [_, ..] addresses)
                        return (addresses, kind);
        }
        var say = Text.Current.Connect;
        throw sockets.Length == 0 ? new ConnectException(name, say.NoSockets, say.HowToHost)
            : manager.Unit(sockets[0]).ActiveState != "active" ? new ConnectException(name, say.NotListening(sockets[0]), say.HowToStart(sockets[0]))
            : new ConnectException(name, say.NothingToConnectTo(sockets[0]), null);
    }

    private string[] SocketsOf(string name)
    {
        if (name.EndsWith(".socket", StringComparison.Ordinal))
            return Loaded(name) ? [name] : throw new BusException(BusErrors.NoSuchUnit, Text.Current.UnitNotFound(Printable.Of(name)));
        bool typed = name.EndsWith(".service", StringComparison.Ordinal);
        string service = typed ? name : name + ".service", socket = typed ? "" : name + ".socket";
        bool known = Loaded(service);
        string[] triggering = known ? [.. manager.Unit(service).GetAll().Strings("TriggeredBy").Where(t => t.EndsWith(".socket", StringComparison.Ordinal))] : [];
        if (triggering.Length > 0)
            return triggering;
        // A socket whose connections have instances of a service each has no service of its name.
        if (!typed && Loaded(socket))
            return [socket];
        return known ? [] : throw new BusException(BusErrors.NoSuchUnit, Text.Current.UnitNotFound(Printable.Of(service)));
    }

    private bool Loaded(string unit) => manager.Unit(unit).LoadState == "loaded";

    /// <summary>What a client calls it: everywhere is here, too.</summary>
    private static IReadOnlyList<ClientAddress> Clients(string text)
    {
        if (ListenAddress.Read(text, out var address) != ParseError.None)
            return [];
        return address switch
        {
            PathAddress path => [new(null, path.Path)],
            InternetAddress internet => [.. Reachable(internet).Select(ip => new ClientAddress(new(ip, internet.Port), null))],
            _ => [],
        };
    }

    private static IReadOnlyList<IPAddress> Reachable(InternetAddress address) => address switch
    {
        { Ip: null } => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        { Ip: var ip } when ip.Equals(IPAddress.Any) => [IPAddress.Loopback],
        { Ip: var ip } when ip.Equals(IPAddress.IPv6Any) => [IPAddress.IPv6Loopback, IPAddress.Loopback],
        { Ip.IsIPv6LinkLocal: true, Interface: { } zone } => [new(address.Ip.GetAddressBytes(), uint.TryParse(zone, out uint index) ? index : NameService.IndexOf(zone))],
        _ => [address.Ip],
    };
}
