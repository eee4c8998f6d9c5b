using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Sereno.Tests.Verbs;
using Sereno.Texts;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

public class ExplainSpecs
{
    public static TheoryData<TcpState> States { get; } = [.. TcpLifecycle.States];

    [Fact]
    public void All_eleven_states_of_RFC_9293_and_the_kernels_own_are_there() =>
        Assert.Equal(Enum.GetValues<TcpState>().Order(), TcpLifecycle.States.Order());

    [Theory]
    [MemberData(nameof(States))]
    public void A_state_is_understood_by_each_of_its_spellings_and_explained_in_both_languages(TcpState state)
    {
        var (ss, netstat, windows) = TcpLifecycle.Spellings(state);
        foreach (string? word in (string?[])[ss, netstat, windows, TcpLifecycle.RfcName(state), state.Name(), .. ((SocketTexts[])[Text.For("en").Sockets, Text.For("es").Sockets]).Select(t => t.StateWord(state).Split(['(', ')'])[^(t.StateWord(state).Contains('(') ? 2 : 1)])])
            if (word is not null)
                Assert.Equal(new Topic.State(state), Topic.Parse([word]));
        string en = Text.For("en").Sockets.StateMeaning(state), es = Text.For("es").Sockets.StateMeaning(state);
        Assert.True(en.Length > 60 && es.Length > 60 && en != es);
        Assert.NotEmpty(TcpLifecycle.After(state));
    }

    [Fact]
    public void The_phases_are_those_of_the_courses_table()
    {
        Assert.Equal([TcpState.Listen, TcpState.SynSent, TcpState.SynReceived, TcpState.BoundInactive], In(TcpPhase.Establish));
        Assert.Equal([TcpState.Established], In(TcpPhase.Transmit));
        Assert.Equal([TcpState.FinWait1, TcpState.FinWait2, TcpState.CloseWait, TcpState.Closing, TcpState.LastAck, TcpState.TimeWait, TcpState.Close], In(TcpPhase.Finish));
        static IEnumerable<TcpState> In(TcpPhase phase) => TcpLifecycle.States.Where(s => TcpPhases.Of(s) == phase);
    }

    [Fact]
    public void Every_state_can_be_reached_and_every_connection_can_end()
    {
        var reached = new HashSet<TcpState> { TcpState.Close, TcpState.BoundInactive };
        for (int before = 0; before != reached.Count;)
        {
            before = reached.Count;
            foreach (var state in reached.ToList())
                reached.UnionWith(TcpLifecycle.After(state).Select(t => t.Next));
        }
        Assert.Equal(TcpLifecycle.States.Order(), reached.Order());
        Assert.All(TcpLifecycle.States.Where(s => s is not (TcpState.Close or TcpState.TimeWait)), s => Assert.Contains(TcpLifecycle.After(s), t => t.Trigger is TcpTrigger.Close or TcpTrigger.ReceiveReset));
    }

    /// <summary>What the kernel did to each of these, it is told that it could.</summary>
    [Fact]
    public void The_transitions_are_RFC_9293s()
    {
        string[] figure5 =
        [
            "Close>Listen", "Close>SynSent", "Listen>SynReceived", "Listen>SynSent", "Listen>Close", "SynSent>SynReceived", "SynSent>Established", "SynSent>Close",
            "SynReceived>Established", "SynReceived>FinWait1", "SynReceived>Listen", "Established>FinWait1", "Established>CloseWait", "FinWait1>FinWait2", "FinWait1>Closing",
            "FinWait1>TimeWait", "FinWait2>TimeWait", "CloseWait>LastAck", "Closing>TimeWait", "LastAck>Close", "TimeWait>Close",
        ];
        Assert.Superset(figure5.ToHashSet(), TcpLifecycle.States.SelectMany(s => TcpLifecycle.After(s).Select(t => $"{s}>{t.Next}")).ToHashSet());
    }

