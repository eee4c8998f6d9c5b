using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>What is known of one socket from its first event to its last.</summary>
internal sealed class Connection
{
    public TcpTuple Tuple;
    public TcpState State;
    public ConnectionRole Role;
    public SocketNamespace Namespace;
    public TracedOwner Owner;
    public ulong NamespaceInode, Cookie, Started;
    public ulong? BytesSent, BytesReceived;

    /// <summary>Of a listening socket: no other process can have it, as far as anybody saw.</summary>
    public bool SoleHolder;

    /// <summary>It got as far as Established: there are bytes to be told.</summary>
    public bool WasEstablished;

    /// <summary>Its state has been told, or was there before.</summary>
    public bool Reported;

    /// <summary>The number of its event that waits for a port, and of the one that ends it; -1 for none.</summary>
    public long Unnamed = -1, Closing = -1;

    /// <summary>It listens, or did until now.</summary>
    public bool IsListener;

    public bool HasPorts => Tuple.LocalPort != 0 && (Tuple.RemotePort != 0 || IsListener);

    public TraceEvent Event(ulong time, TcpState old, TcpState state, Observation observation) => new()
    {
        Time = time,
        OldState = old,
        NewState = state,
        Tuple = Tuple,
        Role = Role,
        Observation = observation,
        Namespace = Namespace,
        NamespaceInode = NamespaceInode,
        Owner = Owner,
        Cookie = Cookie,
        Started = Started,
        BytesSent = BytesSent,
        BytesReceived = BytesReceived,
    };

    /// <summary>Takes over what is better than what it knows.</summary>
    public void Learn(in TracedOwner owner)
    {
        if (owner.Beats(Owner))
            Owner = owner;
    }
}
