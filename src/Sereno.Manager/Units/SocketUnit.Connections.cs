using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Accept=yes: an instance of the service for each connection (systemd.socket(5)).</summary>
public sealed partial class SocketUnit
{
    private readonly HashSet<ServiceUnit> _serving = [];

    /// <summary>Since the unit was loaded.</summary>
    public uint Accepted { get; private set; }
    public uint Refused { get; private set; }

    /// <summary>How many are being served.</summary>
    public int Connections => _serving.Count;

    /// <param name="id">The connection's descriptor, which is ours to pass on or to drop.</param>
    internal void OnConnection(ulong id, ConnectionEnds ends)
    {
        if (State != TriggerState.Waiting || Phase != SocketPhase.None || IsStopPending)
            Refuse(id, null);
        else if (!TakeTriggerToken(Config.TriggerLimitIntervalUsec, Config.TriggerLimitBurst))
        {
            Refuse(id, "Trigger limit hit, refusing further activation.");
            EnterStopPre(TriggerResult.TriggerLimitHit);
        }
        else if (_serving.Count >= Config.MaxConnections)
            Refuse(id, $"Too many incoming connections ({_serving.Count}), dropping connection.");
        else if (Config.MaxConnectionsPerSource is > 0 and var limit && ends.Source is { } source && _serving.Count(s => s.Connection?.Ends.Source == source) is var same && same >= limit)
            Refuse(id, $"Too many incoming connections ({same}) from source {source}, dropping connection.");
        else
            Serve(id, ends);
        Core.MarkChanged(this);
    }

    internal void OnAcceptFailed(string cause)
    {
        Core.Log(this, LogLevel.Error, $"{Name}: Failed to accept connections: {cause}");
        EnterStopPre(TriggerResult.Resources);
    }

    /// <summary>A service that was started for a connection of ours is over.</summary>
    internal void OnServed(ServiceUnit service) => _serving.Remove(service);

    /// <summary>After a crash of the manager.</summary>
    internal void Adopt(ServiceUnit service) => _serving.Add(service);

    private void Serve(ulong id, ConnectionEnds ends)
    {
        string name = $"{Name.Prefix}@{Accepted}-{ends.Instance}.service", error = $"{name} is no unit name.";
        if (UnitName.TryParse(name, out var instance) && Core.TryServe(instance, new(Name.Full, id, ends), out error) is { } service)
        {
            Accepted++;
            _serving.Add(service);
            return;
        }
        Refuse(id, $"Failed to queue service startup job (Maybe the service file is missing or not a template unit?): {error}");
        EnterStopPre(TriggerResult.Resources);
    }

    private void Refuse(ulong id, string? reason)
    {
        Refused++;
        Core.Emit(new DropDescriptor(id));
        if (reason is not null)
            Core.Log(this, LogLevel.Warning, $"{Name}: {reason}");
    }
}