    [Theory]
    [InlineData(Lab.Specimen.ListenV4, TcpState.Listen)]
    [InlineData(Lab.Specimen.SynSentV4, TcpState.SynSent)]
    [InlineData(Lab.Specimen.SynReceivedV4, TcpState.SynReceived)]
    [InlineData(Lab.Specimen.EstablishedV6, TcpState.Established)]
    [InlineData(Lab.Specimen.FinWait1V4, TcpState.FinWait1)]
    [InlineData(Lab.Specimen.FinWait2V6, TcpState.FinWait2)]
    [InlineData(Lab.Specimen.CloseWaitV4, TcpState.CloseWait)]
    [InlineData(Lab.Specimen.ClosingV4, TcpState.Closing)]
    [InlineData(Lab.Specimen.LastAckV4, TcpState.LastAck)]
    [InlineData(Lab.Specimen.TimeWaitV4, TcpState.TimeWait)]
    [InlineData(Lab.Specimen.BoundInactiveV4, TcpState.BoundInactive)]
    internal void The_sockets_that_are_in_a_state_now_are_shown_with_it(Lab.Specimen specimen, TcpState state) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(specimen);
        var place = Evidence(new Topic.State(state));
        Assert.NotEqual(0, place.Table.Records.Length);
        string[] lines = [.. ExplainVerb.Lines(new Topic.State(state), place, new(), SocketVitals.Of(place.Table))];
        Assert.Contains($"On this machine now: {place.Table.Records.Length}", lines);
        var socket = place.Table.Records[0];
        Assert.Contains(lines, l => l.StartsWith($"  tcp {SocketText.EndPoint(socket.Local, socket.LocalPort)}") && l.Contains($" {state.Name()}: "));
        if (socket.Inode != 0)
            Assert.Contains(lines, l => l.Contains($"(pid {Environment.ProcessId}, fd ") || l.Contains("no process here holds it")); // orphans have none
    });

    [Fact]
    public void A_TIME_WAIT_says_how_long_it_has_to_go_and_an_idle_connection_for_how_long_it_is() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Lab.Specimen.TimeWaitV4);
        var place = Evidence(new Topic.State(TcpState.TimeWait));
        var socket = place.Table.Records[0];
        var vitals = SocketVitals.From([(socket.Cookie, new Vitals(3_725_000, 2))]);
        string line = ExplainVerb.Lines(new Topic.State(TcpState.TimeWait), place, new(), vitals).Single(l => l.Contains("tcp "));
        Assert.Matches(@"; idle for 1h 2min; (1min|\d+s) to go; 2 dropped$", line);
    });

    [Fact]
    public void A_FIN_is_no_byte_and_who_has_to_accept_is_told() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        int listener = lab.Listen("127.0.0.1", 8080);
        int client = SocketLab.Connect(lab.Tcp("127.0.0.1"), "127.0.0.1", 8080);
        Libc.Check(Libc.send(client, "hello"u8.ToArray(), 5, 0), "send");
        lab.Orphan(client);
        Topic topic = new Topic.State(TcpState.CloseWait);
        var place = Evidence(topic);
        for (int i = 0; i < 100 && place.Table.Records.Length == 0; i++)
        {
            Thread.Sleep(10);
            place = Evidence(topic);
        }
        string line = ExplainVerb.Lines(topic, place, new(), SocketVitals.Of(place.Table)).Single(l => l.StartsWith("  tcp "));
        Assert.Contains($": waits in the accept queue of 127.0.0.1:8080 (", line);
        Assert.Contains($"(pid {Environment.ProcessId}, fd {listener})", line);
        Assert.Contains("; 5 bytes unread, 0 unacknowledged", line);
    });

    [Fact]
    public void A_connection_that_is_not_yet_there_is_not_idle() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Lab.Specimen.SynSentV4);
        var place = Evidence(new Topic.State(TcpState.SynSent));
        Assert.NotEqual(0, place.Table.Records.Length);
        Assert.Null(SocketVitals.Of(place.Table).Of(place.Table.Records[0]).IdleMilliseconds);
    });

    [Fact]
    public void Both_ends_of_a_connection_on_this_machine_are_shown() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        int client = lab.Pair("127.0.0.1", "127.0.0.1", port: 8080).Client;
        string end = $"127.0.0.1:{SocketLab.Port(client)}";
        foreach (string[] words in (string[][])[[$"{end}-127.0.0.1:8080"], [$"127.0.0.1:8080->{end}"], [end, "127.0.0.1:8080"]])
        {
            var topic = Topic.Parse(words)!;
            var place = Evidence(topic);
            Assert.Equal(2, place.Table.Records.Length);
            string[] lines = [.. ExplainVerb.Lines(topic, place, new(), SocketVitals.Unknown)];
            Assert.Equal(2, lines.Count(l => l.StartsWith("127.0.0.1:") && l.Contains("ESTABLISHED")));
        }
        var gone = Topic.Parse(["127.0.0.1:1-127.0.0.1:2"])!;
        Assert.Contains(ExplainVerb.Lines(gone, Evidence(gone), new(), SocketVitals.Unknown), l => l.StartsWith("This machine has no such connection now."));
    });

    [Fact]
    public void The_kernel_counts_idle_time_and_drops() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Lab.Specimen.EstablishedV4);
        lab.Add(Lab.Specimen.ListenOverflowing);
        var table = Capture();
        var vitals = SocketVitals.Of(table);
        foreach (ref readonly var socket in table.Records)
            if (socket.State == TcpState.Established)
                Assert.InRange(vitals.Of(socket).IdleMilliseconds!.Value, 0u, 60_000u);
        Assert.Contains(table.Records.ToArray(), s => s.IsListening && vitals.Of(s).Drops > 0);
    });

    [Theory]
    [InlineData("22", 22, null)]
    [InlineData("ssh", 22, "ssh")]
    [InlineData(":8080", 8080, null)]
    public void A_port_is_a_number_or_a_service(string word, int port, string? name) => Assert.Equal(new Topic.Port((ushort)port, name), Topic.Parse([word]));

    [Fact]
    public void What_why_takes_explain_takes_too()
    {
        Assert.Equal(new Topic.End(InetEnd.TryParse("[::1]:80")!.Value), Topic.Parse(["[::1]:80"]));
        Assert.Equal(Topic.Parse(["127.0.0.1:22"]), Topic.Parse(["localhost:ssh"]));
        Assert.Equal(Topic.Parse(["127.0.0.1"]), Topic.Parse(["localhost"]));
        Assert.Equal(new Topic.Port(22, null, Transport.Udp), Topic.Parse(["22/udp"]));
        Assert.Equal(new Topic.Protocol(Transport.Tcp), Topic.Parse(["TCP"]));
        Assert.True(AddressPrefix.TryParse("1.2.3.4/8", out var block));
        Assert.Equal(new Topic.Block(block), Topic.Parse(["1.2.3.4/8"]));
        Assert.Equal("lo", Assert.IsType<Topic.Address>(Topic.Parse(["fe80::1%lo"])).Zone);
    }

    [Fact]
    public void What_the_kernel_gives_to_clients_is_told_for_its_part_of_a_class()
    {
        var linux = new LinuxPorts { Ephemeral = new(32768, 60999), Reserved = LinuxPorts.ParseList("40000-40010,50000") };
        Assert.Equal("32768-39999 40011-49151", string.Join(' ', linux.EphemeralIn(new(1024, 49151))));
        Assert.Equal("49152-49999 50001-60999", string.Join(' ', linux.EphemeralIn(new(49152, 65535))));
        Assert.Empty(linux.EphemeralIn(new(1, 1023)));
        Assert.Equal(60999 - 32768 + 1 - 12, linux.EphemeralCount);
    }

    [Fact]
    public void A_wildcard_listener_takes_what_comes_to_our_addresses() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Listen("0.0.0.0", 9000);
        lab.Listen("::", 8080);
        Assert.Equal(2, Evidence(Topic.Parse(["127.0.0.1"])!).Table.Records.Length);
        Assert.Equal(8080, Assert.Single(Evidence(Topic.Parse(["::1"])!).Table.Records.ToArray()).LocalPort);
        Assert.Empty(Evidence(Topic.Parse(["10.9.8.7"])!).Table.Records.ToArray());
        Assert.Empty(Evidence(Topic.Parse(["0"])!).Table.Records.ToArray());
    });

    [Fact]
    public void Words_are_taken_for_what_they_are()
    {
        Assert.Equal(new Topic.Phase(TcpPhase.Finish), Topic.Parse(["Finalizar"]));
        Assert.Equal(new Topic.Class(PortClass.Dynamic), Topic.Parse(["dinámico"]));
        Assert.Equal(new Topic.Reach(AddressScope.Intranet), Topic.Parse(["Intranet"]));
        Assert.Equal(new Topic.State(TcpState.CloseWait), Topic.Parse(["close", "wait"]));
        Assert.IsType<Topic.Address>(Topic.Parse(["fe80::1%eth0"]));
        Assert.Equal(new Topic.Connection(InetEnd.TryParse("[2001:db8::1]:80")!.Value, InetEnd.TryParse("10.0.0.1:8080")!.Value), Topic.Parse(["[2001:db8::1]:http-10.0.0.1:http-alt".Replace("http-alt", "8080")]));
        Assert.Null(Topic.Parse(["nonsense"]));
        Assert.Null(Topic.Parse([""]));
        Assert.Null(Topic.Parse(["1-2"]));
    }

    [Fact]
    public void A_port_and_an_address_are_told_by_the_registries()
    {
        string[] ssh = [.. ExplainVerb.Lines(new Topic.Port(22, "ssh"), Evidence(new Topic.Port(22, "ssh")), new(), SocketVitals.Unknown)];
        Assert.Contains("  22/tcp ssh: The Secure Shell (SSH) Protocol", ssh);
        Assert.Contains(ssh, l => l.Contains("System ports 0-1023"));
        Assert.Contains(ssh, l => l.Contains("CAP_NET_BIND_SERVICE"));
        var topic = Topic.Parse(["10.1.2.3"])!;
        Assert.Contains("In 10.0.0.0/8: Private-Use (RFC 1918).", ExplainVerb.Lines(topic, Evidence(topic), new(), SocketVitals.Unknown));
        Assert.Contains("It is this machine's, on lo.", ExplainVerb.Lines(Topic.Parse(["127.0.0.1"])!, Evidence(topic), new(), SocketVitals.Unknown));
    }

    [Fact]
    public void The_verb_speaks_both_languages_and_its_json_none()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string en = SerenoProcess.Run("explain", "LISTENING").Output, es = SerenoProcess.Run("--lang", "es", "explain", "a", "la", "escucha").Output;
        Assert.StartsWith("LISTEN. The port is open", en);
        Assert.Contains("Phase: establish\nWho must act: nobody has to: clients connect when they like\nWhat can follow:\n  SYN comes: SYN,ACK is sent -> SYN-RECEIVED\n", en);
        Assert.StartsWith("LISTEN (a la escucha). El puerto está abierto", es);
        Assert.Contains("Fase: establecer\n", es);
        string json = SerenoProcess.Run("explain", "listen", "-o", "json").Output;
        var document = JsonDocument.Parse(json).RootElement;
        Assert.Equal(("state", "listen", "establish", "clients"), (document.GetProperty("topic").GetString(), document.GetProperty("name").GetString(),
            document.GetProperty("phase").GetString(), document.GetProperty("whoMustAct").GetString()));
        Assert.Contains(document.GetProperty("sockets").EnumerateArray(), s => s.GetProperty("port").GetInt32() == ((IPEndPoint)listener.LocalEndpoint).Port);
        var (status, _, errors) = SerenoProcess.Run("explain", "nonsense");
        Assert.Equal((1, "sereno: 'nonsense' is no state, phase, class, scope, port, service, address or connection\n"), (status, errors));
    }

    private static PlacedSockets Evidence(Topic topic)
    {
        var network = NetworkFactsReader.Read();
        return new(null, Capture().Where(s => topic.Matches(s, network)), network);
    }

    private static SocketTable Capture() => SocketTable.Capture(new SocketQuery { States = PortFacts.States, Details = SocketVitals.Details }).WithBoundInactive();
}
