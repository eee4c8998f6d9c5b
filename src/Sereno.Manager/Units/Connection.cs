namespace Sereno.Manager.Units;

/// <summary>Who is at the two ends of an accepted connection.</summary>
/// <param name="Instance">What the instance of the service is called after its number: addresses and ports, or pid and uid (systemd.socket(5), Accept=).</param>
/// <param name="Address">The peer's address; null where it has none.</param>
/// <param name="Port">The peer's port, which REMOTE_PORT= tells.</param>
/// <param name="Source">What MaxConnectionsPerSource= counts by; null for what isn't counted.</param>
public sealed record ConnectionEnds(string Instance, string? Address, uint? Port, string? Source)
{
    /// <summary>As systemd adds it to the instance's description.</summary>
    public override string ToString() => Address is null
        ? Instance.IndexOf('-') is > 0 and var dash ? $"PID {Instance.AsSpan(0, dash)}/UID {Instance.AsSpan(dash + 1)}" : Instance
        : Port is null ? Address : Address.Contains(':') && !Address.StartsWith("vsock:", StringComparison.Ordinal) ? $"[{Address}]:{Port}" : $"{Address}:{Port}";
}

/// <summary>What a service instance was started for.</summary>
/// <param name="Socket">The socket unit that accepted it.</param>
/// <param name="Descriptor">0 once the service has it.</param>
public sealed record Connection(string Socket, ulong Descriptor, ConnectionEnds Ends)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public ulong? Held => Descriptor == 0 ? null : Descriptor;
}
