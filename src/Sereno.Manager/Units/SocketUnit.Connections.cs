using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Connections that we accept: an instance of the service for each (systemd.socket(5), Accept=), many at a time or,
/// with Server=dedicated, one after the other.</summary>
public sealed partial class SocketUnit
{
    /// <summary>How many instances that have failed are kept to be looked at, and how many names that are taken are passed over.</summary>
    private const int MaxFailed = 64, MaxTaken = 16;

    private readonly HashSet<ServiceUnit> _serving = [];
    private Queue<ServiceUnit>? _failed;
    private Seldom? _refusals;
    private ulong _polledSince;
    private uint _polled;

    /// <summary>Since the unit was loaded.</summary>
    public uint Accepted { get; private set; }
    public uint Refused { get; private set; }

    /// <summary>Why a client was refused the last time; null where none was.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>How many are being served.</summary>
    public int Connections => _serving.Count;

    internal override bool HasLoad => _serving.Count > 0;

    /// <summary>Whoever comes next may be accepted at once.</summary>
    public bool TakesMore => State == TriggerState.Waiting && Phase == SocketPhase.None && !IsStopPending && !Config.Dedicated
        && _serving.Count < Config.MaxConnections && Core.Timers.DeadlineOf(this) is null;

    private bool IsBusy => Config.Dedicated && _serving.Count > 0;

    /// <param name="id">The connection's descriptor, which is ours to pass on or to drop.</param>
    internal void OnConnection(ulong id, ConnectionEnds ends)
    {
        if (State != TriggerState.Waiting || Phase != SocketPhase.None || IsStopPending)
            Refuse(id, null);
        else if (!TakeTriggerToken(Config.TriggerLimitIntervalUsec, Config.TriggerLimitBurst))
        {
            Refuse(id, "Trigger limit hit, refusing further activation.", isLast: true);
            EnterStopPre(TriggerResult.TriggerLimitHit);
        }
        else if (_serving.Count >= Config.MaxConnections)
            Refuse(id, $"Too many incoming connections ({_serving.Count}), dropping connection.");
        else if (Config.MaxConnectionsPerSource is > 0 and var limit && ends.Source is { } source && _serving.Count(s => s.Connection?.Ends.Source == source) is var same && same >= limit)
            Refuse(id, $"Too many incoming connections ({same}) from source {source}, dropping connection.");
        else
            Serve(id, ends);
        if (!IsPolledTooOften(handled: 1) && Config.Dedicated)
            ListenAgain(); // the host has stopped looking; it goes on unless this one is served
        Core.MarkChanged(this);
    }

    internal void OnAcceptFailed(string cause)
    {
        Core.Log(this, LogLevel.Error, $"{Name}: Failed to accept connections: {cause}");
        EnterStopPre(TriggerResult.Resources);
    }

    /// <summary>A service that was started for a connection of ours is over.</summary>
    /// <returns>Whether it was.</returns>
    internal bool OnServed(ServiceUnit service)
    {
        if (!_serving.Remove(service))
            return false;
        if (service.Result is not (ServiceResult.Success or ServiceResult.ExecCondition))
            KeepFailed(service);
        if (Config.Dedicated)
            ListenAgain();
        return true;
    }

    /// <summary>After a crash of the manager.</summary>
    internal void Adopt(ServiceUnit service, bool isServing)
    {
        if (isServing)
            _serving.Add(service);
        else if (service.Active == ActiveState.Failed)
            KeepFailed(service);
    }

    /// <summary>A service that fails with every client mustn't fill the memory: the newest are left for who wants to know.</summary>
    private void KeepFailed(ServiceUnit service)
    {
        (_failed ??= new()).Enqueue(service);
        if (_failed.Count > MaxFailed && _failed.Dequeue() is { Active: ActiveState.Failed, Job: null } oldest)
            oldest.ResetFailed();
    }

    private void ListenAgain()
    {
        if (State == TriggerState.Waiting && Phase == SocketPhase.None && !IsStopPending && Core.Timers.DeadlineOf(this) is null)
            Watch();
    }

    /// <summary>PollLimitBurst= in PollLimitIntervalSec= (systemd.socket(5) of systemd 255): the rest of the interval nobody is listened to, and nobody refused.</summary>
    /// <param name="handled">1 when what has come is dealt with already, 0 when it can wait.</param>
    private bool IsPolledTooOften(uint handled)
    {
        ulong interval = Config.PollLimitIntervalUsec;
        if (interval == 0 || Config.PollLimitBurst == 0 || State != TriggerState.Waiting || Phase != SocketPhase.None)
            return false;
        if (_polledSince == 0 || Core.Now.Monotonic - _polledSince > interval)
            (_polledSince, _polled) = (Core.Now.Monotonic, 0);
        if (++_polled + handled <= Config.PollLimitBurst)
            return false;
        Core.Emit(new WatchSockets(Name, []));
        Core.Timers.Arm(this, _polledSince + interval + 1);
        return true;
    }

    private void Serve(ulong id, ConnectionEnds ends)
    {
        string error = "their names are taken";
        // Who starts such an instance by hand takes a name, not a connection.
        for (uint number = Accepted; number - Accepted < MaxTaken; number++)
        {
            string name = $"{Name.Prefix}@{number}-{ends.Instance}.service";
            if (!UnitName.TryParse(name, out var instance))
                error = $"{name} is no unit name.";
            else if (Core.Graph.TryGet(instance, out var known) && known is { IsInactiveOrFailed: false } or { Job: not null })
                continue;
            else if (Core.TryServe(instance, new(Name.Full, id, ends), out error) is { } service)
            {
                Accepted++;
                _serving.Add(service);
                return;
            }
            Refuse(id, $"Failed to queue service startup job (Maybe the service file is missing or not a template unit?): {error}", isLast: true);
            EnterStopPre(TriggerResult.Resources);
            return;
        }
        Refuse(id, $"Cannot start an instance for the connection: {error}.");
    }

    /// <param name="isLast">It ends the socket, which is always said.</param>
    private void Refuse(ulong id, string? reason, bool isLast = false)
    {
        Refused++;
        Core.Emit(new DropDescriptor(id));
        if (reason is null)
            return;
        LastRefusal = reason;
        if ((_refusals ??= new()).MaySay(Core.Now.Monotonic, out ulong unsaid) || isLast)
            Core.Log(this, LogLevel.Warning, $"{Name}: {reason}{(unsaid > 0 ? $" ({unsaid} more refused since last said)" : "")}");
    }
}
