using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

internal sealed partial class EnglishSocketTexts
{
    public override string StateWord(TcpState state) => TcpLifecycle.RfcName(state);

    public override string StateMeaning(TcpState state) => state switch
    {
        TcpState.Listen => "The port is open: a server waits for clients. The kernel completes handshakes by itself and queues the connections until the program accepts them.",
        TcpState.SynSent => "A connection was asked for with a SYN, and nothing has come back. The kernel sends it again, ever more slowly (net.ipv4.tcp_syn_retries). It lasts where a firewall drops the SYN, the machine is off, or the server's queue is full.",
        TcpState.SynReceived => "A SYN came and was answered with SYN,ACK; the client's last ACK is missing. The kernel keeps it without a program. Many at once are a slow network or a SYN flood.",
        TcpState.Established => "The connection is open: both ends may send, and what is sent is acknowledged. It may stay so for ever in silence, unless keepalive is on.",
        TcpState.FinWait1 => "This end has closed and sent its FIN; the other hasn't acknowledged that. Data that was still to be sent goes first. It lasts where the other end has vanished or reads nothing.",
        TcpState.FinWait2 => "This end has closed and the other knows it; the other may still send, and has to close too. A socket that no program holds any more is given up after net.ipv4.tcp_fin_timeout.",
        TcpState.CloseWait => "The other end has closed, and its FIN was acknowledged. Now the program here has to close: no timer does it. Sockets that stay so are leaks of a program that has forgotten them.",
        TcpState.Closing => "Both ends have closed at the same moment: their FIN came, and the acknowledgment of ours is still to come. It is short and rare.",
        TcpState.LastAck => "The other end had closed first, then this one; its FIN was sent, and the last ACK is awaited. After it, nothing remains.",
        TcpState.TimeWait => "This end closed first, and all is acknowledged. The kernel keeps the pair of ends for 2 MSL (60 seconds in Linux), so that the last ACK can be repeated and late segments aren't taken for a new connection's. It has no owner any more and costs next to nothing.",
        TcpState.Close => "There is no connection. ss shows it for sockets that are neither bound to a peer nor listening, which for UDP is the ordinary state of a server.",
        _ => "A socket has taken a port with bind(2), but neither listens nor connects. The port is busy and nothing shows it: not ss -a, netstat or lsof -i.",
    };

    public override string PhaseMeaning(TcpPhase phase) => phase switch
    {
        TcpPhase.Establish => "A connection comes about: the server listens, and SYN, SYN,ACK and ACK are exchanged (the three-way handshake, RFC 9293, section 3.5).",
        TcpPhase.Transmit => "Data flows in both directions. UDP has this phase only.",
        TcpPhase.Finish => "Each direction is closed by a FIN of its own, which the other acknowledges (RFC 9293, section 3.6).",
    };

    public override string ClassMeaning(PortClass portClass) => portClass switch
    {
        PortClass.System => "System ports 0-1023, also called well-known: IANA assigns them to the principal services of the internet (RFC 6335). On Linux, binding them needs privilege.",
        PortClass.User => "User ports 1024-49151, also called registered: IANA registers them for the services of a vendor or a technology (RFC 6335).",
        PortClass.Dynamic => "Dynamic ports 49152-65535, also called private or ephemeral: IANA never assigns them; they are for clients and for private use (RFC 6335).",
    };

    public override string ScopeMeaning(AddressScope scope) => scope switch
    {
        AddressScope.Local => "local: only programs on this machine can reach it.",
        AddressScope.Intranet => "intranet: machines of the same networks can reach it, the internet can't.",
        AddressScope.Internet => "internet: any machine can reach it, as far as this one can tell; firewalls may forbid it.",
    };

    public override string Trigger(TcpTrigger trigger) => trigger switch
    {
        TcpTrigger.PassiveOpen => "the program calls listen(2)",
        TcpTrigger.ActiveOpen => "the program calls connect(2): SYN is sent",
        TcpTrigger.Close => "the program here closes",
        TcpTrigger.ReceiveSyn => "SYN comes: SYN,ACK is sent",
        TcpTrigger.ReceiveSynAck => "SYN,ACK comes: ACK is sent",
        TcpTrigger.ReceiveAckOfSyn => "the ACK of our SYN comes",
        TcpTrigger.ReceiveFin => "the other end's FIN comes: ACK is sent",
        TcpTrigger.ReceiveAckOfFin => "the ACK of our FIN comes",
        TcpTrigger.ReceiveFinAndAck => "their FIN comes with the ACK of ours: ACK is sent",
        TcpTrigger.ReceiveReset => "RST comes",
        TcpTrigger.TwoMslPassed => "2 MSL have passed",
        TcpTrigger.GivenUp => "no answer comes, however often it is sent again",
        TcpTrigger.OrphanTimeout => "net.ipv4.tcp_fin_timeout has passed and no program holds it",
    };

