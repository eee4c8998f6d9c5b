using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

internal sealed partial class SpanishSocketTexts
{
    public override string WhyVerdict(PortDiagnosis diagnosis, string port) => diagnosis.Verdict switch
    {
        PortVerdict.Free => $"{port} está libre: bind(2) funcionaría.",
        PortVerdict.Busy when diagnosis.ReuseMayHelp => $"{port} está ocupado: bind(2) falla con EADDRINUSE; SO_REUSEADDR ayuda si el servidor anterior también lo había puesto.",
        PortVerdict.Busy => $"{port} está ocupado: bind(2) falla con EADDRINUSE.",
        PortVerdict.Forbidden => $"{port} es un puerto privilegiado: a este usuario bind(2) le falla con EACCES.",
        PortVerdict.NoSuchAddress => $"{port} no se puede usar: la dirección no es de esta máquina (EADDRNOTAVAIL).",
    };

    public override string PortWords(string port, string? service, string portClass) =>
        service is null ? $"{port} (puerto {Class(portClass)})" : $"{port} ({service}, puerto {Class(portClass)})";

    private static string Class(string name) => name == "dinámico" ? name : $"de {name}";

    public override string WhyFinding(PortFinding finding, LinuxPortsText ports, string address, string who) => finding.Kind switch
    {
        PortFindingKind.Listener => $"{address} está a la escucha: {who}.",
        PortFindingKind.Connection => $"{Connections(finding.Count)} sigue{(finding.Count == 1 ? "" : "n")} usando {address}, aunque ya nadie escucha ahí: {who}.",
        PortFindingKind.EphemeralSquatter => $"{Connections(finding.Count)} usa{(finding.Count == 1 ? "" : "n")} {address} como puerto local de un cliente; el núcleo lo eligió entre {ports.Ephemeral}: {who}.",
        PortFindingKind.TimeWait => $"{Connections(finding.Count)} en {address} en TIME-WAIT, por {Seconds(finding)} más: {who}. El núcleo guarda el puerto para que segmentos rezagados no se tomen por los de una conexión nueva.",
        PortFindingKind.BoundInactive => $"{address} lo tiene un socket que ni escucha ni está conectado (ss -a, netstat y lsof -i no lo muestran): {who}.",
        PortFindingKind.UdpSocket => $"{address} lo tiene un socket UDP: {who}.",
        PortFindingKind.OtherNamespace => $"En el espacio de nombres de red {finding.Place?.Netns}, {address} está tomado: {who}. Aquí no estorba, y los clientes de aquí no lo alcanzan por este puerto.",
        PortFindingKind.Privileged => $"Los puertos menores que {ports.UnprivilegedStart} (net.ipv4.ip_unprivileged_port_start) exigen CAP_NET_BIND_SERVICE, y este proceso no lo tiene.",
        PortFindingKind.NotOwnAddress => "Ninguna interfaz de este espacio de nombres de red tiene la dirección.",
        PortFindingKind.Reserved => $"El puerto está en net.ipv4.ip_local_reserved_ports ({ports.Reserved}): el núcleo no lo da a ningún cliente; lo obtiene quien lo nombra.",
        PortFindingKind.InEphemeralRange => $"El puerto está en net.ipv4.ip_local_port_range ({ports.Ephemeral}): el núcleo puede darlo a un cliente en cualquier momento.",
    };

    public override string WhyOverlap(AddressOverlap overlap) => overlap switch
    {
        AddressOverlap.TheirWildcard => "Tiene todas las direcciones, también la que se quiere.",
        AddressOverlap.OurWildcard => "Se quieren todas las direcciones, y tiene una de ellas.",
        AddressOverlap.DualStack => "Es un comodín IPv6 que también admite IPv4 (IPV6_V6ONLY está desactivado).",
        _ => "",
    };

