using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

internal sealed partial class SpanishSocketTexts
{
    public override string StateWord(TcpState state) => TcpLifecycle.RfcName(state) + " (" + state switch
    {
        TcpState.Listen => "a la escucha",
        TcpState.SynSent => "SYN enviado",
        TcpState.SynReceived => "SYN recibido",
        TcpState.Established => "establecida",
        TcpState.FinWait1 => "espera de fin 1",
        TcpState.FinWait2 => "espera de fin 2",
        TcpState.CloseWait => "espera de cierre",
        TcpState.Closing => "cerrando",
        TcpState.LastAck => "último ACK",
        TcpState.TimeWait => "tiempo de espera",
        TcpState.Close => "cerrada",
        _ => "enlazado e inactivo",
    } + ")";

    public override string StateMeaning(TcpState state) => state switch
    {
        TcpState.Listen => "El puerto está abierto: un servidor espera clientes. El núcleo completa él solo los saludos y encola las conexiones hasta que el programa las acepta.",
        TcpState.SynSent => "Se ha pedido una conexión con un SYN y no ha vuelto nada. El núcleo lo repite, cada vez más despacio (net.ipv4.tcp_syn_retries). Dura cuando un cortafuegos tira el SYN, la máquina está apagada o la cola del servidor está llena.",
        TcpState.SynReceived => "Llegó un SYN y se contestó con SYN,ACK; falta el último ACK del cliente. El núcleo la guarda sin programa. Muchas a la vez son una red lenta o una inundación de SYN.",
        TcpState.Established => "La conexión está abierta: ambos extremos pueden enviar, y lo enviado se confirma. Puede quedarse así para siempre en silencio, salvo que keepalive esté puesto.",
        TcpState.FinWait1 => "Este extremo ha cerrado y ha enviado su FIN; el otro no lo ha confirmado. Antes salen los datos que faltaban por enviar. Dura cuando el otro extremo ha desaparecido o no lee nada.",
        TcpState.FinWait2 => "Este extremo ha cerrado y el otro lo sabe; el otro aún puede enviar, y tiene que cerrar también. Si ningún programa tiene ya el socket, se abandona al pasar net.ipv4.tcp_fin_timeout.",
        TcpState.CloseWait => "El otro extremo ha cerrado y su FIN está confirmado. Ahora tiene que cerrar el programa de aquí: ningún temporizador lo hace. Los sockets que se quedan así son fugas de un programa que los ha olvidado.",
        TcpState.Closing => "Los dos extremos han cerrado en el mismo momento: llegó su FIN, y la confirmación del nuestro está por llegar. Es breve y raro.",
        TcpState.LastAck => "El otro extremo cerró primero y después este; se ha enviado el FIN y se espera el último ACK. Tras él no queda nada.",
        TcpState.TimeWait => "Este extremo cerró primero, y todo está confirmado. El núcleo guarda la pareja de extremos durante 2 MSL (60 segundos en Linux), para poder repetir el último ACK y para que segmentos rezagados no se tomen por los de una conexión nueva. Ya no tiene dueño y apenas cuesta nada.",
        TcpState.Close => "No hay conexión. ss lo muestra para sockets que ni están unidos a otro extremo ni escuchan, lo que en UDP es el estado normal de un servidor.",
        _ => "Un socket ha tomado un puerto con bind(2), pero ni escucha ni se conecta. El puerto está ocupado y nada lo muestra: ni ss -a, ni netstat, ni lsof -i.",
    };

    public override string PhaseMeaning(TcpPhase phase) => phase switch
    {
        TcpPhase.Establish => "Nace una conexión: el servidor escucha, y se intercambian SYN, SYN,ACK y ACK (el saludo en tres pasos, RFC 9293, sección 3.5).",
        TcpPhase.Transmit => "Los datos van en ambos sentidos. UDP tiene solo esta fase.",
        TcpPhase.Finish => "Cada sentido se cierra con su propio FIN, que el otro confirma (RFC 9293, sección 3.6).",
    };

