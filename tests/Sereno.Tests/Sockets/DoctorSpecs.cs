using System.Text.Json;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Sereno.Tests.Verbs;
using Sereno.Texts;
using Xunit;

namespace Sereno.Tests.Sockets;

public class DoctorSpecs
{
    private static readonly InetAddress s_here = new(true, 0, 0x0A000001), s_there = new(true, 0, 0x0A000002), s_any = new(true, 0, 0);

    [Fact]
    public void A_machine_with_ordinary_sockets_is_healthy() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Pair("127.0.0.1", "127.0.0.1");
        lab.Add(Lab.Specimen.TimeWaitV4);
        lab.Add(Lab.Specimen.CloseWaitV4);
        lab.Add(Lab.Specimen.UdpV4);
        Assert.Empty(Examine());
    });

    [Fact]
    public void Connections_that_a_program_forgot_to_close_are_told_with_its_descriptor() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        for (int i = 0; i < 10; i++)
        {
            var (client, server) = lab.Pair("127.0.0.1", "127.0.0.1");
            lab.Orphan(client);
            SocketLab.AwaitState(server, (int)TcpState.CloseWait);
        }
        Assert.Empty(Examine()); // just closed: not forgotten yet
        var table = Capture();
        var aged = SocketVitals.From(table.Records.ToArray().Select(s => (s.Cookie, new Vitals(60_000, 0))));
        var leak = Assert.Single(SocketDoctor.Examine(new(new(null, table, NetworkFactsReader.Read())) { Vitals = aged }));
        Assert.Equal((Severity.Warning, Actor.Program, 10L), (leak.Severity, leak.WhoMustAct, leak.Count));
        Assert.Contains(leak.Owner!.Holders, h => h.Pid == Environment.ProcessId);
    });

    [Fact]
    public void A_listener_that_overflows_is_told_by_its_queue_and_its_drops() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Lab.Specimen.ListenOverflowing);
        var found = Examine();
        var full = Assert.Single(found, t => t.Kind == TroubleKind.AcceptQueueFull);
        Assert.Equal(Severity.Critical, full.Severity);
        Assert.True(full.Count > full.Limit);
        Assert.Equal(full.Socket, Assert.Single(found, t => t.Kind == TroubleKind.ListenDrops).Socket);
        Assert.False(SocketDoctor.IsHealthy(found));
    });

    [Fact]
    public void Datagrams_that_nobody_read_are_counted() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        int receiver = SocketLab.Bind(lab.Socket(Libc.AF_INET, Libc.SOCK_DGRAM), "127.0.0.1", 5353);
        SocketLab.Set(receiver, Libc.SOL_SOCKET, 8, 2048); // SO_RCVBUF
        int sender = SocketLab.Connect(lab.Socket(Libc.AF_INET, Libc.SOCK_DGRAM), "127.0.0.1", 5353);
        for (int i = 0; i < 100; i++)
            Libc.Check(Libc.send(sender, new byte[1000], 1000, 0), "send");
        var drops = Assert.Single(Examine(), t => t.Kind == TroubleKind.UdpDrops);
        Assert.Equal(5353, drops.Socket!.Value.LocalPort);
        Assert.InRange(drops.Count, 1, 100);
    });

    [Fact]
    public void An_overflow_of_a_listener_that_is_gone_is_but_a_note() => NetworkNamespace.Run(() =>
    {
        using (var lab = new SocketLab())
            lab.Add(Lab.Specimen.ListenOverflowing);
        var note = Assert.Single(Examine());
        Assert.Equal((TroubleKind.ListenDrops, Severity.Note), (note.Kind, note.Severity));
        Assert.True(SocketDoctor.IsHealthy([note]));
    });

    [Fact]
    public void Client_ports_running_out_towards_one_destination_are_told()
    {
        var ports = new LinuxPorts { Ephemeral = new(40000, 40099), Reserved = LinuxPorts.ParseList("40090-40099") };
        SocketRecord[] To(int count, ushort port) => [.. Enumerable.Range(0, count).Select(i => Tcp(TcpState.Established, (ushort)(40000 + i), port))];
        Assert.Empty(Examine(ports, To(71, 443)));
        Assert.Empty(Examine(ports, [.. To(45, 443), .. To(45, 80)])); // one port serves two destinations
        var warned = Assert.Single(Examine(ports, To(72, 443)));
        Assert.Equal((TroubleKind.EphemeralExhaustion, Severity.Warning, 72L, 90L), (warned.Kind, warned.Severity, warned.Count, warned.Limit));
        Assert.Equal(Severity.Critical, Assert.Single(Examine(ports, To(90, 443))).Severity);
    }

    [Fact]
    public void A_unit_that_is_open_further_than_it_declares_is_told()
    {
        var table = new SocketTable([Tcp(TcpState.Listen, 80, local: s_any), Tcp(TcpState.Listen, 81, local: new(true, 0, 0x7F000001))], OwnerIndex.Empty, new OneUnit());
        var facts = new DoctorFacts(new(null, table, NetworkFacts.Unknown)) { DeclaredScopes = new Dictionary<string, AddressScope> { ["web.service"] = AddressScope.Intranet } };
        var wider = Assert.Single(SocketDoctor.Examine(facts));
        Assert.Equal((TroubleKind.WiderThanDeclared, AddressScope.Intranet, AddressScope.Internet, "web.service"), (wider.Kind, wider.Declared, wider.Actual, wider.Unit));
        var held = Assert.Single(SocketDoctor.Examine(facts with { HeldScopes = new HashSet<string> { "web.service" } }));
        Assert.Equal((Severity.Note, true), (held.Severity, held.OthersAreRefused));
        Assert.Empty(SocketDoctor.Examine(facts with { DeclaredScopes = new Dictionary<string, AddressScope> { ["web.service"] = AddressScope.Internet } }));
    }

    [Fact]
    public void What_piles_up_is_told_at_its_limit()
    {
        var timeWaits = Enumerable.Range(0, 80).Select(i => Tcp(TcpState.TimeWait, (ushort)(1000 + i), 80)).ToArray();
        Assert.Equal(TroubleKind.TimeWaitNearLimit, Assert.Single(SocketDoctor.Examine(Facts(timeWaits) with { MaxTimeWait = 100 })).Kind);
        Assert.Empty(SocketDoctor.Examine(Facts(timeWaits) with { MaxTimeWait = 101 }));

        SocketRecord[] flood = [Tcp(TcpState.Listen, 80) with { SendQueue = 16 }, .. Enumerable.Range(0, 16).Select(i => Tcp(TcpState.SynReceived, 80, (ushort)(2000 + i)))];
        var backlog = Assert.Single(SocketDoctor.Examine(Facts(flood)));
        Assert.Equal((TroubleKind.SynBacklog, 16L, (ushort)80), (backlog.Kind, backlog.Count, backlog.Socket!.Value.LocalPort));

        SocketRecord[] orphans = [.. Enumerable.Range(0, 32).Select(i => Tcp(i % 2 == 0 ? TcpState.LastAck : TcpState.FinWait1, 80, (ushort)(2000 + i)))];
        Assert.Equal(Severity.Warning, Assert.Single(SocketDoctor.Examine(Facts(orphans))).Severity);
        Assert.Equal(Severity.Note, Assert.Single(SocketDoctor.Examine(Facts([orphans[0] with { Retransmits = 3 }]))).Severity);
        Assert.Empty(SocketDoctor.Examine(Facts(orphans[..2])));

        var restarts = SocketDoctor.Examine(Facts([]) with { Restarts = new Dictionary<string, long> { ["a.service"] = 5, ["b.service"] = 4 } });
        Assert.Equal((TroubleKind.RestartStorm, "a.service", 5L), (restarts.Single().Kind, restarts.Single().Unit, restarts.Single().Count));
    }

    [Fact]
    public void Connections_that_wait_to_be_accepted_are_no_leak()
    {
        var waiting = Tcp(TcpState.CloseWait, 80, 4000) with { Cookie = 9 };
        var vitals = SocketVitals.From([(9, new Vitals(300_000, 0))]);
        Assert.Single(SocketDoctor.Examine(Facts([waiting]) with { Vitals = vitals }));
        Assert.Empty(SocketDoctor.Examine(Facts([waiting, Tcp(TcpState.Listen, 80, local: s_any) with { SendQueue = 9 }]) with { Vitals = vitals }));
    }

    [Fact]
    public void A_connection_whose_data_nobody_reads_is_stuck()
    {
        var writer = Tcp(TcpState.Established, 80, 4000) with { Cookie = 1, Timer = SocketTimer.ZeroWindowProbe, SendQueue = 2_000_000 };
        var reader = Tcp(TcpState.Established, 81, 4000) with { Cookie = 2, ReceiveQueue = 131_072 };
        Assert.Empty(SocketDoctor.Examine(Facts([writer, reader]) with { Vitals = Since(9_999) }));
        var found = SocketDoctor.Examine(Facts([writer, reader]) with { Vitals = Since(10_000) });
        Assert.Equal([(Actor.PeerProgram, 2_000_000L), (Actor.Program, 131_072L)], found.Select(t => (t.WhoMustAct, t.Count)));
        Assert.All(found, t => Assert.Equal(TroubleKind.StuckConnection, t.Kind));
        static SocketVitals Since(uint idle) => SocketVitals.From([(1, new Vitals(0, 0, idle)), (2, new Vitals(0, 0, idle))]);
    }

    [Fact]
    public void Under_a_filter_nothing_is_said_of_sockets_that_it_hides()
    {
        SocketRecord[] records = [Tcp(TcpState.Listen, 80, local: s_any), Tcp(TcpState.TimeWait, 80, 4000)];
        var all = Facts(records) with { ListenOverflows = 3, MaxTimeWait = 1 };
        Assert.Equal([TroubleKind.TimeWaitNearLimit, TroubleKind.ListenDrops], SocketDoctor.Examine(all).Select(t => t.Kind));
        var only = all with { Here = all.Here with { Table = all.Here.Table.Select(new() { States = TcpStates.TimeWait }, all.Here.Network) } };
        Assert.Empty(SocketDoctor.Examine(only));
    }

    [Fact]
    public void One_connection_that_was_forgotten_long_ago_is_a_leak_too()
    {
        var socket = Tcp(TcpState.CloseWait, 80, 4000) with { Cookie = 9, Inode = 5 };
        Assert.Empty(SocketDoctor.Examine(Facts([socket])));
        var leak = Assert.Single(SocketDoctor.Examine(Facts([socket]) with { Vitals = SocketVitals.From([(9, new Vitals(300_000, 0))]) }));
        Assert.Equal((1L, 300_000u), (leak.Count, leak.IdleMilliseconds));
    }

    [Fact]
    public void The_worst_comes_first_and_every_kind_has_its_words_in_both_languages()
    {
        var text = new[] { Text.For("en").Sockets, Text.For("es").Sockets };
        foreach (var kind in Enum.GetValues<TroubleKind>())
        {
            var trouble = new Trouble(kind, Severity.Warning, Actor.Program) { Count = 3, Limit = 7, Unit = "web.service", Declared = AddressScope.Local, Actual = AddressScope.Internet };
            Assert.NotEqual(text[0].TroubleText(trouble, "e", "p", "1h"), text[1].TroubleText(trouble, "e", "p", "1h"));
            Assert.NotEqual(text[0].Remedy(trouble, false), text[1].Remedy(trouble, false));
        }
        var found = SocketDoctor.Examine(Facts([Tcp(TcpState.LastAck, 80, 1) with { Retransmits = 1 }]) with { Restarts = new Dictionary<string, long> { ["a.service"] = 9 } });
        Assert.Equal([Severity.Warning, Severity.Note], found.Select(t => t.Severity));
    }

    [Fact]
    public void A_counter_is_found_by_its_name()
    {
        string[] lines = ["TcpExt: A ListenOverflows B", "TcpExt: 1 22 3", "IpExt: ListenOverflows", "IpExt: 9"];
        Assert.Equal((22L, 9L, 0L, 0L), (DoctorFacts.Counter(lines, "TcpExt", "ListenOverflows"), DoctorFacts.Counter(lines, "IpExt", "ListenOverflows"),
            DoctorFacts.Counter(lines, "TcpExt", "C"), DoctorFacts.Counter([], "TcpExt", "A")));
    }

    [Fact]
    public void The_verb_compares_with_what_the_unit_declares_and_ends_with_1()
    {
        Assert.SkipUnless(AddressScopes.OfBound(s_any, 0, false, NetworkFactsReader.Read()) > AddressScope.Local, "a wildcard is local here: no network");
        string folder = Directory.CreateTempSubdirectory("sereno-test-").FullName;
        try
        {
            string units = Directory.CreateDirectory(folder + "/units").FullName;
            int port = SerenoProcess.FreeAddress().Port;
            File.WriteAllText(units + "/test.target", "[Unit]\nWants=echo.service\n");
            File.WriteAllText(units + "/echo.service", $"[Service]\nType=notify\nExecStart={SerenoProcess.Executable} serve echo --address 0.0.0.0:{port}\n\n[X-Sereno]\nScope=local\n");
            using var instance = SerenoProcess.Start(["init", "--dir", folder, "--unit-path", units, "--default", "test.target"]);
            for (int i = 0; SerenoProcess.Run("--dir", folder, "is-active", "echo.service").Status != 0; i++)
            {
                Assert.True(i < 100, "the instance does not come up");
                Thread.Sleep(100);
            }
            string[] ask = ["--dir", folder, "--unit-path", units, "doctor", "--unit", "echo"];
            var (status, output, errors) = SerenoProcess.Run(ask);
            // Where it is kept to its scope all the same, nothing is wrong.
            bool isHeld = SerenoProcess.Run("--dir", folder, "status", "echo.service").Output.Contains("local (enforced for the whole control group)", StringComparison.Ordinal);
            Assert.Equal((isHeld ? 0 : 1, ""), (status, errors));
            Assert.Contains($"{(isHeld ? "note" : "critical")}: 0.0.0.0:{port} is open to the ", output);
            Assert.Contains("[X-Sereno] Scope=local is declared", output);
            Assert.Contains("echo.service, ", output);
            var json = JsonDocument.Parse(SerenoProcess.Run([.. ask, "-o", "json", "--lang", "es"]).Output).RootElement;
            Assert.Equal(isHeld, json.GetProperty("healthy").GetBoolean());
            Assert.Equal(("wider-than-declared", "local"), (json.GetProperty("findings")[0].GetProperty("kind").GetString(), json.GetProperty("findings")[0].GetProperty("declaredScope").GetString()));
            Assert.Equal(0, SerenoProcess.Run("doctor", "--pid", $"{int.MaxValue}").Status); // nothing of it, nothing wrong
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<Trouble> Examine() => SocketDoctor.Examine(DoctorFacts.Read(new(null, Capture(), NetworkFactsReader.Read())));

    private static SocketTable Capture() => SocketTable.Capture(new SocketQuery { States = PortFacts.States, Details = SocketVitals.Details }).WithBoundInactive();

    private static IReadOnlyList<Trouble> Examine(LinuxPorts ports, SocketRecord[] records) => SocketDoctor.Examine(Facts(records) with { Ports = ports });

    private static DoctorFacts Facts(SocketRecord[] records) => new(new(null, new(records, OwnerIndex.Empty), NetworkFacts.Unknown));

    private static SocketRecord Tcp(TcpState state, ushort port, ushort peerPort = 0, InetAddress? local = null) => new()
    {
        Protocol = SocketProtocol.Tcp, State = state, IsIPv4 = true, Local = local ?? s_here, LocalPort = port,
        Remote = peerPort == 0 ? s_any : s_there, RemotePort = peerPort, CgroupId = 42, Inode = state is TcpState.Listen or TcpState.Established ? 7u : 0,
    };

    private sealed class OneUnit : IUnitResolver
    {
        public string? UnitOf(int pid) => null;
        public string? UnitOfCgroup(ulong cgroupId) => cgroupId == 42 ? "web.service" : null;
    }
}
