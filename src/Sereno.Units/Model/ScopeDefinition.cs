namespace Sereno.Units.Model;

/// <summary>What a scope says: processes that somebody else started, to be stopped together (systemd.scope(5)).</summary>
public sealed record ScopeDefinition(KillContext Kill, ulong TimeoutStopUsec = 90_000_000, ulong RuntimeMaxUsec = ServiceDefinition.Infinity);
