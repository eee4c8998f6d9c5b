using System.Text.Json;
using Sereno.Sockets;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

public class PortsSpecs
{
    [Fact]
    public void A_narrow_terminal_loses_the_least_important_columns_and_no_line_exceeds_it()
    {
        var table = new FittedTable(["UNIT", "PROCESS", "PORT"], new[] { 0, 1 }, new[] { 0 });
        table.Add("a-long-unit-name.service", "a-program (12345)", "8080");
        Assert.Equal("UNIT        PROCESS     PORT", Lines(28)[0]);
        Assert.Equal(["PROCESS            PORT", "a-program (12345)  8080"], Lines(27));
        Assert.All(Enumerable.Range(1, 60), width => Assert.All(Lines(width), l => Assert.True(l.Length <= width)));
        string[] Lines(int width)
        {
            var output = new StringWriter();
            table.Write(output, width, colour: false);
            return output.ToString().TrimEnd('\n').Split('\n');
        }
    }

    [Theory]
    [InlineData("8080 8081", 0, null, false)]
    [InlineData("8080", TcpStates.Established, null, false)]
    [InlineData("8080", 0, "127.0.0.0/8", false)]
    [InlineData("", 0, "10.0.0.0/8", false)]
    [InlineData("", TcpStates.TimeWait, null, false)]
    [InlineData("8080 8081", TcpStates.Listen, null, false)]
    [InlineData("8080 8081", TcpStates.TimeWait, null, true)]
    [InlineData("8080", TcpStates.Listen | TcpStates.Established, "127.0.0.0/8", true)]
    public void States_and_peers_choose_the_ports_that_have_such_connections(string expected, TcpStates states, string? peer, bool listening) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Pair("127.0.0.1", "127.0.0.1", port: 8080);
        lab.Listen("127.0.0.1", 8081);
        var place = new PlacedSockets(null, SocketTable.Capture(), NetworkFactsReader.Read());
        var selection = new SocketSelection { States = states, Listening = listening, Peers = peer is null ? [] : [PeerPattern.TryParse(peer)!.Value] };
        Assert.Equal(expected, string.Join(' ', place.Ports(selection).Select(p => p.Port)));
    });

    private static readonly InetAddress s_any = new(true, 0, 0), s_any6 = new(false, 0, 0), s_loopback = new(true, 0, 0x7F000001);

    private static readonly SocketRecord[] s_records =
    [
        Tcp(TcpState.Listen, s_any, 8080),
        Tcp(TcpState.Listen, s_loopback, 8080),
        Tcp(TcpState.Listen, s_any6, 443),
        Tcp(TcpState.Established, s_loopback, 8080),
        Tcp(TcpState.Established, new(true, 0, 0x0A000001), 8080),
        Tcp(TcpState.TimeWait, new(true, 0, 0x0A000001), 8080) with { Inode = 0, CgroupId = 0 },
        Tcp(TcpState.CloseWait, new(false, 0, 0xFFFF_0A000001), 443),
    ];

    [Fact]
    public void A_connection_counts_at_the_listener_of_its_address_and_else_at_the_wildcard()
    {
        var ports = ListeningPorts.In(new SocketTable(s_records, OwnerIndex.Empty));
        Assert.Equal(["443 ::: close-wait 1", "8080 0.0.0.0: established 1, time-wait 1", "8080 127.0.0.1: established 1"],
            ports.Select(p => $"{p.Port} {p.Socket.Local}: {SocketText.States(p.Connections)}").Order());
        Assert.Equal(AddressScope.Local, ports.Single(p => p.Socket.Local == s_loopback).Scope);
    }

    [Fact]
    public void A_socket_that_no_process_holds_belongs_to_the_unit_whose_cgroup_made_it()
    {
        var table = new SocketTable(s_records, OwnerIndex.Empty, new OneUnit());
        Assert.Equal((OwnerKind.ByCgroup, "web.service"), (table.OwnerOf(s_records[0]).Kind, table.OwnerOf(s_records[0]).Unit));
        var summary = UnitSockets.Summarize(table, "web.service");
        Assert.Equal([443, 8080, 8080], summary.Ports.Select(p => (int)p.Port));
        Assert.Equal([new(TcpState.Established, 2), new(TcpState.TimeWait, 1), new(TcpState.CloseWait, 1)], summary.Connections);
        Assert.Empty(UnitSockets.Summarize(table, "other.service").Ports);
    }

    [Fact]
    public void A_socket_without_an_inode_has_no_owner_rather_than_a_hidden_one() =>
        Assert.Equal(OwnerKind.None, new SocketTable(s_records, OwnerIndex.Empty).OwnerOf(s_records[5]).Kind);

    [Fact]
    public void The_owner_of_a_socket_is_this_process()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var found = ListeningPorts.In(SocketTable.Capture()).Single(p => p.Port == port && p.IsTcp);
        Assert.Equal(OwnerKind.Exact, found.Owner.Kind);
        Assert.Contains(found.Owner.Holders, h => h.Pid == Environment.ProcessId && h.Fd == (int)listener.Server.Handle);
    }

    [Theory]
    [InlineData("/system.slice/nginx.service", "nginx.service")]
    [InlineData("/system.slice/nginx.service/worker", "nginx.service")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope", "a.scope")]
    [InlineData("/docker/0123", null)]
    [InlineData("/", null)]
    public void The_unit_of_a_cgroup_is_the_last_unit_in_its_path(string path, string? unit) => Assert.Equal(unit, CgroupUnitResolver.UnitOfPath(path));

    [Fact]
    public void The_table_fits_the_terminal()
    {
        var ports = ListeningPorts.In(new SocketTable(s_records, OwnerIndex.Empty, new OneUnit()));
        foreach (int width in (int[])[40, 60, 80, 200])
        {
            using var output = new StringWriter();
            PortsVerb.Table(ports).Write(output, terminalWidth: width, colour: false);
            string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(ports.Count + 1, lines.Length);
            Assert.All(lines, line => Assert.True(line.Length <= width, line));
        }
    }

    [Fact]
    public void The_machine_format_has_the_names_of_the_field()
    {
        var table = new SocketTable(s_records, OwnerIndex.Empty, new OneUnit());
        using var output = new MemoryStream();
        PortsJson.Write([(new(null, table, NetworkFacts.Unknown), ListeningPorts.In(table))], new LinuxPorts(), output);
        var first = JsonDocument.Parse(output.ToArray()).RootElement.GetProperty("ports")[0];
        Assert.Equal(("web.service", "by-cgroup", "https", "system", "internet", 443),
            (first.GetProperty("unit").GetString(), first.GetProperty("owner").GetString(), first.GetProperty("service").GetString(),
            first.GetProperty("class").GetString(), first.GetProperty("scope").GetString(), first.GetProperty("port").GetInt32()));
        Assert.Equal(1, first.GetProperty("connections").GetProperty("close-wait").GetInt32());
    }

    [Fact]
    public void A_connection_in_time_wait_stays_its_units_for_those_who_saw_it_alive()
    {
        var alive = Tcp(TcpState.Established, InetAddress.FromBytes([10, 0, 0, 1]), 40000) with { RemotePort = 80, Cookie = 5 };
        var ended = alive with { State = TcpState.TimeWait, Inode = 0, CgroupId = 0 };
        var memory = new UnitMemory();
        Assert.Equal([new(TcpState.Established, 1)], Look(alive)!.Connections);
        Assert.Equal([new(TcpState.TimeWait, 1)], Look(ended)!.Connections);
        Assert.Equal([new(TcpState.TimeWait, 1)], Look(ended)!.Connections);
        Assert.Null(Look());
        Assert.Null(Look(ended)); // forgotten with the look that didn't find it

        UnitSockets? Look(params SocketRecord[] records) =>
            UnitSockets.SummarizeAll(new(records, OwnerIndex.Empty, new OneUnit()), memory: memory).GetValueOrDefault("web.service");
    }

    private static SocketRecord Tcp(TcpState state, InetAddress local, ushort port) => new()
    {
        Protocol = SocketProtocol.Tcp, State = state, Local = local, LocalPort = port, IsIPv4 = local.IsIPv4,
        Remote = local.IsIPv4 ? s_any : s_any6, Inode = 7, CgroupId = 42,
    };

    private sealed class OneUnit : IUnitResolver
    {
        public string? UnitOf(int pid) => null;
        public string? UnitOfCgroup(ulong cgroupId) => cgroupId == 42 ? "web.service" : null;
    }
}
