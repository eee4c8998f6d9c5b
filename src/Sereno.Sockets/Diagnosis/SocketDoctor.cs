using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>Looks for trouble: facts in, findings out, the worst first.</summary>
public static class SocketDoctor
{
    // When something is worth telling.
    private const int ManyCloseWaits = 10, VeryManyCloseWaits = 100, ManyRestarts = 5, FewHalfOpen = 16, ManyOrphans = 32;
    private const uint LongIdle = 5 * 60_000, LeakIdle = 60_000, StuckIdle = 10_000, MuchUnread = 64 * 1024;
    private const double NearLimit = 0.8, AtLimit = 0.95;

    public static IReadOnlyList<Trouble> Examine(DoctorFacts facts)
    {
        Trouble[] found =
        [
            .. CloseWaits(facts), .. Stuck(facts), .. Listeners(facts), .. EphemeralPorts(facts), .. Exposure(facts), .. TimeWaits(facts), .. Orphans(facts),
            .. HiddenOwners(facts), .. UdpDrops(facts), .. Restarts(facts),
        ];
        return [.. found.OrderByDescending(t => t.Severity).ThenBy(t => t.Kind)];
    }

    /// <summary>Anything worse than a note.</summary>
    public static bool IsHealthy(IEnumerable<Trouble> found) => found.All(t => t.Severity == Severity.Note);

    private static IEnumerable<Trouble> CloseWaits(DoctorFacts facts)
    {
        var table = facts.Here.Table;
        return from socket in table.Records.ToArray()
               where socket.Protocol == SocketProtocol.Tcp && socket.State == TcpState.CloseWait && AcceptQueue.ListenerOf(table, socket) is null
               let owner = table.OwnerOf(socket)
               group (Socket: socket, Owner: owner, Idle: facts.Vitals.Of(socket).IdleMilliseconds ?? 0) by (owner.Unit, Pid: PidOf(owner)) into leak
               let oldest = leak.MaxBy(l => l.Idle)
               // Just closed by their peers, however many, they aren't forgotten yet.
               where leak.Count(l => l.Idle >= LeakIdle) >= ManyCloseWaits || oldest.Idle >= LongIdle
               select new Trouble(TroubleKind.CloseWaitLeak, leak.Count() >= VeryManyCloseWaits ? Severity.Critical : Severity.Warning, Actor.Program)
               {
                   Socket = oldest.Socket, Owner = oldest.Owner, Unit = leak.Key.Unit, Count = leak.Count(), IdleMilliseconds = oldest.Idle,
               };
    }

    // The peer's window is closed, or ours is about to be: who doesn't read holds up who writes.
    private static IEnumerable<Trouble> Stuck(DoctorFacts facts) =>
        from socket in facts.Here.Table.Records.ToArray()
        where socket.Protocol == SocketProtocol.Tcp && socket.State is TcpState.Established or TcpState.CloseWait or TcpState.FinWait1 or TcpState.FinWait2
        let idle = facts.Vitals.Of(socket).DataIdleMilliseconds ?? 0
        let unread = TcpQueues.Unread(socket)
        let probes = socket.Timer == SocketTimer.ZeroWindowProbe && TcpQueues.Unacknowledged(socket) > 0
        where idle >= StuckIdle && (probes || unread >= MuchUnread) && AcceptQueue.ListenerOf(facts.Here.Table, socket) is null
        let owner = facts.Here.Table.OwnerOf(socket)
        select new Trouble(TroubleKind.StuckConnection, Severity.Warning, probes ? Actor.PeerProgram : Actor.Program)
        {
            Socket = socket, Owner = owner, Unit = owner.Unit, Count = probes ? TcpQueues.Unacknowledged(socket) : unread, IdleMilliseconds = idle,
        };

    private static List<Trouble> Listeners(DoctorFacts facts)
    {
        var table = facts.Here.Table;
        var found = new List<Trouble>();
        var halfOpen = HalfOpenByListener(facts.Whole);
        long drops = 0;
        for (int i = 0; i < table.Records.Length; i++)
        {
            var socket = table.Records[i];
            if (socket.Protocol != SocketProtocol.Tcp || !socket.IsListening)
                continue;
            var owner = table.OwnerOf(socket);
            Trouble Of(TroubleKind kind, Severity severity, Actor actor, long count, long limit) =>
                new(kind, severity, actor) { Socket = socket, Owner = owner, Unit = owner.Unit, Count = count, Limit = limit };
            // Full is more than the limit: sk_acceptq_is_full.
            if (socket.ReceiveQueue > 0 && socket.ReceiveQueue >= NearLimit * socket.SendQueue)
                found.Add(Of(TroubleKind.AcceptQueueFull, socket.ReceiveQueue > socket.SendQueue ? Severity.Critical : Severity.Warning, Actor.Program, socket.ReceiveQueue, socket.SendQueue));
            uint dropped = facts.Vitals.Of(socket).Drops;
            drops += dropped;
            if (dropped > 0)
                found.Add(Of(TroubleKind.ListenDrops, Severity.Warning, Actor.Program, dropped, 0));
            int waiting = halfOpen.GetValueOrDefault(socket);
            if (waiting >= FewHalfOpen && waiting >= NearLimit * socket.SendQueue)
                found.Add(Of(TroubleKind.SynBacklog, Severity.Warning, Actor.Administrator, waiting, socket.SendQueue));
        }
        if (drops == 0 && facts.ListenOverflows > 0 && !facts.IsFiltered)
            found.Add(new(TroubleKind.ListenDrops, Severity.Note, Actor.Nobody) { Count = facts.ListenOverflows });
        return found;
    }

