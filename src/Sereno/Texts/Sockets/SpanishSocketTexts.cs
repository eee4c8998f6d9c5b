using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

internal sealed partial class SpanishSocketTexts : SocketTexts
{
    public override string WiderThan(string declared, string open, bool othersAreRefused) => othersAreRefused ? $"{declared} (forzado)" : $"{open}, no {declared}";

    public override string ScopeHold(string heldBy, string problem) => heldBy switch
    {
        "cgroup" => "se aplica a todo el grupo de control",
        "filter" => "se aplica en sus sockets",
        "bind" => "solo en direcciones locales",
        "accept" => "se aplica al aceptar",
        "closed" => "no hay nada abierto",
        _ => $"solo se muestra: {problem}",
    };

    public override string ClassName(PortClass portClass) => portClass switch
    {
        PortClass.System => "sistema",
        PortClass.User => "usuario",
        PortClass.Dynamic => "dinámico",
    };

    public override string PhaseName(TcpPhase phase) => phase switch
    {
        TcpPhase.Establish => "establecer",
        TcpPhase.Transmit => "transmitir",
        TcpPhase.Finish => "finalizar",
    };

    public override string NotAPort(string word) => $"'{word}' no es un puerto, ni el nombre de un servicio, ni DIRECCIÓN:PUERTO";
    public override string NoPorts => "Ningún puerto a la escucha.";
    public override string NothingToTrace => "UDP no tiene estados: no hay nada que seguir.";
    public override string NoSockets => "Ningún socket así.";
    public override string Hidden => "(oculto)";
    public override string Elsewhere => "(no está aquí)";
    public override string EphemeralNote(EphemeralRange range) => $"Los puertos {range.First}-{range.Last} se dan a los sockets que no piden ninguno.";
    public override string HiddenNote(int processes, bool mayTrace) => $"dueño oculto: {Needs(mayTrace)}{Unseen(processes)}{(mayTrace ? "" : ")")}";
    public override string InconsistentNote => "hubo sockets que nacieron y murieron durante el listado: puede faltar alguno";
    public override string NoNamespace(string selector) => $"no hay ningún espacio de nombres de red {selector}";
    public override string ForbiddenNamespace(string name) => $"no se puede entrar en el espacio de nombres de red {name}: hace falta CAP_SYS_ADMIN";
    public override string HiddenNamespaces(int processes, bool mayTrace) => $"puede haber más espacios de nombres de red: {Needs(mayTrace)}{Unseen(processes)}{(mayTrace ? "" : ")")}";

    private static string Needs(bool mayTrace) => mayTrace ? "" : "hace falta CAP_SYS_PTRACE (";

    private static string Unseen(int processes) => processes switch
    {
        0 => "/proc no muestra todos los procesos",
        1 => "no se puede mirar en 1 proceso",
        _ => $"no se puede mirar en {processes} procesos",
    };
}
