using System.Collections.Immutable;
using Sereno.Manager.Jobs;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Run-time state beside an immutable definition. Each kind of unit says what start, stop and reload mean for it.</summary>
public abstract class Unit(UnitDefinition definition)
{
    /// <summary>Replaced whole by daemon-reload.</summary>
    public UnitDefinition Definition { get; set; } = definition;
    public UnitName Name => Definition.Name;

    /// <summary>At most one job at a time.</summary>
    public Job? Job { get; set; }
    public abstract ActiveState Active { get; }
    public abstract string SubState { get; }

    /// <summary>When each state was last entered or left; zero means never.</summary>
    public Timestamp StateChanged { get; set; }
    public Timestamp InactiveExit { get; set; }
    public Timestamp ActiveEnter { get; set; }
    public Timestamp ActiveExit { get; set; }
    public Timestamp InactiveEnter { get; set; }

    /// <summary>Whether the conditions held at the last start, and when they were tried.</summary>
    public bool ConditionsMet { get; set; }
    public Timestamp ConditionsTried { get; set; }

    /// <summary>What the timer or path that started it has to say to its processes (systemd.exec(5), $TRIGGER_UNIT).</summary>
    internal ImmutableArray<string> Trigger { get; set; } = [];

    /// <summary>128 bits in hex, new at every start; empty before the first.</summary>
    public string InvocationId { get; set; } = "";

    /// <summary>When it was last started or stopped to keep a lasting relation (see ManagerCore.Review).</summary>
    internal Queue<ulong> Steadied { get; } = new();

    public bool IsInactiveOrFailed => Active is ActiveState.Inactive or ActiveState.Failed;
    public bool IsActiveOrReloading => Active is ActiveState.Active or ActiveState.Reloading;

    /// <summary>Begins to start; the unit's state says how far it got.</summary>
    public abstract void Start();
    public abstract void Stop();
    public virtual bool CanReload => false;
    public virtual void Reload() { }
    public virtual void ResetFailed() { }

    public override string ToString() => Name.Full;
}

/// <summary>A point to order and group by: up at once, down at once (systemd.target(5)).</summary>
public sealed class TargetUnit(UnitDefinition definition, ManagerCore core) : Unit(definition)
{
    public bool IsUp { get; internal set; }

    public override ActiveState Active => IsUp ? ActiveState.Active : ActiveState.Inactive;
    public override string SubState => IsUp ? "active" : "dead";

    public override void Start() => Set(true);

    public override void Stop() => Set(false);

    private void Set(bool up)
    {
        if (IsUp == up)
            return;
        var before = Active;
        IsUp = up;
        core.OnUnitStateChanged(this, before, failed: false);
    }
}

/// <summary>A unit without behaviour here: not found, masked, broken, or of a kind that isn't run yet.</summary>
public sealed class InertUnit(UnitDefinition definition) : Unit(definition)
{
    /// <summary>Whether it has been said that it can't be started.</summary>
    public bool IsReported { get; set; }

    public override ActiveState Active => ActiveState.Inactive;
    public override string SubState => "dead";

    public override void Start() { }

    public override void Stop() { }
}