    public override string ActorWords(Actor actor) => actor switch
    {
        Actor.Program => "the program here",
        Actor.PeerProgram => "the program at the other end",
        Actor.PeerHost => "the other machine's TCP, and the network between",
        Actor.EitherProgram => "either program, whenever it likes",
        Actor.Time => "nobody: time does",
        Actor.Clients => "nobody has to: clients connect when they like",
        Actor.Nobody => "nobody",
        Actor.Administrator => "who administers this machine",
    };

    public override string WhoMustAct => "Who must act:";
    public override string WhatCanFollow => "What can follow:";
    public override string AlsoCalled => "Also called:";
    public override string PhaseWord => "Phase:";
    public override string StatesWord => "States:";
    public override string InvisibleTo => "ss, net-tools and lsof don't show it";
    public override string HereNow(int count) => count == 0 ? "On this machine now: none." : $"On this machine now: {count}";
    public override string Idle(string span) => $"idle for {span}";
    public override string MoreToWait(string span) => $"{span} to go";
    public override string Retransmitted(int count) => count == 1 ? "sent again once" : $"sent again {count} times";
    public override string AcceptQueue(uint waiting, uint limit) => $"{waiting} waiting to be accepted (limit {limit}; Linux takes one more)";
    public override string Queues(uint unread, uint unacknowledged) => $"{Bytes(unread)} unread, {unacknowledged} unacknowledged";
    public override string DatagramQueues(uint receive, uint send) => $"unread datagrams take {Bytes(receive)} of kernel memory, unsent ones {send}";
    public override string WaitsToBeAccepted(string listener, string who) => $"waits in the accept queue of {listener} ({who})";
    private static string Bytes(long count) => count == 1 ? "1 byte" : $"{count} bytes";
    public override string DropsCounted(uint drops) => $"{drops} dropped";
    public override string PortTitle(ushort port, PortClass portClass) => $"Port {port}: {ClassMeaning(portClass)}";
    public override string Unregistered => "IANA has registered no service for it.";
    public override string LinuxGives(bool ephemeral, string range) => ephemeral
        ? $"This kernel gives it to clients that ask for no port (net.ipv4.ip_local_port_range: {range})."
        : $"This kernel gives it to no client by itself (net.ipv4.ip_local_port_range: {range}).";
    public override string LinuxReserves => "It is reserved by net.ipv4.ip_local_reserved_ports: the kernel gives it to no client, whoever names it gets it.";
    public override string PortZero(string range) => $"Port 0 is no port: it stands for any. bind(2) with it lets the kernel choose a free one (net.ipv4.ip_local_port_range: {range}).";
    public override string LinuxGivesSome(string parts, string range) => $"Of them, this kernel gives {parts} to clients that ask for no port (net.ipv4.ip_local_port_range: {range}).";
    public override string LinkLocalAddress(string? zone) => $"It is link-local: no router passes it on, so it is on the link{(zone is null ? " of one of our interfaces" : $" of {zone}")}.";
    public override string ProtocolMeaning(Transport transport) => transport == Transport.Tcp ? "TCP: a connection between two sockets, in phases and states; what is sent arrives once and in order, or the connection breaks (RFC 9293)." : "UDP: single datagrams, each by itself; no connection and no states, and nothing says whether one arrives (RFC 768).";
    public override string NeedsPrivilege(int start) => $"To bind it, CAP_NET_BIND_SERVICE is needed (ports below {start}).";
    public override string AddressTitle(string address, AddressScope scope) => $"{address} is {ScopeMeaning(scope)}";
    public override string OrdinaryAddress => "An ordinary global address, in none of IANA's special-purpose blocks (RFC 6890).";
    public override string BlockOf(string prefix, string name, string source) => $"In {prefix}: {name} ({source}).";
    public override string OwnAddress(string? interfaceName) => interfaceName is null ? "It is this machine's." : $"It is this machine's, on {interfaceName}.";
    public override string OnLinkAddress => "It is on the link of one of our interfaces: no router lies between.";
    public override string RoutedAddress => "It is another machine's, behind a router.";
    public override string ConnectionTitle(string first, string second) => $"The connection between {first} and {second}";
    public override string ConnectionMeaning => "A connection is a pair of sockets, each an address and a port; the four numbers tell it from every other (RFC 9293, section 3.3.1).";
    public override string NoConnection => "This machine has no such connection now. A closed one leaves nothing after TIME-WAIT.";
    public override string UdpMeaning => "UDP has no states: the socket only remembers its peer.";
    public override string NotATopic(string words) => $"'{words}' is no state, phase, class, scope, port, service, address or connection";
}
