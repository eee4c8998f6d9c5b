using Sereno.Manager.Spawn;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

public enum MountState { Dead, Mounting, Mounted, Remounting, Unmounting, Failed }

/// <summary>
/// A mount point (systemd.mount(5)): mounted when /proc/self/mountinfo says so, whoever did it. mount(8) and umount(8) do the
/// work, as with systemd, for they know file systems that need helpers.
/// </summary>
public sealed class MountUnit(UnitDefinition definition, ManagerCore core, bool isMounted) : Unit(definition), IProcessOwner
{
    private const ulong Timeout = 90_000_000;
    private ulong _spawn;
    private int _pid;

    public MountState State { get; private set; } = isMounted ? MountState.Mounted : MountState.Dead;

    public string Where => Definition.Mount?.Where ?? Name.ToPath() ?? "/";

    public override ActiveState Active => State switch
    {
        MountState.Dead => ActiveState.Inactive,
        MountState.Mounting => ActiveState.Activating,
        MountState.Mounted => ActiveState.Active,
        MountState.Remounting => ActiveState.Reloading,
        MountState.Unmounting => ActiveState.Deactivating,
        MountState.Failed => ActiveState.Failed,
    };

    public override string SubState => State switch
    {
        MountState.Dead => "dead",
        MountState.Mounting => "mounting",
        MountState.Mounted => "mounted",
        MountState.Remounting => "remounting",
        MountState.Unmounting => "unmounting",
        MountState.Failed => "failed",
    };

    public override bool IsPerpetual => Name.Full == "-.mount";

    /// <summary>What nobody wrote a unit for was mounted before us, and is needed after us.</summary>
    public override bool OutlivesInstance => Definition.FragmentPath is null && !Definition.IsTransient;

    public override bool CanReload => State == MountState.Mounted;

    public override void Start()
    {
        if (IsMounted)
        {
            Set(MountState.Mounted);
            return;
        }
        var mount = Definition.Mount!;
        Set(MountState.Mounting);
        Run("/bin/mount", [mount.What, Where, .. mount.FileSystem is { } type ? ["-t", type] : Array.Empty<string>(),
            .. mount.Options is { } options ? ["-o", options] : Array.Empty<string>()], Where);
    }

    public override void Stop()
    {
        Set(MountState.Unmounting);
        Run("/bin/umount", [Where, "-c"], null);
    }

    public override void Reload()
    {
        Set(MountState.Remounting);
        Run("/bin/mount", [Where, "-o", Definition.Mount?.Options is { } options ? "remount," + options : "remount"], null);
    }

    public override void ResetFailed()
    {
        if (State == MountState.Failed)
            Set(MountState.Dead);
    }

    /// <summary>The table of mounts has changed: somebody may have mounted or unmounted it.</summary>
    internal void Look()
    {
        if (State is MountState.Dead or MountState.Failed && IsMounted)
            Set(MountState.Mounted);
        else if (State == MountState.Mounted && !IsMounted)
            Set(MountState.Dead);
    }

    internal void OnTimer()
    {
        core.Log(this, LogLevel.Warning, $"{Name}: {(State == MountState.Unmounting ? "Unmounting" : "Mounting")} timed out. Killing.");
        if (_pid != 0)
            core.Emit(new KillProcess(Name, _pid, 9));
        else
            Ended(success: false);
    }

    private bool IsMounted => core.Machine.Test(new Condition("PathIsMountPoint", false, false, false, Where)) == true;

    private void Run(string program, string[] arguments, string? folder)
    {
        _spawn = core.NewSpawn(this);
        core.Timers.Arm(this, core.Now.After(Timeout));
        try
        {
            var plan = PlanBuilder.Build(Name, s_context, new ExecCommand(program, [program, .. arguments], ExecFlags.None | ExecFlags.NoEnvironmentExpansion), core.Facts, core.Machine,
                [new("INVOCATION_ID", InvocationId)]);
            if (folder is not null)
                plan = plan with { Steps = plan.Steps.Insert(0, new MakeDirectory(200, folder, 0x1ED, core.Facts.Uid, uint.MaxValue)) };
            core.Emit(new SpawnProcess(_spawn, Name, InvocationId, plan, []));
        }
        catch (PlanException e)
        {
            core.ForgetSpawn(_spawn);
            OnSpawnFailed(_spawn, e.Stage, e.Message);
        }
    }

    void IProcessOwner.OnSpawned(ulong id, int pid)
    {
        if (id != _spawn)
            return;
        (_spawn, _pid) = (0, pid);
        core.Track(pid, this);
    }

    public void OnSpawnFailed(ulong id, int stage, string cause)
    {
        if (id != _spawn)
            return;
        _spawn = 0;
        core.Log(this, LogLevel.Error, $"{Name}: Failed at step {ExitStatuses.Name(stage) ?? stage.ToString()}: {cause}");
        Ended(success: false);
    }

    void IProcessOwner.OnExited(int pid, ProcessExit exit)
    {
        if (pid != _pid)
            return;
        _pid = 0;
        bool success = exit is { Code: ExitCode.Exited, Status: 0 };
        if (!success)
            core.Log(this, LogLevel.Notice, $"{Name}: Mount process exited, code={exit.CodeName}, status={exit.StatusName}");
        Ended(success);
    }

    private void Ended(bool success)
    {
        core.Timers.Disarm(this);
        bool isUp = IsMounted;
        if (State == MountState.Mounting && !success)
            core.Log(this, LogLevel.Warning, $"{Name}: Failed with result 'exit-code'.");
        Set(isUp ? MountState.Mounted : State is MountState.Mounting or MountState.Remounting ? MountState.Failed : MountState.Dead, reloadFailed: !success);
    }

    private void Set(MountState state, bool reloadFailed = false)
    {
        var before = Active;
        State = state;
        core.OnUnitStateChanged(this, before, failed: state == MountState.Failed, reloadFailed);
    }

    private static readonly ExecContext s_context = new();
}
