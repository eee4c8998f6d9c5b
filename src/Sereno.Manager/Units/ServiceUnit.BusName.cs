using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Unavailable: there is no bus to ask.</summary>
public enum BusNameState { Unwatched, Unavailable, Free, Owned }

/// <summary>Type=dbus: the service is up while its name is owned (systemd.service(5), BusName=).</summary>
public sealed partial class ServiceUnit
{
    private BusNameState _busName;

    /// <summary>Nothing is to be waited for: the name is had, or there is nobody to have it from.</summary>
    private bool IsNameDecided => Config.BusName is null || _busName is BusNameState.Owned or BusNameState.Unavailable;

    internal void OnBusName(BusNameState state)
    {
        if (Config.Type != ServiceType.Dbus || State is ServiceState.Dead or ServiceState.Failed or ServiceState.AutoRestart)
            return;
        if (state == BusNameState.Unavailable && _busName == BusNameState.Unwatched)
            core.Log(this, LogLevel.Notice, $"{Name}: There is no message bus to have {Config.BusName} on: started as soon as the process runs.");
        _busName = state;
        if (State == ServiceState.Running)
            EnterRunning(ServiceResult.Success);
        else if (State == ServiceState.Start && IsNameDecided && Main.Pid != 0)
            EnterStarted();
    }

    private void UnwatchBusName()
    {
        _busName = BusNameState.Unwatched;
        core.Emit(new WatchBusName(Name, null));
    }
}
