using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;

namespace Sereno.Texts;

internal sealed partial class SpanishSocketTexts : SocketTexts
{
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

    public override string Hidden => "(oculto)";
    public override string Elsewhere => "(no está aquí)";
    public override string EphemeralNote(EphemeralRange range) => $"Los puertos {range.First}-{range.Last} se dan a los sockets que no piden ninguno.";
    public override string HiddenNote(int processes) => $"dueño oculto: hace falta CAP_SYS_PTRACE (no se pudieron leer {processes} procesos)";
    public override string InconsistentNote => "hubo sockets que nacieron y murieron durante el listado: puede faltar alguno";
}
