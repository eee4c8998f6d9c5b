using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Units.Model;

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
                WatchTraffic(e.Unit, e.Ids);
                break;
            case CloseSockets e:
                foreach (ulong id in e.Ids)
                    Forget(id);
                RemoveFiles(e.Unit, e.Definition);
                break;
        }
    }

    private void Open(UnitName unit, SocketDefinition socket)
    {
        var opened = new List<Fd>();
        string? error = null;
        try
        {
            foreach (var listen in socket.Listens)
                opened.Add(OpenListener(listen, socket));
            foreach (string link in socket.Symlinks)
                Link(link, socket);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            error = e.Message;
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

    private Fd OpenListener(Listen listen, SocketDefinition socket)
    {
        var (kind, address) = (listen.Kind, listen.Address);
        var options = new ListenerOptions
        {
            Backlog = (int)Math.Min(socket.Backlog, int.MaxValue),
            OnlyIPv6 = socket.BindIPv6Only switch { BindIPv6Only.Default => null, var only => only == BindIPv6Only.Ipv6Only },
            PassCredentials = socket.PassCredentials,
            PassSecurity = socket.PassSecurity,
            ReusePort = socket.ReusePort,
            FreeBind = socket.FreeBind,
            KeepAlive = socket.KeepAlive,
            NoDelay = socket.NoDelay,
            Broadcast = socket.Broadcast,
            ReceiveBuffer = (int)Math.Min(socket.ReceiveBuffer, int.MaxValue),
            SendBuffer = (int)Math.Min(socket.SendBuffer, int.MaxValue),
        };
        if (address.Path is not { } path)
            return Listener.OpenInternet(address.Ip?.GetAddressBytes(), address.Port, datagram: kind == ListenKind.Datagram, options);
        if (path.StartsWith('/') && Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder, (UnixFileMode)socket.DirectoryMode);
        var fd = kind == ListenKind.Fifo ? Listener.OpenFifo(path, socket.Mode) : Listener.OpenUnix(path, kind switch
        {
            ListenKind.Stream => UnixSocketType.Stream,
            ListenKind.Datagram => UnixSocketType.Datagram,
            _ => UnixSocketType.SeqPacket,
        }, socket.Mode, options);
        if (path.StartsWith('/') && socket is { User: not null } or { Group: not null })
            Listener.ChangeOwner(path, Owner(socket.User, n => _machine.FindUser(n)?.Uid), Owner(socket.Group, _machine.FindGroup));
        return fd;
    }

    private static uint Owner(string? name, Func<string, uint?> find) =>
        name is null ? PlanWriter.Keep : find(name) ?? throw new IOException($"cannot find {name}: no such user or group");

    private static void Link(string link, SocketDefinition socket)
    {
        if (socket.Listens.FirstOrDefault(l => l.Address.Path?.StartsWith('/') == true) is not { Address.Path: { } target })
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(link)!, (UnixFileMode)socket.DirectoryMode);
        if (new FileInfo(link).LinkTarget is not null)
            File.Delete(link);
        File.CreateSymbolicLink(link, target);
    }

    private void WatchTraffic(UnitName unit, ImmutableArray<ulong> ids)
    {
        if (_socketWatches.Remove(unit, out var watches))
            watches.ForEach(w => w.Dispose());
        if (ids.IsEmpty)
            return;
        _socketWatches[unit] = [.. ids.Select(id => _loop.Watch(StoredFd(id), Readiness.Read, _ =>
        {
            _core.Now = Clock.Now;
            WatchTraffic(unit, []);
            _core.OnSocketTraffic(unit);
        }))];
    }

    private void RemoveFiles(UnitName unit, SocketDefinition socket)
    {
        if (!socket.RemoveOnStop)
            return;
        foreach (string path in socket.Listens.Select(l => l.Address.Path).Concat(socket.Symlinks).OfType<string>().Where(p => p.StartsWith('/')))
            Attempt(unit, () => File.Delete(path));
    }
}
