namespace Sereno.Manager.Units;

public sealed partial class SocketUnit
{
    /// <summary>Who comes is accepted by us, and by nobody else: a service that runs has the sockets, whatever the file says by now.</summary>
    public bool Accepts => Config.Accept && State != TriggerState.Running;

    /// <summary>Somebody was accepted who is outside of the unit's scope, and closed at once.</summary>
    public void OnOutsider()
    {
        Refused++;
        Core.MarkChanged(this);
    }

    /// <summary>What is open can't be kept to the unit's scope: then it isn't open.</summary>
    internal void OnUnheld(string cause)
    {
        if (Open.IsEmpty)
            return;
        Core.Log(this, LogLevel.Error, $"{Name}: Stopping: {cause}{(Target is { IsInactiveOrFailed: false } service ? $". {service.Name} keeps what it has until it ends" : "")}.");
        if (Phase is SocketPhase.None or SocketPhase.StartPost)
            EnterStopPre(TriggerResult.Resources);
    }
}
