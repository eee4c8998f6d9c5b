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
