using System.Collections.Immutable;
using Sereno.Manager.Graph;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>Timers, paths and sockets: they start units, and hear of what becomes of them when nothing else can move.</summary>
public sealed partial class ManagerCore
{
    private readonly HashSet<Unit> _targetsChanged = [];
    private bool _watchesClock;

    /// <summary>The wall clock was set, not only gone on.</summary>
    public void OnClockChanged() => EachTimer(t => t.OnClockChanged());

    /// <summary>The machine's zone is another one; the machine knows it already.</summary>
    public void OnZoneChanged() => EachTimer(t => t.OnZoneChanged());

    /// <summary>The answer to WatchPaths.</summary>
    /// <param name="error">Why the paths can't be watched; null when they are.</param>
    public void OnPathsWatched(UnitName unit, string? error)
    {
        if (Graph.TryGet(unit, out var found) && found is PathUnit path)
            if (error is null)
                path.OnWatched();
            else
                path.OnWatchFailed(error);
        Settle();
    }

    /// <param name="isChange">The path itself has changed, as PathChanged= or PathModified= waits for.</param>
    public void OnPathEvent(UnitName unit, string path, bool isChange)
    {
        if (Graph.TryGet(unit, out var found) && found is PathUnit its)
            its.OnEvent(path, isChange);
        Settle();
    }

    /// <summary>The answer to OpenSockets.</summary>
    /// <param name="ids">In the order of the unit file; of no use when there is an error.</param>
    public void OnSocketsOpened(UnitName unit, ImmutableArray<ulong> ids, string? error)
    {
        if (Graph.TryGet(unit, out var found) && found is SocketUnit socket)
            if (error is null)
                socket.OnOpened(ids);
            else
                socket.OnOpenFailed(error);
        Settle();
    }

    /// <summary>What a socket unit has open can't be kept to its Scope=.</summary>
    public void OnSocketsUnheld(UnitName unit, string cause)
    {
        if (Graph.TryGet(unit, out var found) && found is SocketUnit socket)
            socket.OnUnheld(cause);
        Settle();
    }

    public void OnSocketTraffic(UnitName unit)
    {
        if (Graph.TryGet(unit, out var found) && found is SocketUnit socket)
            socket.OnTraffic();
        Settle();
    }

    /// <param name="id">The descriptor of an accepted connection; the core drops it, or has it passed on.</param>
    public void OnConnection(UnitName unit, ulong id, ConnectionEnds ends)
    {
        if (Graph.TryGet(unit, out var found) && found is SocketUnit socket)
            socket.OnConnection(id, ends);
        else
            Emit(new DropDescriptor(id));
        Settle();
    }

    public void OnAcceptFailed(UnitName unit, string cause)
    {
        if (Graph.TryGet(unit, out var found) && found is SocketUnit socket)
            socket.OnAcceptFailed(cause);
        Settle();
    }

    /// <summary>Starts the instance of a service that a connection is for.</summary>
    /// <returns>Null when it can't be had, with the reason.</returns>
    internal ServiceUnit? TryServe(UnitName instance, Connection connection, out string error)
    {
        var (unit, added) = Graph.Load(instance);
        MayGo(added);
        error = $"Unit {instance} not found.";
        if (unit is not ServiceUnit { IsInactiveOrFailed: true, Job: null } service)
            return null;
        service.Serve(connection);
        return TryTrigger(service, [], out error) ? service : null;
    }

    internal void OnServed(string socket, ServiceUnit service)
    {
        if (UnitName.TryParse(socket, out var name) && Graph.TryGet(name, out var found) && found is SocketUnit its && its.OnServed(service))
            MarkChanged(service);
    }

    private void EachTimer(Action<TimerUnit> tell)
    {
        foreach (var timer in Graph.All.OfType<TimerUnit>().ToList())
            tell(timer);
        Settle();
    }

    /// <summary>Only where there are timers: most instances have none.</summary>
    internal void WatchClock()
    {
        if (_watchesClock)
            return;
        _watchesClock = true;
        Emit(new WatchClock());
    }

    internal bool TryTrigger(Unit target, ImmutableArray<string> variables, out string error)
    {
        error = "";
        try
        {
            if (Add(target, JobType.Start, JobMode.Replace) is { } job)
                job.Trigger = variables;
            return true;
        }
        catch (ManagerException e)
        {
            error = e.Message;
            return false;
        }
    }

    private void NoteForTriggers(Unit unit)
    {
        if (Graph.Of(unit, Relation.TriggeredBy).Count > 0)
            _targetsChanged.Add(unit);
    }

    /// <returns>Whether there was anything to tell.</returns>
    private bool TellTriggers()
    {
        if (_targetsChanged.Count == 0)
            return false;
        var targets = _targetsChanged.ToList();
        _targetsChanged.Clear();
        foreach (var target in targets)
            foreach (var trigger in Graph.Of(target, Relation.TriggeredBy).OfType<TriggerUnit>().ToList())
                trigger.OnTargetChanged(target);
        return true;
    }

    private void ReloadTriggers()
    {
        foreach (var trigger in Graph.All.OfType<TriggerUnit>().ToList())
            trigger.OnReloaded();
    }
}
