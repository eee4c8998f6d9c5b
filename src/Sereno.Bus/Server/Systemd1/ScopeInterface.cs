namespace Sereno.Bus.Server.Systemd1;

/// <summary>Who may begin a conversation with a unit, and who sees to it ([X-Sereno] Scope=).</summary>
/// <param name="Scope">As a unit file has it.</param>
/// <param name="HeldBy">"cgroup" for programs at the control group, "filter" at the sockets, "bind" to loopback's addresses, "accept" when accepting; empty for nobody.</param>
/// <param name="Problem">Why nobody does.</param>
/// <param name="Refused">Packets of others that were refused; what is accepted first is in NRefused of a socket.</param>
public sealed record ScopeSnapshot(string Scope, string HeldBy, string Problem, Func<ulong> Refused);

/// <summary>org.sereno.Scope: ours, and only where a unit has one.</summary>
internal static class ScopeInterface
{
    public static BusInterface<ScopeSnapshot> Create() => new BusInterface<ScopeSnapshot>("org.sereno.Scope")
        .String("Scope", s => s.Scope)
        .String("ScopeHeldBy", s => s.HeldBy)
        .String("ScopeProblem", s => s.Problem)
        .UInt64("ScopeRefused", s => s.Refused());
}
