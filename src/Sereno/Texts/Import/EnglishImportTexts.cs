namespace Sereno.Texts;

public sealed class EnglishImportTexts : ImportTexts
{
    public override string Problem(ImportProblem problem, string word) => problem switch
    {
        ImportProblem.Rpc => "RPC services register with rpcbind, which socket units can't",
        ImportProblem.Mux => "TCPMUX (RFC 1078) has no equivalent",
        ImportProblem.Sensor => "SENSOR serves nobody: it has no equivalent",
        ImportProblem.NoPort => $"no port is known for '{word}': say it as a number",
        ImportProblem.BadProtocol => $"the protocol '{word}' can't be had with socket units",
        ImportProblem.BadSocketType => $"a socket of type '{word}' can't be had with this protocol",
        ImportProblem.FewFields => "a service has at least seven fields: name, type, protocol, wait, user, program, its name",
        ImportProblem.BadUser => $"'{word}' isn't a user's or group's name",
        ImportProblem.BadProgram => $"'{word}' isn't an absolute path of a program",
        ImportProblem.BadAddress => $"'{word}' isn't an address to listen on",
        ImportProblem.NamedAddress => $"'{word}' is a name: units listen on numeric addresses",
        ImportProblem.NoInternal => $"the internal service '{word}' has no equivalent",
        ImportProblem.CannotKeepOut => $"'{word}' can't be kept out: units know addresses, not names",
        ImportProblem.BadAccess => $"'{word}' isn't an address, a network or a host",
        ImportProblem.Missing => $"it says no {word}",
        ImportProblem.BadValue => $"'{word}' isn't a value for it",
        ImportProblem.BadName => $"'{word}' isn't a service's name",
        ImportProblem.NoPeers => $"'{word}' can't tell clients of a Unix socket from one another",
        ImportProblem.SamePlace => $"another line has the address already: {word}",
        ImportProblem.LineTooLong => "the line is too long",
        ImportProblem.NulByte => "the line has a NUL byte in it",
        ImportProblem.Syntax => $"not understood: {word}",
        ImportProblem.CannotRead => $"cannot read {word}",
        ImportProblem.TooDeep => $"{word} is included too deeply, or by itself",
        ImportProblem.TooMuch => "the file is too large",
        ImportProblem.Rate => $"more than {word} starts in a minute stop the socket until it is started again; inetd pauses for ten minutes",
        ImportProblem.Pause => $"a higher rate stops the socket until it is started again; xinetd pauses for {word} s",
        ImportProblem.DatagramPerProcess => "a process for each datagram can't be had: one process gets the socket, as with wait",
        ImportProblem.Unwrapped => $"{word} isn't installed: the program runs without it, and hosts.allow and hosts.deny aren't asked",
        ImportProblem.NoEquivalent => $"{word} has no equivalent",
        ImportProblem.HostLeftOut => $"'{word}' isn't let in: units know addresses, not names",
        ImportProblem.Environment => "services get the manager's environment, not all of xinetd's: see PassEnvironment=",
        ImportProblem.UnknownAttribute => $"'{word}' isn't an attribute of xinetd",
        ImportProblem.Disabled => $"{word} is disabled (--all imports it, too)",
        ImportProblem.Wrapped => $"{word} stays: it asks hosts.allow and hosts.deny as before",
        ImportProblem.Logging => $"{word}: the log of each unit has its starts, its clients and its exits",
        ImportProblem.Renamed => $"this machine has a unit {word}: the imported one gets another name (--force takes its place)",
        ImportProblem.Replaces => $"this machine has a unit {word}: the imported one takes its place",
        _ => problem.ToString(),
    };

    public override string NotConverted => "not converted";
    public override string Exists(string path) => $"{path} exists already (--force replaces it)";
    public override string NotWritten(string path) => $"{path} not written: the two belong together";
    public override string Written(string path) => $"wrote {path}";
    public override string Summary(int services, int left) => $"{services} {(services == 1 ? "service" : "services")} converted, {left} not";
    public override string NextSteps(string units) => $"To use them: sereno daemon-reload, then sereno enable --now {units} (stop inetd first: it has the ports)";
    public override string UnitComment(string source) => $"Imported from {source} by sereno import.";
    public override string Nothing => "no services found";
}
