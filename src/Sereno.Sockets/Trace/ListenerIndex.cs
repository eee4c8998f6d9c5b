using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>The listening sockets by port: whose an accepted connection is, before its process does anything with it.</summary>
internal sealed class ListenerIndex
{
    private readonly Dictionary<ushort, List<Connection>> _byPort = [];
    private readonly HashSet<int> _pids = [];

    public void Add(Connection listener)
    {
        if (!_byPort.TryGetValue(listener.Tuple.LocalPort, out var same))
            _byPort[listener.Tuple.LocalPort] = same = [];
        same.Add(listener);
        _pids.Add(listener.Owner.Pid);
    }

    /// <summary>The listener of this address and port, if there is one that is no socket's yet by its kernel address.</summary>
    public Connection? Find(in TcpTuple tuple)
    {
        foreach (var listener in _byPort.GetValueOrDefault(tuple.LocalPort) ?? [])
            if (listener.Tuple.Local == tuple.Local)
                return listener;
        return null;
    }

    public void Remove(Connection listener) => _byPort.GetValueOrDefault(listener.Tuple.LocalPort)?.Remove(listener);

    public bool Contains(Connection listener) => _byPort.GetValueOrDefault(listener.Tuple.LocalPort)?.Contains(listener) == true;

    /// <summary>A process that listens has a child: the child has its sockets too, and either may accept.</summary>
    public void Forked(int parent)
    {
        if (!_pids.Contains(parent))
            return;
        foreach (var same in _byPort.Values)
            foreach (var listener in same)
                if (listener.Owner.Pid == parent)
                    listener.SoleHolder = false;
    }

    /// <summary>Tells a connection what its listener tells: where it is, and whose. Listeners that share a port
    /// (SO_REUSEPORT) say what they agree on.</summary>
    /// <returns>False when none listens there.</returns>
    public bool Inherit(Connection accepted)
    {
        Connection? best = null;
        int bestRank = 0;
        ulong? inode = null;
        bool ours = false, others = false, onePid = true, oneUnit = true;
        foreach (var listener in _byPort.GetValueOrDefault(accepted.Tuple.LocalPort) ?? [])
        {
            int rank = RankOf(listener.Tuple.Local, accepted.Tuple.Local);
            if (rank == 0)
                continue;
            ours |= listener.Namespace != SocketNamespace.Other;
            others |= listener.Namespace == SocketNamespace.Other;
            inode = inode is null || inode == listener.NamespaceInode ? listener.NamespaceInode : 0;
            if (rank < bestRank)
                continue;
            onePid = listener.SoleHolder && (rank > bestRank || (onePid && best!.Owner.Pid == listener.Owner.Pid));
            oneUnit = rank > bestRank || (oneUnit && best!.Owner.Unit == listener.Owner.Unit);
            (best, bestRank) = (listener, rank);
        }
        if (best is null || (ours && others))
            return best is not null;
        (accepted.Namespace, accepted.NamespaceInode) = (best.Namespace, inode ?? 0);
        var owner = new TracedOwner(OwnerSource.Listener, onePid ? best.Owner.Pid : 0, onePid ? best.Owner.Name : null, oneUnit ? best.Owner.Unit : null);
        if (owner.Pid != 0 || owner.Unit is not null)
            accepted.Learn(owner);
        return true;
    }

    private static int RankOf(InetAddress listening, InetAddress local) =>
        listening.Unmapped == local.Unmapped ? 2
        : listening.IsAny && (!listening.IsIPv4 || local.Unmapped.IsIPv4) ? 1 : 0;
}
