using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Manager;

public class SocketTests
{
    private static readonly UnitDefinition s_socket = new()
    {
        Name = UnitName.Parse("a.socket"),
        Description = "a",
        DefaultDependencies = false,
        Triggers = UnitName.Parse("a.service"),
        Socket = new() { Listens = [new(ListenKind.Stream, new PathAddress("/run/a")), new(ListenKind.Datagram, new InternetAddress(null, 53, null))] },
    };

    [Fact]
    public void Traffic_starts_the_service_with_the_sockets_and_its_end_makes_them_wait_again()
    {
        var host = Listening();
        Assert.Equal(2, host.WatchedSockets["a.socket"]);
        host.Do(() => host.Core.OnSocketTraffic(UnitName.Parse("a.socket")));
        host.Run(1_000_000);
        var spawn = Assert.Single(host.Effects.OfType<SpawnProcess>());
        Assert.Equal([SimulatedHost.OpenedId, SimulatedHost.OpenedId + 1], spawn.Descriptors);
        Assert.Contains("LISTEN_FDS=2", spawn.Plan.Command.Environment);
        Assert.Contains("LISTEN_FDNAMES=a.socket:a.socket", spawn.Plan.Command.Environment);
        Assert.Equal(("running", 0), (Socket(host).SubState, host.WatchedSockets["a.socket"]));
        host.Stop("a.service");
        host.Run(1_000_000);
        Assert.Equal(("listening", 2), (Socket(host).SubState, host.WatchedSockets["a.socket"]));
    }

    [Fact]
    public void A_service_that_is_started_by_hand_gets_them_too()
    {
        var host = Listening();
        host.Start("a.service").Run(1_000_000);
        Assert.Equal(2, Assert.Single(host.Effects.OfType<SpawnProcess>()).Descriptors.Length);
        Assert.Equal("running", Socket(host).SubState);
    }

    [Fact]
    public void Sockets_that_cannot_be_opened_fail_the_unit_and_what_requires_it()
    {
        var host = new SimulatedHost(s_socket, UnitTable.Service("a").With(Dependency.Requires, "a.socket").With(Dependency.After, "a.socket")) { SocketFailure = "cannot listen: Address already in use" };
        host.Start("a.service").Run(1_000_000);
        Assert.Equal((ActiveState.Failed, TriggerResult.Resources), (Socket(host).Active, Socket(host).Result));
        Assert.Equal(ActiveState.Inactive, host.Service("a").Active);
    }

