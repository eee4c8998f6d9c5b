using System.Collections.Immutable;
using Sereno.Manager.Checkpoint;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>A socket's life (systemd.socket(5)): it is opened, waits for traffic, starts its service, and waits again when that
/// has ended. The service may also be started without traffic: it gets the sockets all the same.</summary>
public sealed class SocketUnit(UnitDefinition definition, ManagerCore core) : TriggerUnit(definition, core)
{
    private SocketDefinition _lastConfig = definition.Socket ?? new();
    private bool _isOpening;

    public SocketDefinition Config => Definition.Socket is { } config ? _lastConfig = config : _lastConfig;

    /// <summary>What is open, in the order of the unit file; the keeper has it.</summary>
    public ImmutableArray<StoredDescriptor> Open { get; private set; } = [];

    public override ActiveState Active => _isOpening ? ActiveState.Activating : base.Active;

    public override string SubState => _isOpening ? "start-chown" : State == TriggerState.Waiting ? "listening" : base.SubState;

    internal override bool MayStart()
    {
        if (!Config.Accept)
            return base.MayStart();
        Core.Log(this, LogLevel.Error, $"{Name}: Accept=yes is not supported yet, refusing.");
        return false;
    }

    protected override void Begin()
    {
        if (Target is { IsInactiveOrFailed: false } busy && Open.IsEmpty)
        {
            Core.Log(this, LogLevel.Error, $"{Name}: Socket service {busy.Name} already active, refusing.");
            EnterDead(TriggerResult.Resources);
            return;
        }
        if (Config.Listens.IsEmpty)
            Core.Log(this, LogLevel.Warning, $"{Name}: what it listens on is not supported yet: it is up for those that depend on it, and nothing listens.");
        var before = Active;
        _isOpening = true;
        Core.OnUnitStateChanged(this, before, failed: false);
        Core.Emit(new OpenSockets(Name, Config));
    }

    internal void OnOpened(ImmutableArray<ulong> ids)
    {
        string name = Config.DescriptorName ?? Name.Full;
        Open = [.. ids.Select(id => new StoredDescriptor(id, name, Polls: false))];
        if (!_isOpening)
        {
            Close(); // stopped meanwhile
            return;
        }
        _isOpening = false;
        EnterListening();
    }

    internal void OnOpenFailed(string cause)
    {
        _isOpening = false;
        Core.Log(this, LogLevel.Error, $"{Name}: Failed to listen on sockets: {cause}");
        EnterDead(TriggerResult.Resources);
    }

    internal void OnTraffic()
    {
        if (State != TriggerState.Waiting || IsStopPending)
            return;
        if (!TakeTriggerToken(Config.TriggerLimitIntervalUsec, Config.TriggerLimitBurst))
        {
            Core.Log(this, LogLevel.Warning, $"{Name}: Trigger limit hit, refusing further activation.");
            EnterDead(TriggerResult.TriggerLimitHit);
        }
        else if (Target is { Job: { IsStopping: false } } or { IsInactiveOrFailed: false } || TryTrigger())
            SetState(TriggerState.Running);
    }

    internal override void OnTargetChanged(Unit target)
    {
        if (State is not (TriggerState.Waiting or TriggerState.Running))
            return;
        if (target is ServiceUnit { IsStartLimitHit: true })
            EnterDead(TriggerResult.ServiceStartLimitHit);
        else if (target.IsInactiveOrFailed && target.Job is null && State == TriggerState.Running)
            EnterListening();
        else if (!target.IsInactiveOrFailed && State == TriggerState.Waiting)
            SetState(TriggerState.Running);
    }

    internal override void OnReloaded()
    {
        if (State == TriggerState.Waiting)
            EnterListening();
    }

    public override void Stop()
    {
        _isOpening = false;
        base.Stop();
    }

    private void EnterListening()
    {
        if (Target is { IsInactiveOrFailed: false })
        {
            SetState(TriggerState.Running);
            return;
        }
        Core.Emit(new WatchSockets(Name, [.. Open.Select(o => o.Id)]));
        SetState(TriggerState.Waiting);
    }

    protected override void LeaveWaiting()
    {
        Core.Emit(new WatchSockets(Name, []));
        if (State is TriggerState.Dead or TriggerState.Failed)
            Close();
    }

    private void Close()
    {
        if (Open.IsEmpty)
            return;
        Core.Emit(new CloseSockets(Name, [.. Open.Select(o => o.Id)], Config));
        Open = [];
        Core.MarkChanged(this);
    }

    internal SocketCheckpoint Save() => new(State, Result, [.. Open]);

    internal void Restore(SocketCheckpoint saved)
    {
        Restore(saved.State, saved.Result);
        Open = [.. saved.Open];
    }
}