    public override string ClassMeaning(PortClass portClass) => portClass switch
    {
        PortClass.System => "puertos de sistema 0-1023, también llamados bien conocidos (WKP): la IANA los asigna a los principales servicios de Internet (RFC 6335). En Linux hace falta privilegio para tomarlos.",
        PortClass.User => "puertos de usuario 1024-49151, también llamados registrados: la IANA los registra para servicios de una empresa o tecnología (RFC 6335).",
        PortClass.Dynamic => "puertos dinámicos 49152-65535, también llamados privados o efímeros: la IANA no los asigna nunca; son para clientes y uso privado (RFC 6335).",
    };

    public override string ScopeMeaning(AddressScope scope) => scope switch
    {
        AddressScope.Local => "local: solo lo alcanzan los programas de esta máquina.",
        AddressScope.Intranet => "intranet: lo alcanzan los equipos de las mismas redes, Internet no.",
        AddressScope.Internet => "internet: lo alcanza cualquier equipo, hasta donde esta máquina sabe; los cortafuegos pueden impedirlo.",
    };

    public override string Trigger(TcpTrigger trigger) => trigger switch
    {
        TcpTrigger.PassiveOpen => "el programa llama a listen(2)",
        TcpTrigger.ActiveOpen => "el programa llama a connect(2): se envía SYN",
        TcpTrigger.Close => "el programa de aquí cierra",
        TcpTrigger.ReceiveSyn => "llega SYN: se envía SYN,ACK",
        TcpTrigger.ReceiveSynAck => "llega SYN,ACK: se envía ACK",
        TcpTrigger.ReceiveAckOfSyn => "llega el ACK de nuestro SYN",
        TcpTrigger.ReceiveFin => "llega el FIN del otro extremo: se envía ACK",
        TcpTrigger.ReceiveAckOfFin => "llega el ACK de nuestro FIN",
        TcpTrigger.ReceiveFinAndAck => "llega su FIN con el ACK del nuestro: se envía ACK",
        TcpTrigger.ReceiveReset => "llega RST",
        TcpTrigger.TwoMslPassed => "han pasado 2 MSL",
        TcpTrigger.GivenUp => "no llega respuesta por más que se repita",
        TcpTrigger.OrphanTimeout => "ha pasado net.ipv4.tcp_fin_timeout y ningún programa lo tiene",
    };

    public override string ActorWords(Actor actor) => actor switch
    {
        Actor.Program => "el programa de aquí",
        Actor.PeerProgram => "el programa del otro extremo",
        Actor.PeerHost => "el TCP de la otra máquina, y la red intermedia",
        Actor.EitherProgram => "cualquiera de los dos programas, cuando quiera",
        Actor.Time => "nadie: basta el tiempo",
        Actor.Clients => "nadie tiene que hacerlo: los clientes se conectan cuando quieren",
        Actor.Nobody => "nadie",
        Actor.Administrator => "quien administra esta máquina",
    };

    public override string Source(string source) => source.Replace("sections", "secciones", StringComparison.Ordinal)
        .Replace("section", "sección", StringComparison.Ordinal).Replace(" and ", " y ", StringComparison.Ordinal);

