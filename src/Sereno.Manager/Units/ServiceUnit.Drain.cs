using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Drain=: a stop waits for the clients that there are, before anything else is done (docs/model.md).</summary>
public sealed partial class ServiceUnit
{
    private int _connections;
    private bool _holdsBack;

    private ulong DrainUsec => Definition.Sereno?.DrainUsec ?? 0;

    /// <summary>What it says of itself; while it is drained, what it waits for.</summary>
    public string? Status => State == ServiceState.StopDrain && _connections > 0 ? $"Draining, {Count(_connections)} left" : StatusText;

    private void EnterDrain()
    {
        if (DrainUsec == 0)
        {
            EnterStop(ServiceResult.Success);
            return;
        }
        _connections = 0;
        SetState(ServiceState.StopDrain, DrainUsec);
        HoldBack(true);
        LookAtSockets();
    }

    /// <param name="known">Null where the kernel didn't tell: nobody is cut off for that.</param>
    internal void OnConnectionsCounted(int? known)
    {
        if (State != ServiceState.StopDrain)
            return;
        if (known is not { } count)
        {
            LookLater(atLeast: 1_000_000);
            return;
        }
        if (count == 0)
        {
            EndDrain();
            return;
        }
        if (_connections == 0)
            core.Log(this, LogLevel.Info, $"{Name}: Waiting for {Count(count)} to end{(DrainUsec == ServiceDefinition.Infinity ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $", for {DrainUsec / 1e6} s at most"))}.");
        if (count != _connections)
            core.MarkChanged(this);
        _connections = count;
        LookLater(atLeast: Math.Min((ulong)count * 100, 1_000_000)); // to count ten thousand takes a while
    }

    private void CutDrainShort()
    {
        core.Log(this, LogLevel.Warning, $"{Name}: {Count(_connections)} left at the end of Drain=. Stopping.");
        EndDrain();
    }

    /// <summary>From here on it is stopped as without Drain=; a reload that is under way is signalled with the rest.</summary>
    private void EndDrain()
    {
        if (Control.IsAlive || HasFailed)
            EnterSignal(ServiceState.StopSigterm, ServiceResult.Success);
        else
            EnterStop(ServiceResult.Success);
    }

    /// <summary>New clients wait for who comes next. Where the service has opened its sockets itself, only it can stop accepting.</summary>
    private void HoldBack(bool holds)
    {
        _holdsBack = holds;
        core.MarkChanged(this);
        foreach (var socket in SocketUnits)
            socket.HoldBack(holds);
    }

    private void LetConnect()
    {
        if (_holdsBack)
            HoldBack(false);
    }

    private static string Count(int connections) => connections == 1 ? "1 connection" : $"{connections} connections";
}
