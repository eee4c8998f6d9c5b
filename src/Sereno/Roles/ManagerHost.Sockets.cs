using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>What socket units listen on: opened here, held by the keeper, so that nobody is refused while the manager or the
/// service begins anew.</summary>
public sealed partial class ManagerHost
{
    private readonly Dictionary<UnitName, List<IWatch>> _socketWatches = [];

    private void CarryOutSocket(Effect effect)
    {
        switch (effect)
        {
            case OpenSockets e:
                Open(e.Unit, e.Definition);
                break;
            case WatchSockets e:
                if (e.Flushes)
                    foreach (ulong id in e.Ids)
                        Acceptor.Flush(StoredFd(id));
                WatchTraffic(e.Unit, e.Ids, e.Accepts, e.One);
                break;
            case CloseSockets e:
                foreach (ulong id in e.Ids)
                {
                    if (_stored.TryGetValue(id, out var closing))
                        Scopes.Release(e.Unit, closing.Fd);
                    Forget(id);
                }
                RemoveFiles(e.Unit, e.Definition);
                break;
        }
    }

    private void Open(UnitName unit, SocketDefinition socket)
    {
        var opened = new List<Fd>();
        string? error = null;
        Listen? at = null;
        try
        {
            using var group = _groups.Open(unit, "");
            foreach (var listen in socket.Listens)
            {
                at = listen;
                var fd = OpenListener(unit, listen, socket, group);
                opened.Add(fd);
                foreach (string problem in SocketSettings.Apply(fd, listen, socket.Options))
                    Log(unit, LogLevel.Warning, $"{unit}: {problem}");
            }
            foreach (string link in socket.Symlinks)
                Attempt(unit, () => Link(link, socket));
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            error = ListenFailures.Explain(e, at, SocketUnitOf);
            opened.ForEach(fd => fd.Dispose());
        }
        var ids = ImmutableArray<ulong>.Empty;
        if (error is null)
            foreach (var fd in opened)
            {
                ulong id = _nextDescriptor++;
                _keeper.Hold(StorePrefix + id, [fd]);
                Store(unit, id, fd, polls: false);
                ids = ids.Add(id);
            }
        _core.OnSocketsOpened(unit, ids, error);
    }

    /// <summary>The socket unit that has a socket open, by its inode.</summary>
    private string? SocketUnitOf(uint inode) => _core.Graph.All.OfType<SocketUnit>()
        .FirstOrDefault(u => u.Open.Any(d => _stored.TryGetValue(d.Id, out var stored) && FileStatus.Of(stored.Fd).Inode == inode))?.Name.Full;

    private Fd OpenListener(UnitName unit, Listen listen, SocketDefinition socket, Fd? group)
    {
        if (listen.Address.File is { } file && listen.Kind != ListenKind.Special)
            Directory.CreateDirectory(Path.GetDirectoryName(file)!, (UnixFileMode)socket.DirectoryMode);
        string path = (listen.Address as PathAddress)?.Path ?? "";
        var fd = listen.Kind switch
        {
            ListenKind.Fifo => Listener.OpenFifo(path, socket.Mode, (int)Math.Min(socket.Options.PipeSize, int.MaxValue)),
            ListenKind.Special => Listener.OpenSpecial(path, socket.Writable),
            ListenKind.MessageQueue => Listener.OpenMessageQueue(path, socket.Mode, socket.Options.QueueMessages, socket.Options.QueueMessageSize),
            ListenKind.UsbFunction => throw new IOException($"cannot open {path}: USB gadgets are not supported"),
            _ => OpenSocket(listen.Address, socket, SocketSettings.Of(listen, socket, group) with { Prepare = (fd, isInGroup) => Guard(unit, socket, listen, fd, isInGroup) }),
        };
        if (listen.Address.File is { } made && listen.Kind != ListenKind.Special && socket is { User: not null } or { Group: not null })
            Listener.ChangeOwner(made, Owner(socket.User, n => _machine.FindUser(n)?.Uid), Owner(socket.Group, _machine.FindGroup));
        return fd;
    }

    private static Fd OpenSocket(ListenAddress address, SocketDefinition socket, ListenerSettings settings) => address switch
    {
        InternetAddress internet => Listener.OpenInternet(internet.Ip?.GetAddressBytes(), internet.Port, internet.Interface, settings),
        PathAddress unix => Listener.OpenUnix(unix.Path, socket.Mode, settings),
        VsockAddress vsock => Listener.OpenVsock(vsock.Cid, vsock.Port, settings),
        NetlinkAddress netlink => Listener.OpenNetlink(netlink.Group, settings),
        _ => throw new IOException($"cannot listen on {address}"),
    };

