using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Scope;

namespace Sereno.Texts;

internal sealed partial class EnglishSocketTexts
{
    public override string SeverityWord(Severity severity) => severity switch
    {
        Severity.Note => "note",
        Severity.Warning => "warning",
        Severity.Critical => "critical",
    };

    public override string InNamespace(string name) => $"Network namespace {name}:";
    public override string Healthy(int sockets) => $"No trouble found in {sockets} sockets.";

    public override string TroubleText(Trouble trouble, string end, string peer, string idle) => trouble.Kind switch
    {
        TroubleKind.CloseWaitLeak => $"{trouble.Count} connections in CLOSE-WAIT: their peers have closed, the program hasn't{(idle.Length > 0 ? $"; the oldest is idle for {idle}" : "")}",
        TroubleKind.StuckConnection when trouble.WhoMustAct == Actor.PeerProgram => $"the peer of {end} ({peer}) reads nothing: {Bytes(trouble.Count)} can't be sent{(idle.Length > 0 ? $", for {idle} by now" : "")} (its window is closed)",
        TroubleKind.StuckConnection => $"the program at {end} doesn't read: {Bytes(trouble.Count)} from {peer} wait{(idle.Length > 0 ? $", for {idle} by now" : "")}",
        TroubleKind.AcceptQueueFull => $"{Connections((int)trouble.Count)} wait{(trouble.Count == 1 ? "s" : "")} at {end} to be accepted, whose limit is {trouble.Limit} (Linux takes one more); what comes beyond is dropped",
        TroubleKind.ListenDrops when end.Length == 0 => $"{trouble.Count} connections were dropped since this network namespace was made, none by a listener that is there now",
        TroubleKind.ListenDrops => $"{trouble.Count} connections were dropped at {end} since it listens",
        TroubleKind.EphemeralExhaustion => $"{trouble.Count} of {trouble.Limit} client ports are in use towards {peer}: soon connect(2) fails with EADDRNOTAVAIL",
        TroubleKind.WiderThanDeclared => $"{end} is open to the {trouble.Actual?.Name()}, [X-Sereno] Scope={trouble.Declared?.Name()} is declared{(trouble.OthersAreRefused ? ": those outside are refused" : "")}",
        TroubleKind.TimeWaitNearLimit => $"{trouble.Count} connections in TIME-WAIT, at most {trouble.Limit} are kept (net.ipv4.tcp_max_tw_buckets)",
        TroubleKind.SynBacklog => $"{trouble.Count} half-open connections (SYN-RECEIVED) at {end}, whose queue is {trouble.Limit} long: a SYN flood or a network that loses ACKs",
        TroubleKind.OrphansStuck => $"{trouble.Count} closed sockets that no program holds still wait for their peers (FIN-WAIT-1, CLOSING, LAST-ACK, FIN-WAIT-2)",
        TroubleKind.HiddenOwners => trouble.Count == 1 ? "the owner of 1 socket can't be seen" : $"the owners of {trouble.Count} sockets can't be seen",
        TroubleKind.UdpDrops => $"{trouble.Count} datagrams were dropped at {end}: they came faster than they were read",
        TroubleKind.RestartStorm => $"{trouble.Unit} was restarted {trouble.Count} times",
    };

    public override string NoScopes(string cause) => $"the scopes that units declare can't be read: {cause}";

    public override string Remedy(Trouble trouble, bool mayTrace) => trouble.Kind switch
    {
        TroubleKind.CloseWaitLeak => "Mend the program: close(2) after read(2) has returned 0. Until then, restart it: that closes them all.",
        TroubleKind.StuckConnection when trouble.WhoMustAct == Actor.PeerProgram => "See what the program at the other end is busy with; a timeout for writing (TCP_USER_TIMEOUT) ends such connections.",
        TroubleKind.StuckConnection => "See what the program is busy with: it has to read, or to close.",
        TroubleKind.AcceptQueueFull => "Accept faster or with more workers; a longer queue (listen(2), net.core.somaxconn) only helps with bursts.",
        TroubleKind.ListenDrops when trouble.Socket is null => "Nothing to do now: look again when it grows.",
        TroubleKind.ListenDrops => "Accept faster, or give listen(2) a longer queue and raise net.core.somaxconn.",
        TroubleKind.EphemeralExhaustion => "Reuse connections (keep-alive, a pool), use more destination or source addresses, or widen net.ipv4.ip_local_port_range.",
        TroubleKind.WiderThanDeclared when trouble.OthersAreRefused => "Nothing has to be done; a narrower address would tell other programs too.",
        TroubleKind.WiderThanDeclared => "Bind the service to a narrower address, or declare what is meant.",
        TroubleKind.TimeWaitNearLimit => "Let clients close first or reuse connections; raising net.ipv4.tcp_max_tw_buckets costs little memory.",
        TroubleKind.SynBacklog => "See that net.ipv4.tcp_syncookies is 1; look where they come from: sereno sockets --state syn-received.",
        TroubleKind.OrphansStuck => "The peers are gone or read nothing; the kernel gives up by itself (net.ipv4.tcp_orphan_retries, net.ipv4.tcp_fin_timeout).",
        TroubleKind.HiddenOwners when mayTrace => "A process can't be looked at by anyone here: ask who runs this machine.",
        TroubleKind.HiddenOwners => "Run as root, or with CAP_SYS_PTRACE.",
        TroubleKind.UdpDrops => "Read faster, or ask for a larger buffer (SO_RCVBUF, net.core.rmem_max).",
        TroubleKind.RestartStorm => $"See why it ends: sereno logs {trouble.Unit}.",
    };
}
