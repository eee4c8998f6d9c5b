namespace Sereno.Sockets.Wire;

/// <summary>What the kernel is asked to tell besides a socket's identity, state, queues and owner.</summary>
[Flags]
public enum SocketDetails
{
    None = 0,

    /// <summary>Memory: INET_DIAG_MEMINFO, INET_DIAG_SKMEMINFO and their siblings.</summary>
    Memory = 1,

    /// <summary>tcp_info or mptcp_info, and the congestion control's name and own figures.</summary>
    Information = 2,

    /// <summary>IP_TOS, IPV6_TCLASS, the traffic class's id.</summary>
    TypeOfService = 4,

    /// <summary>The options that the kernel always tells (INET_DIAG_SOCKOPT).</summary>
    Options = 8,

    /// <summary>A unix socket's file and the connections that wait; nothing more for any other.</summary>
    Extended = 16,
}
