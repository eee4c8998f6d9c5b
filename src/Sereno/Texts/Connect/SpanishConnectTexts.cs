namespace Sereno.Texts;

public sealed class SpanishConnectTexts : ConnectTexts
{
    public override string Cannot(string target, string cause) => $"no se puede conectar con {target}: {cause}";
    public override string NoTarget(string text) => $"'{text}' no es HOST:PUERTO, ni un puerto, ni una ruta, ni @NOMBRE, ni una unidad; una dirección IPv6 va entre corchetes: [::1]:80";
    public override string NoZone(string zone) => $"no hay ninguna interfaz de red '{zone}' para una dirección IPv6";
    public override string NoHost(string host) => $"nadie se llama '{host}'";
    public override string NoAddress(string host, bool ipv6) => $"{host} no tiene ninguna dirección {(ipv6 ? "IPv6" : "IPv4")}";
    public override string TimedOut => "No hubo respuesta a tiempo";
    public override string Silent => "no se envió ni se recibió nada a tiempo";
    public override string Lost(string target, string cause) => $"se perdió la conexión con {target}: {cause}";
    public override string NobodyListensHere(int port) => $"Aquí nadie escucha en ese puerto. Qué pasa con él: sereno why {port}";
    public override string NobodyListensThere(int port) => $"Esa máquina responde, pero allí nadie escucha en el puerto {port}, o lo rechaza un cortafuegos.";
    public override string NobodyListensAtPath => "El fichero del socket está, pero nadie escucha: su servidor ya no existe.";
    public override string NobodyListensAtName => "Nadie escucha en ese nombre abstracto en este espacio de red.";
    public override string IsNoSocket => "Es un fichero de otra clase, no un socket.";
    public override string IsAddressOfPage(string scheme) => $"connect habla TCP, UDP y sockets Unix, no {scheme}: indique HOST:PUERTO";
    public override string OneFamily => "--ipv4 y --ipv6 se excluyen";
    public override string NoAnswer => "Un cortafuegos descarta lo que llega, la máquina está apagada, o la cola de espera está llena.";
    public override string NoWay => "Ninguna ruta lleva hasta allí: véase `ip route`.";
    public override string NoPortLeft => "No queda ningún puerto o dirección local. Qué va mal: sereno doctor";
    public override string BacklogFull => "La cola de espera del servidor está llena: no acepta a nadie.";
    public override string NoSockets => "no tiene ninguna unidad socket que lo inicie";
    public override string HowToHost => "Conéctese a su dirección: `sereno status` muestra dónde escucha.";
    public override string NotListening(string unit) => $"{unit} no está activa";
    public override string HowToStart(string unit) => $"Iníciela: sereno start {unit}";
    public override string NothingToConnectTo(string unit) => $"{unit} no tiene ninguna dirección a la que conectarse así";
    public override string NoStates => "Solo las conexiones TCP tienen estados.";
    public override string Connected(string target, string time) => $"conectado con {target} en {time}";
    public override string End(bool source) => source ? "origen" : "destino";
    public override string Load(long done, long count, int concurrency, string time, string rate) => $"{done} de {count} conexiones, {concurrency} a la vez, en {time}: {rate}/s";
    public override string Held(int held, long count, string time) => $"{held} de {count} conexiones retenidas tras {time}";
    public override string HowToEnd => "Ctrl-C las suelta.";
    public override string Bytes(long sent, long received) => $"{sent} bytes enviados, {received} recibidos";
    public override string Failed(long count, string name, string text) => $"{count} fallaron: {name} ({text})";
    public override string Row(string name) => name switch { "connect" => "conectado", "first" => "primer byte", _ => "final" };
    public override string NothingToServe => "no hay nada que servir: indique --address DIRECCIÓN:PUERTO, o que lo inicie una unidad socket o inetd";
    public override string NotASocket(int fd) => $"el descriptor {fd}, que pasa LISTEN_FDS, no es un socket";
    public override string NoDatagrams(string protocol) => $"{protocol} no se habla por UDP";
    public override string HasIt(string holder) => $"lo tiene {holder}";
    public override string PortNeedsRight(int first) => $"los puertos inferiores a {first} necesitan CAP_NET_BIND_SERVICE; elige otro, o baja net.ipv4.ip_unprivileged_port_start (ip(7))";
}
