using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

internal sealed partial class EnglishSocketTexts
{
    public override string WhyVerdict(PortDiagnosis diagnosis, string port) => diagnosis.Verdict switch
    {
        PortVerdict.Free => $"{port} is free: bind(2) would succeed.",
        PortVerdict.Busy when diagnosis.ReuseMayHelp => $"{port} is busy: bind(2) fails with EADDRINUSE; SO_REUSEADDR helps if the former server had set it too.",
        PortVerdict.Busy => $"{port} is busy: bind(2) fails with EADDRINUSE.",
        PortVerdict.Forbidden => $"{port} is a privileged port: bind(2) fails with EACCES for this user.",
        PortVerdict.NoSuchAddress => $"{port} can't be bound: the address isn't one of this machine (EADDRNOTAVAIL).",
    };

    public override string PortWords(string port, string? service, string portClass) =>
        service is null ? $"{port} ({portClass} port)" : $"{port} ({service}, {portClass} port)";

    public override string WhyFinding(PortFinding finding, LinuxPortsText ports, string address, string who) => finding.Kind switch
    {
        PortFindingKind.Listener => $"{address} listens: {who}.",
        PortFindingKind.Connection => $"{Connections(finding.Count)} still use{(finding.Count == 1 ? "s" : "")} {address}, though nobody listens there any more: {who}.",
        PortFindingKind.EphemeralSquatter => $"{Connections(finding.Count)} use{(finding.Count == 1 ? "s" : "")} {address} as the local port of a client; the kernel chose it from {ports.Ephemeral}: {who}.",
        PortFindingKind.TimeWait => $"{Connections(finding.Count)} at {address} in TIME-WAIT, for {Seconds(finding)} more: {who}. The kernel keeps the port so that late segments aren't taken for a new connection's.",
        PortFindingKind.BoundInactive => $"{address} is bound by a socket that neither listens nor is connected (ss -a, netstat and lsof -i don't show it): {who}.",
        PortFindingKind.UdpSocket => $"{address} is bound by a UDP socket: {who}.",
        PortFindingKind.OtherNamespace => $"In the network namespace {finding.Place?.Netns}, {address} is taken: {who}. That isn't in the way here, and clients here don't reach it by this port.",
        PortFindingKind.Privileged => $"Ports below {ports.UnprivilegedStart} (net.ipv4.ip_unprivileged_port_start) need CAP_NET_BIND_SERVICE, which this process doesn't have.",
        PortFindingKind.NotOwnAddress => "No interface of this network namespace has the address.",
        PortFindingKind.Reserved => $"The port is in net.ipv4.ip_local_reserved_ports ({ports.Reserved}): the kernel gives it to no client; whoever names it gets it.",
        PortFindingKind.InEphemeralRange => $"The port is in net.ipv4.ip_local_port_range ({ports.Ephemeral}): the kernel may give it to a client at any time.",
    };

    public override string WhyOverlap(AddressOverlap overlap) => overlap switch
    {
        AddressOverlap.TheirWildcard => "It has every address, the wanted one among them.",
        AddressOverlap.OurWildcard => "A wildcard is wanted, and it has one of the addresses.",
        AddressOverlap.DualStack => "It is an IPv6 wildcard that takes IPv4 too (IPV6_V6ONLY is off).",
        _ => "",
    };

    public override string WhyAct(PortFinding finding, string? unit, IReadOnlyList<int> pids) => finding.Kind switch
    {
        PortFindingKind.Connection or PortFindingKind.EphemeralSquatter when IsOrphan(finding) => GivenUp(finding.Socket is { Timer: SocketTimer.TimeWait } ? Seconds(finding) : ""),
        PortFindingKind.Listener or PortFindingKind.BoundInactive or PortFindingKind.UdpSocket or PortFindingKind.Connection or PortFindingKind.EphemeralSquatter
            when unit is not null => $"Who must act: {unit} (sereno stop {unit}), or choose another port.",
        PortFindingKind.Listener or PortFindingKind.BoundInactive or PortFindingKind.UdpSocket or PortFindingKind.Connection when pids.Count > 0 =>
            $"Who must act: {(pids.Count == 1 ? $"process {pids[0]} must close it or end" : $"processes {string.Join(", ", pids)} share it: all must close it or end")}, or choose another port.",
        PortFindingKind.EphemeralSquatter => "Who must act: the client ends sooner or later; add the port to net.ipv4.ip_local_reserved_ports, so that it isn't given away again.",
        PortFindingKind.TimeWait => "Who must act: nobody, time does; a server that sets SO_REUSEADDR before bind(2) needn't wait, if the former one had set it too.",
        PortFindingKind.Privileged => "Who must act: start it as root, give it AmbientCapabilities=CAP_NET_BIND_SERVICE, or take a higher port.",
        PortFindingKind.NotOwnAddress => "Who must act: add the address to an interface (ip address add), or bind to one that is there.",
        PortFindingKind.InEphemeralRange => "Who must act: for a service, reserve it in net.ipv4.ip_local_reserved_ports.",
        _ => "",
    };

    public override string WhyIdle(IdleSocketUnit unit) => unit.State == "failed"
        ? $"{unit.Unit} is meant to listen at {unit.Address}, and has failed: sereno status {unit.Unit}"
        : $"{unit.Unit} is meant to listen at {unit.Address}, and isn't started: sereno start {unit.Unit}";
    public override string WhyReusePort(string address) => $"Several sockets listen at {address} (SO_REUSEPORT): the port is free when all of them are closed; one more may join them with SO_REUSEPORT, as the same user.";

    private static string GivenUp(string left) => $"Who must act: nobody: no program holds it any more, and the kernel gives it up{(left.Length > 0 ? $" in {left}" : "")}.";

    private static bool IsOrphan(PortFinding finding) => finding.Socket is { Inode: 0 };

    public override string WhyTried(string? error, string? errorWithReuse) =>
        $"Tried: bind(2) {Outcome(error)}; with SO_REUSEADDR it {Outcome(errorWithReuse)}.";

    public override string Who(string? unit, string? process, int pid, int fd, int others, string since) =>
        $"{(unit is null ? "" : unit + ", ")}{process} (pid {pid}, fd {fd}){(others > 0 ? $" and {others} more" : "")}{(since.Length > 0 ? $", running since {since}" : "")}";

    public override string OwnerHidden(bool mayTrace) => mayTrace ? "owner hidden" : "owner hidden (needs CAP_SYS_PTRACE)";
    public override string OwnerElsewhere => "no process here holds it";
    public override string OwnerUnknown => "the kernel keeps it without an owner";

    private static string Outcome(string? error) => error is null ? "succeeds" : $"fails: {error}";

    private static string Connections(int count) => count == 1 ? "1 connection" : $"{count} connections";

    private static string Seconds(PortFinding finding) => $"{(finding.Socket?.Expires ?? 0) / 1000.0:0.0} s";
}