    public override string WhoMustAct => "Quién debe actuar:";
    public override string WhatCanFollow => "Qué puede seguir:";
    public override string AlsoCalled => "También llamado:";
    public override string PhaseWord => "Fase:";
    public override string StatesWord => "Estados:";
    public override string InvisibleTo => "ss, net-tools y lsof no lo muestran";
    public override string HereNow(int count) => count == 0 ? "En esta máquina ahora: ninguno." : $"En esta máquina ahora: {count}";
    public override string Idle(string span) => $"en silencio desde hace {span}";
    public override string MoreToWait(string span) => $"faltan {span}";
    public override string Retransmitted(int count) => count == 1 ? "repetido una vez" : $"repetido {count} veces";
    public override string AcceptQueue(uint waiting, uint limit) => $"{waiting} por aceptar (límite {limit}; Linux admite una más)";
    public override string Queues(uint unread, uint unacknowledged) => $"{Bytes(unread)} sin leer, {unacknowledged} sin confirmar";
    public override string DatagramQueues(uint receive, uint send) => $"los datagramas sin leer ocupan {Bytes(receive)} de memoria del núcleo, los sin enviar {send}";
    public override string WaitsToBeAccepted(string listener, string who) => $"espera en la cola de aceptación de {listener} ({who})";
    private static string Bytes(long count) => count == 1 ? "1 byte" : $"{count} bytes";
    public override string DropsCounted(uint drops) => $"{drops} descartados";
    public override string PortTitle(ushort port, PortClass portClass) => $"Puerto {port}: {ClassMeaning(portClass)}";
    public override string Unregistered => "La IANA no ha registrado ningún servicio para él.";
    public override string LinuxGives(bool ephemeral, string range) => ephemeral
        ? $"Este núcleo lo da a clientes que no piden ningún puerto (net.ipv4.ip_local_port_range: {range})."
        : $"Este núcleo no lo da por sí mismo a ningún cliente (net.ipv4.ip_local_port_range: {range}).";
    public override string LinuxReserves => "Está reservado por net.ipv4.ip_local_reserved_ports: el núcleo no lo da a ningún cliente, lo obtiene quien lo nombra.";
    public override string PortZero(string range) => $"El puerto 0 no es ningún puerto: significa cualquiera. Con él, bind(2) deja que el núcleo elija uno libre (net.ipv4.ip_local_port_range: {range}).";
    public override string LinuxGivesSome(string parts, string range) => $"De ellos, este núcleo da {parts} a clientes que no piden ningún puerto (net.ipv4.ip_local_port_range: {range}).";
    public override string LinkLocalAddress(string? zone) => $"Es de enlace local: ningún encaminador la deja pasar, así que está en el enlace {(zone is null ? "de una de nuestras interfaces" : $"de {zone}")}.";
    public override string ProtocolMeaning(Transport transport) => transport == Transport.Tcp ? "TCP: una conexión entre dos sockets, con fases y estados; lo enviado llega una vez y en orden, o la conexión se rompe (RFC 9293)." : "UDP: datagramas sueltos, cada uno por su lado; ni conexión ni estados, y nada dice si uno llega (RFC 768).";
    public override string NeedsPrivilege(int start) => $"Para tomarlo hace falta CAP_NET_BIND_SERVICE (puertos menores que {start}).";
    public override string AddressTitle(string address, AddressScope scope) => $"{address} es {ScopeMeaning(scope)}";
    public override string OrdinaryAddress => "Una dirección global corriente, en ninguno de los bloques especiales de la IANA (RFC 6890).";
    public override string BlockOf(string prefix, string name, string source) => $"En {prefix}: {name} ({source}).";
    public override string OwnAddress(string? interfaceName) => interfaceName is null ? "Es de esta máquina." : $"Es de esta máquina, en {interfaceName}.";
    public override string OnLinkAddress => "Está en el enlace de una de nuestras interfaces: no hay ningún encaminador en medio.";
    public override string RoutedAddress => "Es de otra máquina, tras un encaminador.";
    public override string ConnectionTitle(string first, string second) => $"La conexión entre {first} y {second}";
    public override string ConnectionMeaning => "Una conexión es una pareja de sockets, cada uno una dirección y un puerto; los cuatro datos la distinguen de cualquier otra (RFC 9293, sección 3.3.1).";
    public override string NoConnection => "Esta máquina no tiene ahora esa conexión. Una cerrada no deja nada después de TIME-WAIT.";
    public override string UdpMeaning => "UDP no tiene estados: el socket solo recuerda a su otro extremo.";
    public override string NotATopic(string words) => $"'{words}' no es un estado, una fase, una clase, un ámbito, un puerto, un servicio, una dirección ni una conexión";
}