    public override string WhyAct(PortFinding finding, string? unit, IReadOnlyList<int> pids) => finding.Kind switch
    {
        PortFindingKind.Connection or PortFindingKind.EphemeralSquatter when IsOrphan(finding) => GivenUp(finding.Socket is { Timer: SocketTimer.TimeWait } ? Seconds(finding) : ""),
        PortFindingKind.Listener or PortFindingKind.BoundInactive or PortFindingKind.UdpSocket or PortFindingKind.Connection or PortFindingKind.EphemeralSquatter
            when unit is not null => $"Quién debe actuar: {unit} (sereno stop {unit}), o bien elija otro puerto.",
        PortFindingKind.Listener or PortFindingKind.BoundInactive or PortFindingKind.UdpSocket or PortFindingKind.Connection when pids.Count > 0 =>
            $"Quién debe actuar: {(pids.Count == 1 ? $"el proceso {pids[0]} debe cerrarlo o terminar" : $"los procesos {string.Join(", ", pids)} lo comparten: todos deben cerrarlo o terminar")}, o bien elija otro puerto.",
        PortFindingKind.EphemeralSquatter => "Quién debe actuar: el cliente acabará antes o después; añada el puerto a net.ipv4.ip_local_reserved_ports para que no se vuelva a dar.",
        PortFindingKind.TimeWait => "Quién debe actuar: nadie, basta el tiempo; un servidor que pone SO_REUSEADDR antes de bind(2) no tiene que esperar, si el anterior también lo puso.",
        PortFindingKind.Privileged => "Quién debe actuar: ejecútelo como root, dele AmbientCapabilities=CAP_NET_BIND_SERVICE, o use un puerto más alto.",
        PortFindingKind.NotOwnAddress => "Quién debe actuar: añada la dirección a una interfaz (ip address add), o use una que exista.",
        PortFindingKind.InEphemeralRange => "Quién debe actuar: para un servicio, resérvelo en net.ipv4.ip_local_reserved_ports.",
        _ => "",
    };

    public override string WhyIdle(IdleSocketUnit unit) => unit.State == "failed"
        ? $"{unit.Unit} debería escuchar en {unit.Address}, y ha fallado: sereno status {unit.Unit}"
        : $"{unit.Unit} debería escuchar en {unit.Address}, y no está iniciada: sereno start {unit.Unit}";
    public override string WhyReusePort(string address) => $"Varios sockets escuchan en {address} (SO_REUSEPORT): el puerto queda libre cuando se cierren todos; uno más puede unirse con SO_REUSEPORT, del mismo usuario.";

    private static string GivenUp(string left) => $"Quién debe actuar: nadie: ningún programa lo tiene ya, y el núcleo lo abandona{(left.Length > 0 ? $" en {left}" : "")}.";

    private static bool IsOrphan(PortFinding finding) => finding.Socket is { Inode: 0 };

    public override string? BindError(int errno) => errno switch
    {
        13 => "permiso denegado (EACCES)",
        98 => "la dirección ya se está usando (EADDRINUSE)",
        99 => "no se puede asignar la dirección (EADDRNOTAVAIL)",
        _ => null,
    };

    public override string WhyTried(string? error, string? errorWithReuse) =>
        $"Probado: bind(2) {Outcome(error)}; con SO_REUSEADDR {Outcome(errorWithReuse)}.";

    public override string Who(string? unit, string? process, int pid, int fd, int others, string since) =>
        $"{(unit is null ? "" : unit + ", ")}{process} (pid {pid}, descriptor {fd}){(others > 0 ? $" y {others} más" : "")}{(since.Length > 0 ? $", en ejecución desde {since}" : "")}";

    public override string OwnerHidden(bool mayTrace) => mayTrace ? "dueño oculto" : "dueño oculto (hace falta CAP_SYS_PTRACE)";
    public override string OwnerElsewhere => "ningún proceso de aquí lo tiene";
    public override string OwnerUnknown => "el núcleo lo guarda sin dueño";

    private static string Outcome(string? error) => error is null ? "funciona" : $"falla: {error}";

    private static string Connections(int count) => count == 1 ? "1 conexión" : $"{count} conexiones";

    private static string Seconds(PortFinding finding) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(finding.Socket?.Expires ?? 0) / 1000.0:0.0} s").Replace('.', ',');
}