    private static uint Owner(string? name, Func<string, uint?> find) =>
        name is null ? PlanWriter.Keep : find(name) ?? throw new IOException($"cannot find {name}: no such user or group");

    private static void Link(string link, SocketDefinition socket)
    {
        if (socket.SymlinkTarget is not { } target || new FileInfo(link).LinkTarget == target)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(link)!, (UnixFileMode)socket.DirectoryMode);
        // What is there goes only where the unit says that the place is its own.
        if (socket.RemoveOnStop)
            File.Delete(link);
        File.CreateSymbolicLink(link, target);
    }

    private void WatchTraffic(UnitName unit, ImmutableArray<ulong> ids, bool accepts = false, bool one = false)
    {
        if (_socketWatches.Remove(unit, out var watches))
            watches.ForEach(w => w.Dispose());
        if (ids.IsEmpty)
            return;
        _socketWatches[unit] = [.. ids.Select(id => _loop.Watch(StoredFd(id), Readiness.Read, _ =>
        {
            _core.Now = Clock.Now;
            if (accepts)
                AcceptSome(unit, StoredFd(id), one);
            else
            {
                WatchTraffic(unit, []);
                _core.OnSocketTraffic(unit);
            }
        }))];
    }

    /// <summary>Those that come together are one turn: it costs less, and the loop comes back for the rest.</summary>
    private void AcceptSome(UnitName unit, Fd listener, bool one)
    {
        const int most = 16;
        for (int i = 0; i < most && Accept(unit, listener, one) && _core.Graph.TryGet(unit, out var known) && known is SocketUnit { TakesMore: true }; i++)
        {
        }
    }

    /// <summary>The next connection; who has gone again meanwhile is nobody's business.</summary>
    /// <param name="one">Nobody else until the core says so.</param>
    /// <returns>Whether there was one.</returns>
    private bool Accept(UnitName unit, Fd listener, bool one)
    {
        Fd? connection;
        try
        {
            connection = Acceptor.Accept(listener);
        }
        catch (LinuxException e)
        {
            _core.OnAcceptFailed(unit, e.Message);
            return false;
        }
        if (connection is null)
            return false;
        if (!IsInScope(unit, connection))
            return true;
        if (EndsOf(connection) is not { } ends)
        {
            connection.Dispose();
            return true;
        }
        if (_core.Graph.TryGet(unit, out var known) && known is SocketUnit { Config: { Listens: [var listen, ..], Options: var options } })
            _ = SocketSettings.Apply(connection, listen, options).Count(); // what the kernel refuses was said of the listening socket: clients don't fill the log with it
        ulong id = _nextDescriptor++;
        try
        {
            _keeper.Hold(StorePrefix + id, [connection]);
        }
        catch (LinuxException e)
        {
            connection.Dispose();
            Log(unit, LogLevel.Warning, $"{unit}: {e.Message}; dropping connection.");
            return false;
        }
        Store(unit, id, connection, polls: false);
        if (one)
            WatchTraffic(unit, []);
        _core.OnConnection(unit, id, ends);
        return true;
    }

    /// <summary>Named as systemd names the instance that serves it (systemd.socket(5), Accept=).</summary>
    private static ConnectionEnds? EndsOf(Fd connection) => Acceptor.Ends(connection) is not var (local, remote) ? null : remote switch
    {
        { Ip: { } peer } => new($"{local.Ip}:{local.Port}-{peer}:{remote.Port}", peer.ToString(), remote.Port, peer.ToString()),
        { Cid: { } cid } => new($"{local.Cid}:{local.Port}-{cid}:{remote.Port}", $"vsock:{cid}", remote.Port, $"vsock:{cid}"),
        _ => Acceptor.Peer(connection) is { } who ? new($"{who.Pid}-{who.Uid}", null, null, null) : new("unknown", null, null, null),
    };

    private void RemoveFiles(UnitName unit, SocketDefinition socket)
    {
        if (!socket.RemoveOnStop)
            return;
        foreach (string path in socket.Listens.Where(l => l.Kind != ListenKind.Special).Select(l => l.Address.File).OfType<string>().Concat(socket.Symlinks))
            Attempt(unit, () => File.Delete(path));
        foreach (var queue in socket.Listens.Where(l => l.Kind == ListenKind.MessageQueue))
            Attempt(unit, () => Listener.RemoveMessageQueue(((PathAddress)queue.Address).Path));
    }
}
