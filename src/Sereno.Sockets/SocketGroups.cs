using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets;

/// <summary>In which control groups the sockets of this network namespace were made that anybody may write to: listening ones, and those that are connected to nobody.</summary>
public static class SocketGroups
{
    /// <returns>The cgroup v2 id of each, by inode; nothing where the kernel doesn't tell (before Linux 5.9).</returns>
    public static IReadOnlyDictionary<uint, ulong> Read()
    {
        var rows = new Rows();
        try
        {
            var query = new SocketQuery { Tables = SocketTables.Tcp | SocketTables.Udp, States = TcpStates.Listen | TcpStates.Close, Owners = false };
            new TableReader(query, ProcFiles.Running, _ => { }) { Rows = rows }.ReadAll();
        }
        catch (LinuxException) { } // then nothing is known of any
        return rows.Groups;
    }

    private sealed class Rows : IRowSink
    {
        public Dictionary<uint, ulong> Groups { get; } = [];

        public void Take(in SocketRecord socket)
        {
            if (socket is { Inode: not 0, CgroupId: not 0 })
                Groups[socket.Inode] = socket.CgroupId;
        }

        public bool TryForget()
        {
            Groups.Clear();
            return true;
        }
    }
}
