using System.Collections.Immutable;
using System.Net;
using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Sockets;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>What starts and stops wait for on the network: that a service listens, that its clients have gone.</summary>
public sealed partial class ManagerHost
{
    private void CarryOutConnections(Effect effect)
    {
        switch (effect)
        {
            case LookForListener e:
                bool listens = false;
                Attempt(e.Unit, () => listens = SocketsOf(e.Unit, e.Sockets).Listens(e.Port));
                _core.OnListenerLooked(e.Unit, listens);
                break;
            case CountConnections e:
                int? count = null;
                Attempt(e.Unit, () => count = SocketsOf(e.Unit, e.Sockets).CountClients(EndPointOf(e.Served)));
                _core.OnConnectionsCounted(e.Unit, count);
                break;
            case HoldBack e:
                foreach (ulong id in e.Ids)
                    if (_stored.TryGetValue(id, out var listener))
                        Attempt(e.Unit, () => Scopes.HoldBack(listener.Fd, e.Holds));
                break;
        }
    }

    private GroupSockets SocketsOf(UnitName unit, ImmutableArray<UnitName> sockets) => new(_groups.Members(unit, fresh: true))
    {
        Groups = _groups.IdsOf(unit),
        Openers = sockets.SelectMany(_groups.IdsOf).ToHashSet(),
    };

    private static IPEndPoint? EndPointOf(ConnectionEnds? served) =>
        served is { Address: { } text, Port: { } port and <= ushort.MaxValue } && IPAddress.TryParse(text, out var address) ? new(address, (int)port) : null;
}
