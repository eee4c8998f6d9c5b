using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

internal sealed partial class EnglishSocketTexts : SocketTexts
{
    public override string WiderThan(string declared, string open, bool othersAreRefused) => othersAreRefused ? $"{declared} (held)" : $"{open}, not {declared}";

    public override string ScopeHold(string heldBy, string problem) => heldBy switch
    {
        "cgroup" => "enforced for the whole control group",
        "filter" => "enforced at its sockets",
        "bind" => "bound to loopback",
        "accept" => "enforced when accepting",
        "closed" => "nothing is open",
        _ => $"only reported: {problem}",
    };

    public override string ClassName(PortClass portClass) => portClass.Name();
    public override string PhaseName(TcpPhase phase) => phase.Name();
    public override string NotAPort(string word) => $"'{word}' is neither a port, a service's name nor ADDRESS:PORT";
    public override string NoPorts => "No listening ports.";
    public override string NothingToTrace => "UDP has no states: there is nothing to trace.";
    public override string NoSockets => "No such sockets.";
    public override string Hidden => "(hidden)";
    public override string Elsewhere => "(not here)";
    public override string EphemeralNote(EphemeralRange range) => $"Ports {range.First}-{range.Last} are given to sockets that ask for none.";
    public override string HiddenNote(int processes, bool mayTrace) => $"owner hidden: {Needs(mayTrace)}{Unseen(processes)}{(mayTrace ? "" : ")")}";
    public override string InconsistentNote => "sockets came and went during the listing: some may be missing";
    public override string NoNamespace(string selector) => $"no network namespace {selector}";
    public override string ForbiddenNamespace(string name) => $"cannot enter the network namespace {name}: needs CAP_SYS_ADMIN";
    public override string HiddenNamespaces(int processes, bool mayTrace) => $"there may be more network namespaces: {Needs(mayTrace)}{Unseen(processes)}{(mayTrace ? "" : ")")}";

    private static string Needs(bool mayTrace) => mayTrace ? "" : "needs CAP_SYS_PTRACE (";

    private static string Unseen(int processes) => processes switch
    {
        0 => "/proc doesn't show every process",
        1 => "1 process can't be looked at",
        _ => $"{processes} processes can't be looked at",
    };
}
