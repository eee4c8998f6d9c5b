using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Ready=listen: the service has started once one of its processes listens (docs/model.md).</summary>
public sealed partial class ServiceUnit
{
    private bool _awaitsListener;
    private int _looks;
    private SocketPoll? _socketKey;

    /// <summary>Null where Type= alone says when it has started: a oneshot has when it is over, and who serves one connection doesn't listen.</summary>
    private ushort? ReadyPort => Config.Type == ServiceType.Oneshot || Connection is not null ? null : Definition.Sereno?.ReadyPort;

    /// <summary>What Type= asks for is there; Ready= may ask for more.</summary>
    private void EnterStarted()
    {
        if (_awaitsListener)
            return;
        if (State != ServiceState.Start || ReadyPort is null)
        {
            EnterStartPost();
            return;
        }
        _awaitsListener = true;
        core.MarkChanged(this);
        if (!Main.IsAlive)
            core.Emit(new WatchGroup(Name));
        LookAtSockets();
    }

    /// <summary>No event tells of a listening socket, TCP, UDP or Unix, to who may not trace: we look, while somebody waits.</summary>
    internal void LookAtSockets()
    {
        if (_awaitsListener && ReadyPort is { } port)
            core.Emit(new LookForListener(Name, port, [.. SocketUnits.Select(s => s.Name)]));
        else if (_awaitsListener)
            OnListenerLooked(true); // the file doesn't ask for it any more
        else if (State == ServiceState.StopDrain)
            core.Emit(new CountConnections(Name, [.. SocketUnits.Select(s => s.Name)], Connection?.Ends));
    }

    internal void OnListenerLooked(bool isThere)
    {
        if (!_awaitsListener)
            return;
        if (!isThere)
        {
            LookLater();
            return;
        }
        _awaitsListener = false;
        EnterStartPost();
    }

    /// <param name="atLeast">Microseconds.</param>
    private void LookLater(ulong atLeast = 0) => core.Timers.Arm(_socketKey ??= new(this), core.Now.After(Math.Max(Pause(_looks++), atLeast)));

    /// <summary>Microseconds to the next look: what listens at once has started at once, what takes long costs next to nothing.</summary>
    private static ulong Pause(int looks) => looks switch
    {
        0 => 1_000,
        1 => 2_000,
        2 => 5_000,
        3 => 10_000,
        4 => 20_000,
        5 => 50_000,
        < 100 => 100_000,
        _ => 250_000,
    };

    /// <summary>Nobody is left who could listen.</summary>
    private void GiveUpListener(ServiceResult result)
    {
        core.Log(this, LogLevel.Warning, $"{Name}: Service ended before it was listening{AtPort}.");
        EnterSignal(ServiceState.StopSigterm, result == ServiceResult.Success ? ServiceResult.Protocol : result);
    }

    private void SayNobodyListens()
    {
        if (_awaitsListener)
            core.Log(this, LogLevel.Warning, $"{Name}: No process of the service is listening{AtPort}, as Ready= asks for.");
    }

    private string AtPort => ReadyPort is { } port and > 0 ? $" on port {port}" : "";

    /// <summary>With the state ends what it waits for.</summary>
    private void ForgetSockets()
    {
        (_awaitsListener, _looks) = (false, 0);
        if (_socketKey is not null)
            core.Timers.Disarm(_socketKey);
    }

    /// <summary>What was asked before a crash of the manager is asked again.</summary>
    private void ResumeSockets()
    {
        if (_holdsBack)
            HoldBack(true);
        LookAtSockets();
    }
}
