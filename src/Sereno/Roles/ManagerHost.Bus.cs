using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Jobs;

namespace Sereno.Roles;

public sealed partial class ManagerHost
{
    private Systemd1Signals _signals = null!;
    private ManagerApi _api = null!;

    /// <param name="held">The listening sockets of the manager before: who connected meanwhile waits in their backlog.</param>
    private void OpenBus(IReadOnlyList<Fd>? held)
    {
        _api = new ManagerApi(_core, _files, _groups, ReloadUnits, Signal, () => _signals.UnitFilesChanged(), Keep);
        var tree = new Systemd1Tree(_api);
        _bus = new BusServer(_loop, tree, Self.Uid);
        _signals = new Systemd1Signals(_bus, tree);
        if (held is not null)
        {
            foreach (var fd in held)
                _bus.Listen(new UnixSocket(fd));
            return;
        }
        _heldBus.Add(Listen(_instance.BusPath));
        if (_instance.IsSystem)
        {
            // Its presence is what sd_booted(3), Ansible and maintainer scripts ask for.
            Directory.CreateDirectory("/run/systemd/system");
            _heldBus.Add(Listen(Instance.SystemBusPath));
        }
        _keeper.Hold("bus", _heldBus);
    }

    private Fd Listen(string path)
    {
        var socket = UnixSocket.Create(UnixSocketType.Stream);
        socket.Bind(path);
        // Everybody may ask; who may command is decided by the peer's credentials.
        File.SetUnixFileMode(path, (UnixFileMode)0x1B6);
        socket.Listen(Bus.Server.BusServer.Backlog);
        _bus.Listen(socket);
        return socket.Fd;
    }

    private void Announce(Effect effect)
    {
        if (!_bus.HasPeers)
            return;
        switch (effect)
        {
            case UnitAppeared e:
                _signals.UnitNew(e.Unit.Name);
                break;
            case UnitChanged e:
                if (_api.Find(e.Unit.Name) is { } snapshot)
                    _signals.UnitChanged(snapshot);
                break;
            case JobQueued e:
                _signals.JobNew(Snapshots.Status(e.Job));
                break;
            case JobEnded e:
                _signals.JobRemoved(new(e.Id, e.Unit.Full, e.Type.Name(), ""), e.Result.Name());
                break;
        }
    }
}
