using System.Net;
using CsCheck;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

public class SelectionSpecs
{
    private static readonly Gen<InetAddress> s_address = OneOf("0.0.0.0", "127.0.0.1", "10.0.0.1", "8.8.8.8", "::", "::1", "fe80::1", "::ffff:10.0.0.1", "2606:4700::1").Select(Parse);

    private static readonly Gen<SocketRecord> s_socket = Gen.Select(s_address, s_address, OneOf(SocketProtocol.Tcp, SocketProtocol.Udp),
        OneOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13), OneOf<ushort>(0, 22, 80, 443, 5000, 50000), Gen.Bool, OneOf<ushort>(0, 80, 40000))
        .Select((local, remote, protocol, state, port, only, peerPort) => new SocketRecord
        {
            Protocol = protocol, State = (TcpState)state, IsIPv4 = local.IsIPv4, Local = local, LocalPort = port, IPv6Only = local.IsIPv4 ? null : only,
            Remote = local.IsIPv4 == remote.IsIPv4 ? remote : new(local.IsIPv4, 0, 0), RemotePort = peerPort,
        });

    // One condition of each kind, and none.
    private static readonly Gen<SocketSelection> s_selection = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool, OneOf("", "established", "close-wait", "finish"),
        OneOf("", "80", "20-100"), OneOf("", "10.0.0.0/8", ":80"), OneOf("", "local", "internet"), OneOf("", "system", "dynamic"))
        .Select((family, protocol, listening, state, port, peer, scope, portClass) => new SocketSelection
        {
            IPv4 = (family & 1) != 0, IPv6 = (family & 2) != 0, Tcp = (protocol & 1) != 0, Udp = (protocol & 2) != 0, Listening = listening,
            States = state.Length == 0 ? 0 : StateVocabulary.SetOf(state)!.Value,
            Ports = port.Length == 0 ? [] : PortRange.Parse(port),
            Peers = peer.Length == 0 ? [] : [PeerPattern.TryParse(peer)!.Value],
            Scopes = scope.Length == 0 ? [] : [ScopeWords.ScopeOf(scope)!.Value],
            Classes = portClass.Length == 0 ? [] : [ScopeWords.ClassOf(portClass)!.Value],
        });

    [Fact]
    public void Every_socket_is_admitted_by_a_selection_without_conditions() =>
        s_socket.Sample(socket => SocketSelection.Everything.Matches(socket, null, [], NetworkFacts.Unknown) && SocketSelection.Everything.IsEverything);

    [Fact]
    public void Kinds_combine_by_and() => Gen.Select(s_selection, s_socket).Sample((selection, socket) =>
        Admits(selection, socket) == Kinds(selection).All(one => Admits(one, socket)));

    [Fact]
    public void Values_of_one_kind_combine_by_or() => Gen.Select(s_selection, s_selection, s_socket).Sample((a, b, socket) =>
    {
        Assert.Equal(Or(a.States | b.States, s => new() { States = (TcpStates)s }, 0, (uint)a.States, (uint)b.States, socket), Admits(new() { States = a.States | b.States }, socket));
        if (a.Ports.Count > 0 && b.Ports.Count > 0)
            Assert.Equal(Admits(new() { Ports = a.Ports }, socket) || Admits(new() { Ports = b.Ports }, socket), Admits(new() { Ports = [.. a.Ports, .. b.Ports] }, socket));
        if (a.Scopes.Count > 0 && b.Scopes.Count > 0)
            Assert.Equal(Admits(new() { Scopes = a.Scopes }, socket) || Admits(new() { Scopes = b.Scopes }, socket), Admits(new() { Scopes = [.. a.Scopes, .. b.Scopes] }, socket));
        Assert.True(Admits(new() { IPv4 = true, IPv6 = true, Tcp = true, Udp = true }, socket));
    });

    [Fact]
    public void What_the_kernel_leaves_out_would_not_have_been_admitted() => Gen.Select(s_selection, s_socket).Sample((selection, socket) =>
    {
        var query = selection.Narrow(new SocketQuery { States = TcpStates.All | TcpStates.BoundInactive });
        bool dumped = (socket.Protocol == SocketProtocol.Tcp ? query.Tcp : query.Udp) && (socket.IsIPv4 ? query.IPv4 : query.IPv6)
            && (query.States & StateVocabulary.SetOf(socket.State)) != 0;
        return dumped || !Admits(selection, socket);
    }, iter: 20_000);

    [Fact]
    public void A_socket_carries_one_family_or_takes_both() => s_socket.Sample(socket =>
        (SocketSelection.TakesIPv4(socket) || SocketSelection.TakesIPv6(socket))
        && (!socket.IsIPv4 || !SocketSelection.TakesIPv6(socket)));

    [Theory]
    [InlineData("nginx.service", "nginx.service", true)]
    [InlineData("nginx*", "nginx-worker.service", true)]
    [InlineData("*.socket", "nginx.service", false)]
    [InlineData("a?c.service", "abc.service", true)]
    [InlineData("*a*b*", "xxaxxbxx", true)]
    [InlineData("*a*b*", "xxbxxaxx", false)]
    [InlineData("dev-x\\x2dy.service", "dev-x\\x2dy.service", true)]
    [InlineData("", "", true)]
    [InlineData("*", "", true)]
    public void A_unit_is_named_or_described(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));

    [Fact]
    public void A_units_type_may_be_left_out()
    {
        Assert.Equal(("nginx.service", "a.socket", "ng*", "v1.2.service"), (NamePattern.Complete("nginx"), NamePattern.Complete("a.socket"), NamePattern.Complete("ng*"), NamePattern.Complete("v1.2")));
        Assert.True(new SocketSelection { Units = ["web*", "db.service"] }.MatchesOwner("db.service", []));
        Assert.False(new SocketSelection { Units = ["*"] }.MatchesOwner(null, []));
        Assert.True(new SocketSelection { Pids = [7, 8] }.MatchesOwner(null, [1, 8]));
        Assert.False(new SocketSelection { Pids = [7] }.MatchesOwner("x", []));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.9.9.9", 1, true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", 1, false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", 1, true)]
    [InlineData("10.0.0.1:80", "10.0.0.1", 80, true)]
    [InlineData("10.0.0.1:http", "10.0.0.1", 80, true)]
    [InlineData("10.0.0.1:80", "10.0.0.1", 81, false)]
    [InlineData("10.0.0.0/24:80", "10.0.0.77", 80, true)]
    [InlineData(":443", "2606::1", 443, true)]
    [InlineData("*:443", "2606::1", 443, true)]
    [InlineData("fe80::/10", "fe80::7", 5, true)]
    [InlineData("2606::1", "2606::1", 5, true)]
    [InlineData("[2606::1]:5", "2606::1", 5, true)]
    [InlineData("[2606::1]:5", "2606::1", 6, false)]
    [InlineData("[2606::]/16:5", "2606::1", 5, true)]
    [InlineData("[2606::/16]:5", "2606::1", 5, true)]
    [InlineData("fe80::1%eth0", "fe80::1", 5, true)]
    [InlineData("0.0.0.0/0", "9.9.9.9", 5, true)]
    [InlineData("0.0.0.0/0", "::9", 5, false)]
    public void A_peer_is_an_address_a_block_or_a_port(string text, string address, int port, bool matches)
    {
        var remote = Parse(address);
        var socket = new SocketRecord { Protocol = SocketProtocol.Tcp, IsIPv4 = remote.IsIPv4, Local = new(remote.IsIPv4, 0, 1), Remote = remote, RemotePort = (ushort)port };
        Assert.Equal(matches, PeerPattern.TryParse(text)!.Value.Matches(socket));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.1:nosuchservice")]
    [InlineData("10.0.0.1:99999")]
    [InlineData("host")]
    [InlineData("1:2:3")]
    [InlineData("fe80::/129")]
    public void What_is_no_peer_is_refused(string text) => Assert.Null(PeerPattern.TryParse(text));

    [Theory]
    [InlineData("80", "80")]
    [InlineData("8000-8100", "8000-8100")]
    [InlineData("ssh", "22")]
    [InlineData("x11-9", "")]
    [InlineData("9-8", "")]
    [InlineData("65536", "")]
    [InlineData("-5", "")]
    public void Ports_are_numbers_ranges_and_names(string text, string expected) => Assert.Equal(expected, string.Join(' ', PortRange.Parse(text)));

    [Theory]
    [InlineData(TcpState.Established, "ESTAB established ESTABLISHED Establecido")]
    [InlineData(TcpState.SynSent, "SYN-SENT syn_sent SYN_SENT SynSent")]
    [InlineData(TcpState.SynReceived, "SYN-RECV SYN_RECEIVED syn-rcvd SYN-Received syn-recibido")]
    [InlineData(TcpState.FinWait1, "FIN-WAIT-1 FIN_WAIT1 FIN_WAIT_1 Fin-Wait-1")]
    [InlineData(TcpState.FinWait2, "FIN-WAIT-2 FIN_WAIT2 FIN_WAIT_2")]
    [InlineData(TcpState.TimeWait, "TIME-WAIT TIME_WAIT timewait Tiempo-de-espera")]
    [InlineData(TcpState.Close, "UNCONN CLOSE CLOSED closed Cerrado")]
    [InlineData(TcpState.CloseWait, "CLOSE-WAIT CLOSE_WAIT CloseWait")]
    [InlineData(TcpState.LastAck, "LAST-ACK LAST_ACK ÚltimoAck")]
    [InlineData(TcpState.Listen, "LISTEN LISTENING listening Escucha")]
    [InlineData(TcpState.Closing, "CLOSING closing Cerrando")]
    [InlineData(TcpState.BoundInactive, "bound-inactive BOUND")]
    public void A_state_has_every_name_that_people_know_it_by(TcpState state, string words) =>
        Assert.All(words.Split(' '), word => Assert.Equal(state, StateVocabulary.StateOf(word)));

    [Fact]
    public void The_three_phases_share_the_states_out()
    {
        var all = Enum.GetValues<TcpPhase>().Select(p => p.States()).ToList();
        Assert.Equal(TcpStates.All & ~(TcpStates)1 | TcpStates.BoundInactive, all.Aggregate((a, b) => a | b));
        Assert.Equal(0u, (uint)(all[0] & all[1]) | (uint)(all[0] & all[2]) | (uint)(all[1] & all[2]));
        Assert.All(Enum.GetValues<TcpState>(), s => Assert.True((TcpPhases.Of(s).States() & StateVocabulary.SetOf(s)) != 0));
        Assert.Equal(TcpPhase.Finish.States(), StateVocabulary.SetOf("Finalizar"));
    }

    [Fact]
    public void Other_programs_arguments_keep_what_is_theirs()
    {
        var selection = SelectionOptions.Take(["-tan", "--scope", "internet", "--port=80,443", "state", "established", "--class=system", "--ipv4"], out var rest);
        Assert.Equal(["-tan", "state", "established", "--ipv4"], rest);
        Assert.Equal(([AddressScope.Internet], [new PortRange(80, 80), new PortRange(443, 443)], [PortClass.System]),
            (selection.Scopes.ToArray(), selection.Ports.ToArray(), selection.Classes.ToArray()), Same);
        Assert.False(selection.IPv4);
        Assert.Contains("--port", Assert.Throws<FormatException>(() => SelectionOptions.Take(["--port", "x-y-z"], out _)).Message);
        Assert.Throws<FormatException>(() => SelectionOptions.Take(["--state"], out _));
    }

    private static bool Same((AddressScope[], PortRange[], PortClass[]) a, (AddressScope[], PortRange[], PortClass[]) b) =>
        a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2) && a.Item3.SequenceEqual(b.Item3);

    private static bool Admits(SocketSelection selection, in SocketRecord socket) => selection.Matches(socket, null, [], NetworkFacts.Unknown);

    private static bool Or(TcpStates _, Func<uint, SocketSelection> of, uint none, uint a, uint b, in SocketRecord socket) =>
        (a | b) == none || (a != none && Admits(of(a), socket)) || (b != none && Admits(of(b), socket));

    private static IEnumerable<SocketSelection> Kinds(SocketSelection s) =>
    [
        new() { IPv4 = s.IPv4, IPv6 = s.IPv6 }, new() { Tcp = s.Tcp, Udp = s.Udp }, new() { Listening = s.Listening, States = s.States },
        new() { Ports = s.Ports }, new() { Peers = s.Peers }, new() { Scopes = s.Scopes }, new() { Classes = s.Classes },
    ];

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static InetAddress Parse(string text) => InetAddress.FromBytes(IPAddress.Parse(text).GetAddressBytes());
}
