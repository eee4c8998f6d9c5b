namespace Sereno.Texts;

public sealed class EnglishConnectTexts : ConnectTexts
{
    public override string Cannot(string target, string cause) => $"cannot connect to {target}: {cause}";
    public override string NoTarget(string text) => $"'{text}' is neither HOST:PORT, a port, a path, @NAME nor a unit; an IPv6 address stands in brackets: [::1]:80";
    public override string NoZone(string zone) => $"there is no network interface '{zone}' for an IPv6 address";
    public override string NoHost(string host) => $"nobody is called '{host}'";
    public override string NoAddress(string host, bool ipv6) => $"{host} has no {(ipv6 ? "IPv6" : "IPv4")} address";
    public override string TimedOut => "No answer in time";
    public override string Silent => "nothing was sent or received in time";
    public override string Lost(string target, string cause) => $"the connection to {target} is lost: {cause}";
    public override string NobodyListensHere(int port) => $"Nobody listens on that port here. What is with it: sereno why {port}";
    public override string NobodyListensThere(int port) => $"That machine answers, but nobody listens on port {port} there, or a firewall refuses.";
    public override string NobodyListensAtPath => "The socket's file is there, but nobody listens: its server has gone.";
    public override string NobodyListensAtName => "Nobody listens at that abstract name in this network namespace.";
    public override string IsNoSocket => "That is a file of another kind, not a socket.";
    public override string IsAddressOfPage(string scheme) => $"connect speaks plain TCP, UDP and Unix sockets, not {scheme}: give it HOST:PORT";
    public override string OneFamily => "--ipv4 and --ipv6 exclude each other";
    public override string NoAnswer => "A firewall drops what comes, the machine is off, or a full backlog keeps clients waiting.";
    public override string NoWay => "No route leads there: see `ip route`.";
    public override string NoPortLeft => "No local port or address is left for it. What is wrong: sereno doctor";
    public override string BacklogFull => "The server's backlog is full: it accepts nobody.";
    public override string NoSockets => "it has no socket unit that would start it";
    public override string HowToHost => "Connect to its address: `sereno status` shows what it listens on.";
    public override string NotListening(string unit) => $"{unit} isn't active";
    public override string HowToStart(string unit) => $"Start it: sereno start {unit}";
    public override string NothingToConnectTo(string unit) => $"{unit} has no address that this can connect to";
    public override string NoStates => "Only TCP connections have states.";
    public override string Connected(string target, string time) => $"connected to {target} in {time}";
    public override string End(bool source) => source ? "source" : "destination";
    public override string Load(long done, long count, int concurrency, string time, string rate) => $"{done} of {count} connections, {concurrency} at a time, in {time}: {rate}/s";
    public override string Held(int held, long count, string time) => $"{held} of {count} connections held after {time}";
    public override string HowToEnd => "Ctrl-C lets go of them.";
    public override string Bytes(long sent, long received) => $"{sent} bytes sent, {received} received";
    public override string Failed(long count, string name, string text) => $"{count} failed: {name} ({text})";
    public override string Row(string name) => name switch { "connect" => "connected", "first" => "first byte", _ => "end" };
    public override string NothingToServe => "nothing to serve: say --address ADDRESS:PORT, or be started by a socket unit or inetd";
    public override string NotASocket(int fd) => $"descriptor {fd}, which LISTEN_FDS passes, is no socket";
    public override string NoDatagrams(string protocol) => $"{protocol} isn't spoken over UDP";
    public override string HasIt(string holder) => $"{holder} has it";
    public override string PortNeedsRight(int first) => $"ports below {first} need CAP_NET_BIND_SERVICE; choose another, or lower net.ipv4.ip_unprivileged_port_start (ip(7))";
}
