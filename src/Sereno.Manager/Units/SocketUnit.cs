using System.Collections.Immutable;
using Sereno.Manager.Checkpoint;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>What a socket unit is about while it is neither down nor waiting; the names are systemd's sub-states.</summary>
public enum SocketPhase { None, StartPre, StartChown, StartPost, StopPre, StopPreSigterm, StopPreSigkill, StopPost, FinalSigterm, FinalSigkill }

/// <summary>A socket's life (systemd.socket(5)): it is opened, waits for traffic, starts its service, and waits again when that
/// has ended. The service may also be started without traffic: it gets the sockets all the same.</summary>
public sealed partial class SocketUnit(UnitDefinition definition, ManagerCore core) : TriggerUnit(definition, core), IProcessOwner, IGroupOwner
{
    private SocketDefinition _lastConfig = definition.Socket ?? new();

    public SocketDefinition Config => Definition.Socket is { } config ? _lastConfig = config : _lastConfig;

    public SocketPhase Phase { get; private set; }

    /// <summary>What is open, in the order of the unit file; the keeper has it.</summary>
    public ImmutableArray<StoredDescriptor> Open { get; private set; } = [];

    public override ActiveState Active => Phase switch
    {
        SocketPhase.None => base.Active,
        SocketPhase.StartPre or SocketPhase.StartChown or SocketPhase.StartPost => ActiveState.Activating,
        SocketPhase.StopPre or SocketPhase.StopPreSigterm or SocketPhase.StopPreSigkill or SocketPhase.StopPost or SocketPhase.FinalSigterm or SocketPhase.FinalSigkill =>
            ActiveState.Deactivating,
    };

    public override string SubState => Phase switch
    {
        SocketPhase.None => State == TriggerState.Waiting ? "listening" : base.SubState,
        SocketPhase.StartPre => "start-pre",
        SocketPhase.StartChown => "start-chown",
        SocketPhase.StartPost => "start-post",
        SocketPhase.StopPre => "stop-pre",
        SocketPhase.StopPreSigterm => "stop-pre-sigterm",
        SocketPhase.StopPreSigkill => "stop-pre-sigkill",
        SocketPhase.StopPost => "stop-post",
        SocketPhase.FinalSigterm => "final-sigterm",
        SocketPhase.FinalSigkill => "final-sigkill",
    };

    /// <summary>A connection's service is known when it comes.</summary>
    protected override bool NeedsTarget => !Config.Accept;

    protected override void Begin()
    {
        if (Target is { IsInactiveOrFailed: false } busy && Open.IsEmpty)
        {
            Core.Log(this, LogLevel.Error, $"{Name}: Socket service {busy.Name} already active, refusing.");
            EnterDead(TriggerResult.Resources);
            return;
        }
        Run(SocketPhase.StartPre, 0);
    }

    internal void OnOpened(ImmutableArray<ulong> ids)
    {
        string name = Config.DescriptorName ?? Name.Full;
        Open = [.. ids.Select(id => new StoredDescriptor(id, name, Polls: false))];
        if (Phase == SocketPhase.StartChown)
            Run(SocketPhase.StartPost, 0);
        else
            Close(); // stopped meanwhile
    }

    internal void OnOpenFailed(string cause)
    {
        Core.Log(this, LogLevel.Error, $"{Name}: Failed to listen on sockets: {cause}");
        if (Phase == SocketPhase.StartChown)
            EnterStopPost(TriggerResult.Resources);
    }

    internal void OnTraffic()
    {
        if (State != TriggerState.Waiting || Phase != SocketPhase.None || IsStopPending)
            return;
        if (IsPolledTooOften(handled: 0))
            return;
        if (!TakeTriggerToken(Config.TriggerLimitIntervalUsec, Config.TriggerLimitBurst))
        {
            Core.Log(this, LogLevel.Warning, $"{Name}: Trigger limit hit, refusing further activation.");
            EnterStopPre(TriggerResult.TriggerLimitHit);
        }
        else if (Target is { Job: { IsStopping: false } } or { IsInactiveOrFailed: false } || TryTrigger())
            SetState(TriggerState.Running);
    }

    internal override void OnTargetChanged(Unit target)
    {
        if (State is not (TriggerState.Waiting or TriggerState.Running) || Phase != SocketPhase.None)
            return;
        if (target is ServiceUnit { IsStartLimitHit: true })
            EnterStopPre(TriggerResult.ServiceStartLimitHit);
        else if (target.IsInactiveOrFailed && target.Job is null && State == TriggerState.Running)
            EnterListening();
        else if (!target.IsInactiveOrFailed && State == TriggerState.Waiting)
            SetState(TriggerState.Running);
    }

    internal override void OnReloaded()
    {
        if (State == TriggerState.Waiting && Phase == SocketPhase.None)
            EnterListening();
    }

    public override void Stop()
    {
        if (Phase is SocketPhase.StartPre or SocketPhase.StartChown or SocketPhase.StartPost)
            Signal(SocketPhase.StopPreSigterm, TriggerResult.Success);
        else if (Phase == SocketPhase.None && State is TriggerState.Waiting or TriggerState.Running)
            EnterStopPre(TriggerResult.Success);
    }

    private void EnterListening()
    {
        Enter(SocketPhase.None);
        if (Target is { IsInactiveOrFailed: false })
        {
            SetState(TriggerState.Running);
            return;
        }
        Watch(flushes: Config is { Accept: false, FlushPending: true });
        SetState(TriggerState.Waiting);
    }

    /// <summary>For the next client, if it is time for one: the others wait in the kernel's queue, and nobody asks how many.</summary>
    private void Watch(bool flushes = false)
    {
        if (IsBusy)
            Core.Emit(new WatchSockets(Name, []));
        else
            Core.Emit(new WatchSockets(Name, [.. Open.Select(o => o.Id)], Config.Accept, flushes, Config.Dedicated));
    }

    protected override void LeaveWaiting()
    {
        Core.Emit(new WatchSockets(Name, []));
        if (State is not (TriggerState.Dead or TriggerState.Failed))
            return;
        Close();
        Core.Emit(new ReleaseUnit(Name, [], null));
    }

    /// <summary>While the service waits for its connections to end, no new ones come to it.</summary>
    internal void HoldBack(bool holds)
    {
        if (!Open.IsEmpty && (!holds || !Config.Accept))
            Core.Emit(new HoldBack(Name, [.. Open.Select(o => o.Id)], holds));
    }

    private void Close()
    {
        if (Open.IsEmpty)
            return;
        Core.Emit(new CloseSockets(Name, [.. Open.Select(o => o.Id)], Config));
        Open = [];
        Core.MarkChanged(this);
    }

    internal SocketCheckpoint Save() => new(State, Result, [.. Open], Phase, Accepted, Refused, LastRefusal);

    /// <summary>What was under way is done again: by the job that began it, or else here.</summary>
    internal void Restore(SocketCheckpoint saved, bool hasJob)
    {
        Restore(saved.State, saved.Result);
        Open = [.. saved.Open];
        HoldBack(false); // the manager before may have died before it did; who still drains says so again
        (Accepted, Refused, LastRefusal) = (saved.Accepted, saved.Refused, saved.LastRefusal);
        if (saved.Phase == SocketPhase.None)
            return;
        Core.Emit(new KillGroup(Name, 9, false, []));
        if (saved.Phase is SocketPhase.StartPre or SocketPhase.StartChown or SocketPhase.StartPost)
            Close(); // they are opened anew
        if (!hasJob)
            EnterStopPost(TriggerResult.Success);
    }
}
