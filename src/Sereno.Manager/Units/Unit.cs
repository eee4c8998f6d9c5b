using System.Collections.Immutable;
using Sereno.Manager.Graph;
using Sereno.Manager.Jobs;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Run-time state beside an immutable definition. Each kind of unit says what start, stop and reload mean for it.</summary>
public abstract class Unit(UnitDefinition definition)
{
    /// <summary>Replaced whole by daemon-reload.</summary>
    public UnitDefinition Definition { get; set => field = Adapt(value); } = definition;
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

    /// <summary>When it was last started or stopped to keep a lasting relation (see ManagerCore.Review); null while it never was.</summary>
    internal Queue<ulong>? Steadied { get; set; }

    internal UnitLinks Links { get; set; } = new();

    /// <summary>How many relations of other units' definitions lead here.</summary>
    internal int NamedBy { get; set; }

    /// <summary>The graph knows it by other names too.</summary>
    internal bool HasOtherNames { get; set; }

    /// <summary>What the unit itself adds to what the files say.</summary>
    protected virtual UnitDefinition Adapt(UnitDefinition fresh) => fresh;

    public bool IsInactiveOrFailed => Active is ActiveState.Inactive or ActiveState.Failed;
    public bool IsActiveOrReloading => Active is ActiveState.Active or ActiveState.Reloading;
    public bool IsActiveOrActivating => Active is ActiveState.Active or ActiveState.Reloading or ActiveState.Activating;

    /// <summary>There as long as the instance is: no job stops it.</summary>
    public virtual bool IsPerpetual => false;

    /// <summary>What was there before the instance, and stays after it.</summary>
    public virtual bool OutlivesInstance => IsPerpetual;

    /// <summary>It has processes or clients left, whatever its state: it isn't forgotten.</summary>
    internal virtual bool HasLoad => false;

    /// <summary>Begins to start; the unit's state says how far it got.</summary>
    public abstract void Start();
    public abstract void Stop();
    public virtual bool CanReload => false;
    public virtual void Reload() { }
    public virtual void ResetFailed() { }

    public override string ToString() => Name.Full;
}
