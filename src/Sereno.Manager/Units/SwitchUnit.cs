using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>A unit that is up at once and down at once.</summary>
public abstract class SwitchUnit(UnitDefinition definition, ManagerCore core, bool isUp = false) : Unit(definition)
{
    public bool IsUp { get; internal set; } = isUp;

    public override ActiveState Active => IsUp ? ActiveState.Active : ActiveState.Inactive;

    public override void Start() => Set(true);

    public override void Stop() => Set(false);

    protected void Set(bool up)
    {
        if (IsUp == up)
            return;
        var before = Active;
        IsUp = up;
        core.OnUnitStateChanged(this, before, failed: false);
    }
}

/// <summary>A point to order and group by (systemd.target(5)). What Sereno provides itself is one, whatever its name.</summary>
public sealed class TargetUnit(UnitDefinition definition, ManagerCore core) : SwitchUnit(definition, core)
{
    public override string SubState => IsUp ? "active" : "dead";
}

/// <summary>A place in the tree of control groups (systemd.slice(5)); its folder comes and goes with its units.</summary>
public sealed class SliceUnit(UnitDefinition definition, ManagerCore core) : SwitchUnit(definition, core, isUp: IsKept(definition.Name))
{
    public override string SubState => IsUp ? "active" : "dead";
    public override bool IsPerpetual => IsKept(Name);

    private static bool IsKept(UnitName name) => name.Full is "-.slice" or "system.slice";
}

/// <summary>A device whose node is there (systemd.device(5)). Nobody watches for nodes to come: a container has no udev.</summary>
public sealed class DeviceUnit(UnitDefinition definition, ManagerCore core) : SwitchUnit(definition, core, isUp: true)
{
    public override string SubState => IsUp ? "plugged" : "dead";
    public override bool OutlivesInstance => true;
}

/// <summary>A socket that isn't opened here: it is up for those that depend on it, and says so once.</summary>
public sealed class SocketUnit(UnitDefinition definition, ManagerCore core) : SwitchUnit(definition, core)
{
    private readonly ManagerCore _core = core;
    private bool _isReported;

    public override string SubState => IsUp ? "listening" : "dead";

    public override void Start()
    {
        if (!_isReported)
            _core.Log(this, LogLevel.Warning, $"{Name}: sockets are not opened here yet: the unit is up for those that depend on it, and nothing listens.");
        _isReported = true;
        Set(true);
    }
}

/// <summary>init.scope: the instance's own processes.</summary>
public sealed class InitScopeUnit(UnitDefinition definition) : Unit(definition)
{
    public override ActiveState Active => ActiveState.Active;
    public override string SubState => "running";
    public override bool IsPerpetual => true;

    public override void Start() { }

    public override void Stop() { }
}

/// <summary>A unit without behaviour here: not found, masked, broken, or of a kind that isn't run.</summary>
public sealed class InertUnit(UnitDefinition definition) : Unit(definition)
{
    /// <summary>Whether it has been said that it can't be started.</summary>
    public bool IsReported { get; set; }

    public override ActiveState Active => ActiveState.Inactive;
    public override string SubState => "dead";

    public override void Start() { }

    public override void Stop() { }
}
