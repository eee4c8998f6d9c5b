namespace Sereno.Manager.Units;

public sealed partial class SocketUnit
{
    /// <summary>Somebody was accepted who is outside of the unit's scope, and closed at once.</summary>
    public void OnOutsider()
    {
        Refused++;
        Core.MarkChanged(this);
    }
}
