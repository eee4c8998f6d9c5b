namespace Sereno.Sockets.Wire;

/// <summary>SOCK_STREAM and its siblings (linux/net.h).</summary>
public enum SocketKind : byte { Stream = 1, Datagram = 2, Raw = 3, SeqPacket = 5, Packet = 10 }

/// <summary>One AF_UNIX socket as unix_diag or /proc/net/unix describes it.</summary>
public record struct UnixRecord
{
    public SocketKind Kind { get; set; }

    /// <summary>Listen, Established, or Close for one that isn't connected.</summary>
    public TcpState State { get; set; }

    public uint Inode { get; set; }

    /// <summary>Inode of the socket at the other end; 0 for none or unknown.</summary>
    public uint PeerInode { get; set; }

    /// <summary>Its bytes as the kernel has them: a path, or an abstract name behind a zero; empty when unnamed.</summary>
    public ReadOnlyMemory<byte> Name { get; set; }

    /// <summary>Device and inode of the file that the path was bound to; 0 when unknown.</summary>
    public uint FileDevice { get; set; }
    public uint FileInode { get; set; }

    /// <summary>Bytes to be read; on a listener, connections to be accepted.</summary>
    public uint ReceiveQueue { get; set; }

    /// <summary>Bytes sent and not yet read; on a listener, how many connections may wait.</summary>
    public uint SendQueue { get; set; }

    /// <summary>RCV_SHUTDOWN 1, SEND_SHUTDOWN 2; null where the kernel says nothing.</summary>
    public byte? Shutdown { get; set; }

    /// <summary>Where the table's arena has its attributes; 0 for nowhere.</summary>
    public int Details { get; set; }

    /// <summary>Read from /proc/net/unix, which knows less.</summary>
    public bool IsFromText { get; set; }

    public uint Uid { get; set; }
    public ulong Cookie { get; set; }

    /// <summary>Only from /proc/net/unix, for netstat: references, flags (0x10000 listens).</summary>
    public uint References { get; set; }
    public uint Flags { get; set; }
}
