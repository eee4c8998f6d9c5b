using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Selection;

/// <summary>A selection with what it is judged by, for views that take their rows one by one.</summary>
public sealed class SocketSieve(SocketSelection selection, IUnitResolver units)
{
    private NetworkFacts? _network;
    private SocketTable? _holders;

    /// <summary>Looks at owners and addresses anew: before each listing.</summary>
    /// <exception cref="Linux.LinuxException">/proc isn't mounted.</exception>
    public void Renew()
    {
        _network = NetworkFactsReader.Read();
        _holders = new([], selection.NeedsOwners ? OwnerIndex.Scan() : OwnerIndex.Empty, units);
    }

    public bool Admits(in SocketRecord socket)
    {
        if (_holders is null || _network is null)
            Renew();
        return selection.Admits(_holders!, socket, _network!);
    }
}