    [Fact]
    public void A_socket_does_not_open_beside_a_service_that_runs_without_it()
    {
        var host = new SimulatedHost(s_socket, UnitTable.Service("a"));
        host.Start("a.service").Run(1_000_000);
        host.Start("a.socket").Run(1_000_000);
        Assert.Equal(ActiveState.Failed, Socket(host).Active);
        Assert.Contains(host.Log, l => l.EndsWith("Socket service a.service already active, refusing.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_that_keeps_failing_ends_the_socket()
    {
        var host = Listening();
        host.Programs["/bin/a"] = Behaviour.Exits(1);
        for (int i = 0; i < 30 && Socket(host).Active == ActiveState.Active; i++)
        {
            host.Do(() => host.Core.OnSocketTraffic(UnitName.Parse("a.socket")));
            host.Run(10_000);
        }
        Assert.Equal((ActiveState.Failed, TriggerResult.ServiceStartLimitHit), (Socket(host).Active, Socket(host).Result));
        Assert.Contains(host.Effects, e => e is CloseSockets);
    }

    [Fact]
    public void A_manager_that_begins_anew_goes_on_listening_with_what_is_open()
    {
        var host = Listening();
        host.Crash();
        host.Run(1_000_000);
        Assert.Equal(("listening", 2), (Socket(host).SubState, Socket(host).Open.Length));
        Assert.Equal(2, host.WatchedSockets["a.socket"]);
        Assert.Single(host.Effects.OfType<OpenSockets>());
    }

    [Fact]
    public void A_connection_is_passed_to_an_instance_named_after_its_ends()
    {
        var host = Accepting(s => s);
        Connect(host, 70, "10.0.0.9");
        var spawn = Assert.Single(host.Effects.OfType<SpawnProcess>());
        Assert.Equal("a@0-10.0.0.1:80-10.0.0.9:4711.service", spawn.Unit.Full);
        Assert.Equal([70UL], spawn.Descriptors);
        Assert.Contains("LISTEN_FDNAMES=connection", spawn.Plan.Command.Environment);
        Assert.Contains("REMOTE_ADDR=10.0.0.9", spawn.Plan.Command.Environment);
        Assert.Contains("REMOTE_PORT=4711", spawn.Plan.Command.Environment);
        Assert.Contains(host.Effects, e => e is DropDescriptor { Id: 70 }); // the service has it
        Assert.Equal((1u, 1), (Socket(host).Accepted, Socket(host).Connections));
        host.Stop("a@0-10.0.0.1:80-10.0.0.9:4711.service");
        host.Run(1_000_000);
        Assert.Equal(0, Socket(host).Connections);
        Assert.False(host.Core.Graph.TryGet(UnitName.Parse("a@0-10.0.0.1:80-10.0.0.9:4711.service"), out _));
    }

    [Fact]
    public void Too_many_connections_are_refused_and_counted()
    {
        var host = Accepting(s => s with { MaxConnections = 3, MaxConnectionsPerSource = 2 });
        host.Programs["/bin/a@0-10.0.0.1:80-10.0.0.9:4711"] = s_anHour;
        ulong id = 70;
        foreach (string peer in (string[])["10.0.0.9", "10.0.0.9", "10.0.0.9", "10.0.0.8", "10.0.0.7"])
            Connect(host, id++, peer);
        Assert.Equal((3u, 2u, 3), (Socket(host).Accepted, Socket(host).Refused, Socket(host).Connections));
        Assert.Contains(host.Log, l => l.EndsWith("a.socket: Too many incoming connections (2) from source 10.0.0.9, dropping connection.", StringComparison.Ordinal));
        Assert.Contains(host.Log, l => l.EndsWith("a.socket: Too many incoming connections (3), dropping connection.", StringComparison.Ordinal));
        host.Crash();
        host.Run(1_000_000);
        Assert.Equal((3u, 2u, 3), (Socket(host).Accepted, Socket(host).Refused, Socket(host).Connections));
    }

    [Fact]
    public void A_flood_of_refused_connections_is_told_ever_more_seldom()
    {
        var host = Accepting(s => s with { MaxConnections = 1, TriggerLimitIntervalUsec = 0 });
        host.Programs["/bin/a@0-10.0.0.1:80-10.0.0.9:4711"] = s_anHour;
        Connect(host, 70, "10.0.0.9");
        for (ulong id = 100; id < 1100; id++)
        {
            host.Do(() => host.Core.OnConnection(UnitName.Parse("a.socket"), id, new($"10.0.0.1:80-10.0.0.8:{id}", "10.0.0.8", (uint)id, "10.0.0.8")));
            host.Run(10_000);
        }
        Assert.Equal(1000u, Socket(host).Refused);
        string[] told = [.. host.Log.Where(l => l.Contains("Too many incoming connections"))];
        // After 0, 1, 3 and 7 of the ten seconds.
        Assert.Equal(4, told.Length);
        Assert.EndsWith("Too many incoming connections (1), dropping connection.", told[0], StringComparison.Ordinal);
        Assert.Equal(1000, told.Length + Unsaid(told) + 299); // 299 since the last line

        static int Unsaid(string[] lines) => lines.Skip(1).Sum(l => int.Parse(System.Text.RegularExpressions.Regex.Match(l, @"\((\d+) more refused since last said\)$").Groups[1].Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_a_reset_the_trigger_limit_begins_anew(bool resets)
    {
        var host = Accepting(s => s with { TriggerLimit = 2, TriggerLimitIntervalUsec = 3600_000_000 });
        for (ulong id = 70; id < 73; id++)
            Connect(host, id, "10.0.0.9");
        Assert.Equal(TriggerResult.TriggerLimitHit, Socket(host).Result);
        if (resets)
            host.Do(Socket(host).ResetFailed);
        host.Start("a.socket").Run(1_000_000);
        Connect(host, 80, "10.0.0.9");
        Assert.Equal(resets ? ActiveState.Active : ActiveState.Failed, Socket(host).Active);
    }

    [Fact]
    public void Connections_beyond_the_trigger_limit_end_the_socket()
    {
        var host = Accepting(s => s with { TriggerLimit = 2 });
        for (ulong id = 70; id < 73; id++)
            Connect(host, id, "10.0.0.9");
        Assert.Equal((ActiveState.Failed, TriggerResult.TriggerLimitHit), (Socket(host).Active, Socket(host).Result));
        Assert.Equal(2, host.Effects.OfType<SpawnProcess>().Count());
    }

    [Fact]
    public void A_connection_whose_service_may_not_start_is_given_up()
    {
        var host = Accepting(s => s with { MaxConnections = 1 }, u => u.When("PathExists"));
        host.Machine.Conditions["PathExists"] = false;
        for (ulong id = 70; id < 73; id++)
            Connect(host, id, "10.0.0.9");
        Assert.Equal([70UL, 71, 72], host.Effects.OfType<DropDescriptor>().Select(e => e.Id));
        Assert.Equal((3u, 0u, 0), (Socket(host).Accepted, Socket(host).Refused, Socket(host).Connections));
        Assert.DoesNotContain(host.Core.Graph.All, u => u.Name.Full.StartsWith("a@", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.0.0.1:80-fe80::1%2:4711")]
    [InlineData(null)]
    public void A_connection_that_makes_no_unit_name_is_refused(string? ends)
    {
        var host = Accepting(s => s);
        host.Do(() => host.Core.OnConnection(UnitName.Parse("a.socket"), 70, new(ends ?? new string('x', 300), null, null, null)));
        host.Run(1_000_000);
        Assert.Equal(1u, Socket(host).Refused);
        Assert.Contains(host.Effects, e => e is DropDescriptor { Id: 70 });
    }

    [Fact]
    public void Whenever_the_manager_dies_the_socket_opens_and_closes_all_the_same()
    {
        for (int at = 0, steps = int.MaxValue; at < steps; at++)
        {
            var host = Commanding("/bin/quick");
            int step = 0;
            host.BeforeStep = () =>
            {
                if (step++ == at)
                    throw new SimulatedCrashException();
            };
            host.Start("a.socket").Run(10_000_000);
            Assert.Equal(("listening", 2, at), (Socket(host).SubState, Socket(host).Open.Length, at));
            host.Stop("a.socket").Run(10_000_000);
            Assert.Equal(("dead", TriggerResult.Success, at), (Socket(host).SubState, Socket(host).Result, at));
            Assert.Empty(host.Alive);
            steps = step;
        }
    }

    [Fact]
    public void A_command_that_cannot_be_started_in_time_fails_the_socket_alone()
    {
        var host = Commanding("/bin/quick");
        host.SpawnDelay = _ => 2_000_000; // TimeoutSec= is over by then
        host.SpawnFailure = _ => (203, "No such file or directory");
        host.Start("a.socket").Run(10_000_000);
        Assert.Equal((ActiveState.Failed, TriggerResult.Timeout), (Socket(host).Active, Socket(host).Result));
    }

    private static SimulatedHost Commanding(string program)
    {
        var commands = new SocketCommands([UnitTable.Command(program)], [UnitTable.Command(program)], [UnitTable.Command(program)], [UnitTable.Command(program)], 1_000_000, new(), new());
        return new SimulatedHost(s_socket with { Socket = s_socket.Socket! with { Commands = commands } }, UnitTable.Service("a")) { Programs = { [program] = Behaviour.Exits(0, after: 10_000) } };
    }

    private static SimulatedHost Accepting(Func<SocketDefinition, SocketDefinition> change, Func<UnitDefinition, UnitDefinition>? changeService = null)
    {
        var definition = s_socket with { Triggers = null, Socket = change(s_socket.Socket! with { Accept = true, Listens = [new(ListenKind.Stream, new InternetAddress(null, 80, null))] }) };
        var host = new SimulatedHost([definition, .. Enumerable.Range(0, 5).SelectMany(n => Enumerable.Range(7, 3).Select(p => (changeService ?? (u => u))(UnitTable.Service($"a@{n}-10.0.0.1:80-10.0.0.{p}:4711"))))]);
        host.Start("a.socket").Run(1_000_000);
        return host;
    }

    /// <summary>Time goes on while there is something to wait for.</summary>
    private static readonly Behaviour s_anHour = Behaviour.Exits(0) with { EndsAfter = 3_600_000_000 };

    private static void Connect(SimulatedHost host, ulong id, string peer)
    {
        host.Do(() => host.Core.OnConnection(UnitName.Parse("a.socket"), id, new($"10.0.0.1:80-{peer}:4711", peer, 4711, peer)));
        host.Run(1_000_000);
    }

    [Theory]
    [InlineData("/run/a", "/run/a")]
    [InlineData("@a", "@a")]
    [InlineData("80", "[::]:80")]
    [InlineData("127.0.0.1:80", "127.0.0.1:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("0", null)]
    [InlineData("65536", null)]
    [InlineData("::1:80", null)]
    [InlineData("1.2.3:80", null)]
    [InlineData("@", null)]
    [InlineData("run/a", null)]
    [InlineData("", null)]
    [InlineData("[fe80::1]:80%eth0", "[fe80::1]:80%eth0")]
    [InlineData("vsock:2:1234", "vsock:2:1234")]
    [InlineData("vsock::1234", "vsock::1234")]
    [InlineData("vsock:x:1", null)]
    public void Addresses_are_read_as_systemd_reads_them(string text, string? expected)
    {
        ListenAddress.Read(text, out var address);
        Assert.Equal(expected, address?.ToString());
    }

    private static SimulatedHost Listening()
    {
        var host = new SimulatedHost(s_socket, UnitTable.Service("a") with { StartLimitIntervalUsec = 10_000_000, StartLimitBurst = 5 });
        host.Start("a.socket").Run(1_000_000);
        Assert.Equal("listening", Socket(host).SubState);
        return host;
    }

    private static SocketUnit Socket(SimulatedHost host) => Assert.IsType<SocketUnit>(host["a.socket"]);
}