    private static Dictionary<SocketRecord, int> HalfOpenByListener(SocketTable table)
    {
        var records = table.Records;
        var listeners = ListeningPorts.IndexListeners(records);
        var counts = new Dictionary<SocketRecord, int>();
        foreach (ref readonly var socket in records)
            if (socket.Protocol == SocketProtocol.Tcp && socket.State == TcpState.SynReceived
                && ListeningPorts.ListenerOf(records, listeners.GetValueOrDefault(socket.LocalPort), socket) is >= 0 and var listener)
                counts[records[listener]] = counts.GetValueOrDefault(records[listener]) + 1;
        return counts;
    }

    // Ports are given per pair of addresses and destination port: connect(2) may take one again for another destination.
    private static IEnumerable<Trouble> EphemeralPorts(DoctorFacts facts)
    {
        var table = facts.Here.Table;
        var records = table.Records.ToArray();
        var listening = facts.Whole.Records.ToArray().Where(r => r.IsListening).Select(r => r.LocalPort).ToHashSet();
        int available = facts.Ports.EphemeralCount;
        return from socket in records
               where socket.Protocol == SocketProtocol.Tcp && socket.RemotePort != 0 && facts.Ports.IsEphemeral(socket.LocalPort) && !listening.Contains(socket.LocalPort)
               group socket by (socket.Local, socket.Remote, socket.RemotePort) into destination
               let used = destination.Count()
               where used >= NearLimit * available
               let sample = destination.First(s => s.Inode != 0 || destination.All(d => d.Inode == 0))
               let owner = table.OwnerOf(sample)
               select new Trouble(TroubleKind.EphemeralExhaustion, used >= AtLimit * available ? Severity.Critical : Severity.Warning, Actor.Program)
               {
                   Socket = sample, Owner = owner, Unit = owner.Unit, Count = used, Limit = available,
               };
    }

    private static IEnumerable<Trouble> Exposure(DoctorFacts facts) =>
        from port in ListeningPorts.In(facts.Here)
        where port.Owner.Unit is not null && facts.DeclaredScopes.ContainsKey(port.Owner.Unit)
        let declared = facts.DeclaredScopes[port.Owner.Unit!]
        where port.Scope > declared
        let isHeld = facts.HeldScopes.Contains(port.Owner.Unit!)
        select new Trouble(TroubleKind.WiderThanDeclared, isHeld ? Severity.Note : Severity.Critical, isHeld ? Actor.Nobody : Actor.Administrator)
        {
            OthersAreRefused = isHeld,
            Socket = port.Socket, Owner = port.Owner, Unit = port.Owner.Unit, Count = 1, Declared = declared, Actual = port.Scope,
        };

    private static IEnumerable<Trouble> TimeWaits(DoctorFacts facts)
    {
        long count = 0;
        if (facts.IsFiltered)
            yield break; // the limit is the whole namespace's
        foreach (ref readonly var socket in facts.Here.Table.Records)
            if (socket.State == TcpState.TimeWait)
                count++;
        if (facts.MaxTimeWait > 0 && count >= NearLimit * facts.MaxTimeWait)
            yield return new(TroubleKind.TimeWaitNearLimit, Severity.Warning, Actor.Administrator) { Count = count, Limit = facts.MaxTimeWait };
    }

    // An inode goes with its last descriptor: without one, and not in TIME_WAIT or SYN_RECV, a socket is an orphan.
    private static IEnumerable<Trouble> Orphans(DoctorFacts facts)
    {
        SocketRecord[] orphans = [.. facts.Here.Table.Records.ToArray().Where(s => s is { Protocol: SocketProtocol.Tcp, Inode: 0 }
            && s.State is TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing or TcpState.LastAck)];
        if (orphans.Length == 0)
            yield break;
        bool many = orphans.Length >= ManyOrphans || (facts.MaxOrphans > 0 && !facts.IsFiltered && orphans.Length >= NearLimit * facts.MaxOrphans);
        var stuck = orphans.MaxBy(s => s.Retransmits);
        if (many || stuck.Retransmits > 0)
            yield return new(TroubleKind.OrphansStuck, many ? Severity.Warning : Severity.Note, Actor.PeerHost)
            {
                Socket = stuck, Owner = facts.Here.Table.OwnerOf(stuck), Count = orphans.Length, Limit = facts.MaxOrphans,
            };
    }

    private static IEnumerable<Trouble> HiddenOwners(DoctorFacts facts)
    {
        var table = facts.Here.Table;
        SocketRecord[] hidden = [.. table.Records.ToArray().Where(s => table.OwnerOf(s).Kind == OwnerKind.Hidden)];
        if (hidden.Length > 0)
            yield return new(TroubleKind.HiddenOwners, Severity.Note, Actor.Administrator) { Socket = hidden[0], Owner = table.OwnerOf(hidden[0]), Count = hidden.Length };
    }

    private static IEnumerable<Trouble> UdpDrops(DoctorFacts facts) =>
        from socket in facts.Here.Table.Records.ToArray()
        where socket.Protocol is SocketProtocol.Udp or SocketProtocol.UdpLite
        let drops = facts.Vitals.Of(socket).Drops
        where drops > 0
        let owner = facts.Here.Table.OwnerOf(socket)
        select new Trouble(TroubleKind.UdpDrops, Severity.Warning, Actor.Program) { Socket = socket, Owner = owner, Unit = owner.Unit, Count = drops };

    private static IEnumerable<Trouble> Restarts(DoctorFacts facts) =>
        from restarted in facts.Restarts
        where restarted.Value >= ManyRestarts
        select new Trouble(TroubleKind.RestartStorm, Severity.Warning, Actor.Program) { Unit = restarted.Key, Count = restarted.Value };

    private static int PidOf(SocketOwner owner) => owner.Holders is [var first, ..] ? first.Pid : 0;
}
