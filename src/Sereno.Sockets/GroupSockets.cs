using System.Net;
using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Namespaces;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets;

/// <summary>The sockets of some processes: those that they hold, and those that were made in their control groups, which is told
/// also where /proc hides what a process holds. Only these processes are looked at.</summary>
public sealed class GroupSockets
{
    private readonly OwnerIndex _held;
    private readonly List<NetworkNamespace> _spaces = [];

    /// <param name="pids">All that are meant.</param>
    public GroupSockets(IReadOnlyCollection<int> pids)
    {
        _held = OwnerIndex.Scan(new OwnerQuery { Only = pids, Method = OwnerMethod.Proc });
        foreach (int pid in pids)
        {
            string path = $"/proc/{pid}/ns/net";
            // Whose namespace may not be read is taken to be where we are.
            ulong inode = Namespace.InodeOf(path) ?? Namespace.InodeOf("/proc/thread-self/ns/net") ?? 0;
            if (!_spaces.Exists(s => s.Inode == inode))
                _spaces.Add(new() { Inode = inode, Name = path, Paths = [System.Text.Encoding.UTF8.GetBytes(path)], IsOurs = false });
        }
    }

    /// <summary>The cgroup v2 ids of the processes' groups.</summary>
    public IReadOnlySet<ulong> Groups { get; init; } = new HashSet<ulong>();

    /// <summary>Those of who opened listening sockets for them: what was accepted there is theirs where nobody can look closer.</summary>
    public IReadOnlySet<ulong> Openers { get; init; } = new HashSet<ulong>();

    /// <summary>Whether one of them listens: at a TCP port, or is bound to a UDP port.</summary>
    /// <param name="port">0 for any; then a Unix socket counts too.</param>
    public bool Listens(ushort port)
    {
        bool found = false;
        Ask(new() { Tables = SocketTables.Tcp | SocketTables.Udp | (port == 0 ? SocketTables.UnixStream | SocketTables.UnixSeqPacket : 0), States = TcpStates.Listen | TcpStates.Close },
            (in SocketRecord socket) => found |= ListeningPorts.IsPort(socket) && (port == 0 || socket.LocalPort == port) && (IsTheirs(socket) || IsPassedOn(socket)),
            socket => found |= socket.State == TcpState.Listen && Holds(socket.Inode));
        return found;
    }

    /// <summary>How many clients they are connected with: by TCP at a port where somebody listens, or by a Unix socket that has a
    /// name. What they connected to themselves doesn't count.</summary>
    /// <param name="served">A client that counts wherever it came in.</param>
    public int CountClients(IPEndPoint? served = null)
    {
        var ports = new HashSet<ushort>();
        var connections = new Dictionary<ushort, int>();
        int others = 0;
        var address = served is null ? default : InetAddress.FromBytes(served.Address.GetAddressBytes()).Unmapped;
        Ask(new() { Tables = SocketTables.Tcp | SocketTables.UnixStream | SocketTables.UnixSeqPacket, States = s_listening | s_connected }, (in SocketRecord socket) =>
        {
            if (socket.IsListening)
                ports.Add(socket.LocalPort);
            else if (!IsTheirs(socket) && !(socket.Inode != 0 && IsPassedOn(socket)))
                return;
            else if (served is not null && socket.RemotePort == served.Port && socket.Remote.Unmapped == address)
                others++;
            else
                connections[socket.LocalPort] = connections.GetValueOrDefault(socket.LocalPort) + 1;
        }, socket => others += socket.State == TcpState.Established && !socket.Name.IsEmpty && socket.PeerInode != 0 && Holds(socket.Inode) ? 1 : 0);
        return others + connections.Where(c => ports.Contains(c.Key)).Sum(c => c.Value);
    }

    // A client that has said all may still wait for the answer (CLOSE-WAIT); one that was told all may still have to read it.
    private const TcpStates s_listening = TcpStates.Listen,
        s_connected = TcpStates.Established | (TcpStates)(1 << (int)TcpState.CloseWait | 1 << (int)TcpState.FinWait1 | 1 << (int)TcpState.FinWait2);

    /// <summary>Without an inode it waits to be accepted, or was closed: that counts only while it can be served still.</summary>
    private bool IsTheirs(in SocketRecord socket) => Holds(socket.Inode)
        || (socket.CgroupId != 0 && Groups.Contains(socket.CgroupId) && (socket.Inode != 0 || socket.State == TcpState.Established));

    private bool IsPassedOn(in SocketRecord socket) => socket.CgroupId != 0 && Openers.Contains(socket.CgroupId) && _held.HiddenProcesses > 0;

    private bool Holds(uint inode) => _held.LastOf(inode) >= 0;

    private delegate void Take(in SocketRecord socket);

    private void Ask(SocketQuery query, Take inet, Action<UnixRecord> unix)
    {
        foreach (var space in _spaces)
            try
            {
                NetworkNamespaces.Run(space, () =>
                {
                    var rows = new Rows(inet);
                    var reader = new TableReader(query with { Owners = false }, ProcFiles.Running, _ => { }) { Rows = rows };
                    reader.ReadAll();
                    foreach (ref readonly var socket in reader.Dump.Unix.Items)
                        unix(socket);
                    return 0;
                });
            }
            catch (LinuxException) { } // it has gone, or isn't ours to enter: nothing is known of it
    }

    private sealed class Rows(Take take) : IRowSink
    {
        public void Take(in SocketRecord socket) => take(socket);

        // The kernel's list changed under its hands: it is as it is, the next look comes soon.
        public bool TryForget() => false;
    }
}
