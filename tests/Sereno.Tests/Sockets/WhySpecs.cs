using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CsCheck;
using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Sereno.Tests.Verbs;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>Each reason really produced in a private namespace, and bind(2) itself as the judge.</summary>
public class WhySpecs
{
    [Fact]
    public void A_listener_is_in_the_way_by_its_process_and_descriptor() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        int fd = lab.Listen("127.0.0.1", 8080);
        var diagnosis = Examine(8080);
        Assert.Equal(PortVerdict.Busy, diagnosis.Verdict);
        var finding = Assert.Single(diagnosis.Findings);
        Assert.Equal((PortFindingKind.Listener, true, ReuseAddress.DoesNotHelp), (finding.Kind, finding.Blocks, finding.Reuse));
        Assert.Contains(finding.Owner!.Holders, h => h.Pid == Environment.ProcessId && h.Fd == fd);
        Assert.Equal((98, 98), TryBind("127.0.0.1", 8080));
        Assert.Equal(PortVerdict.Free, Examine(8081).Verdict);
        Assert.Equal((0, 0), TryBind("127.0.0.1", 8081));
    });

    [Fact]
    public void A_port_in_TIME_WAIT_says_for_how_long() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        ushort port = LeaveTimeWait(lab, reuse: false);
        var diagnosis = Examine(port);
        var finding = diagnosis.Findings.Single(f => f.Blocks);
        Assert.Equal((PortFindingKind.TimeWait, ReuseAddress.Helps, 1), (finding.Kind, finding.Reuse, finding.Count));
        Assert.InRange(finding.Socket!.Value.Expires, 1u, 60_000u); // 2 MSL is a minute here
        Assert.Equal((true, OwnerKind.None), (diagnosis.ReuseMayHelp, finding.Owner!.Kind));
        Assert.Equal(98, TryBind("127.0.0.1", port).Plain);
    });

    [Fact]
    public void A_port_in_TIME_WAIT_is_free_for_SO_REUSEADDR_when_the_former_server_had_it_too() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        ushort port = LeaveTimeWait(lab, reuse: true);
        Assert.True(Examine(port).ReuseMayHelp);
        Assert.Equal((98, 0), TryBind("127.0.0.1", port));
    });

    [Fact]
    public void A_bound_socket_that_no_other_tool_shows_is_found() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        int fd = SocketLab.Bind(lab.Tcp("127.0.0.1"), "127.0.0.1", 8090);
        var finding = Examine(8090).Findings.Single(f => f.Blocks);
        Assert.Equal(PortFindingKind.BoundInactive, finding.Kind);
        Assert.Contains(finding.Owner!.Holders, h => h.Pid == Environment.ProcessId && h.Fd == fd);
        Assert.Equal(98, TryBind("127.0.0.1", 8090).Plain);
    });

    [Fact]
    public void A_clients_port_is_a_squatter_in_the_kernels_range_and_a_connection_outside() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        int client = lab.Pair("127.0.0.1", "127.0.0.1").Client;
        ushort port = SocketLab.Port(client);
        var finding = Examine(port).Findings.Single(f => f.Blocks);
        Assert.Equal(PortFindingKind.EphemeralSquatter, finding.Kind);
        Assert.Contains(finding.Owner!.Holders, h => h.Fd == client);
        Assert.Equal((98, 98), TryBind("127.0.0.1", port));

        int chosen = SocketLab.Bind(lab.Tcp("127.0.0.1"), "127.0.0.1", 7777);
        SocketLab.Connect(chosen, "127.0.0.1", SocketLab.Port(lab.Listen("127.0.0.1")));
        Assert.Equal(PortFindingKind.Connection, Examine(7777).Findings.Single(f => f.Blocks).Kind);
    });

    [Fact]
    public void A_listeners_connections_are_not_told_beside_it() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Pair("127.0.0.1", "127.0.0.1", port: 8080);
        Assert.Equal(PortFindingKind.Listener, Assert.Single(Examine(8080).Findings).Kind);
    });

    [Fact]
    public void A_UDP_port_is_not_the_TCP_port_of_the_number() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        SocketLab.Bind(lab.Socket(Libc.AF_INET, Libc.SOCK_DGRAM), "127.0.0.1", 5353);
        Assert.Equal(PortVerdict.Free, Examine(5353).Verdict);
        Assert.Equal(PortFindingKind.UdpSocket, Examine(5353, Transport.Udp).Findings.Single(f => f.Blocks).Kind);
        Assert.Equal((98, 98), TryBind("127.0.0.1", 5353, udp: true));
    });

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1", AddressOverlap.TheirWildcard)]
    [InlineData("127.0.0.1", "0.0.0.0", AddressOverlap.OurWildcard)]
    [InlineData("127.0.0.1", "127.0.0.1", AddressOverlap.Same)]
    [InlineData("127.0.0.1", "127.0.0.2", null)]
    [InlineData("::", "127.0.0.1", AddressOverlap.DualStack)]
    [InlineData("::", "0.0.0.0", AddressOverlap.DualStack)]
    [InlineData("::", "::1", AddressOverlap.TheirWildcard)]
    [InlineData("::1", "::", AddressOverlap.OurWildcard)]
    [InlineData("127.0.0.1", "::", AddressOverlap.OurWildcard)]
    [InlineData("::1", "127.0.0.1", null)]
    [InlineData("0.0.0.0", "::1", null)]
    [InlineData("v6only", "127.0.0.1", null)]
    [InlineData("v6only", "0.0.0.0", null)]
    [InlineData("v6only", "::1", AddressOverlap.TheirWildcard)]
    public void Wildcards_and_addresses_are_in_each_others_way_as_the_kernel_has_it(string theirs, string ours, AddressOverlap? overlap) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Listen(theirs == "v6only" ? "::" : theirs, 8080, prepare: fd =>
        {
            if (theirs.Contains(':') || theirs == "v6only")
                SocketLab.Set(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, theirs == "v6only" ? 1 : 0);
        });
        var diagnosis = Examine(8080, address: ours);
        Assert.Equal(overlap, diagnosis.Findings.SingleOrDefault(f => f.Blocks)?.Overlap);
        Assert.Equal(diagnosis.Verdict == PortVerdict.Busy ? 98 : 0, TryBind(ours, 8080).Plain);
    });

    [Fact]
    public void An_address_of_another_machine_cant_be_bound() => NetworkNamespace.Run(() =>
    {
        var diagnosis = Examine(8080, address: "10.9.8.7");
        Assert.Equal((PortVerdict.NoSuchAddress, "EADDRNOTAVAIL"), (diagnosis.Verdict, diagnosis.ErrorName));
        Assert.Equal(99, TryBind("10.9.8.7", 8080).Plain);
        Assert.Equal(PortVerdict.Free, Examine(8080, address: "127.3.2.1").Verdict);
    });

    [Fact]
    public void A_port_taken_in_another_namespace_is_free_here()
    {
        ushort port = 0;
        PlacedSockets? there = null;
        NetworkNamespace.Run(() =>
        {
            using var lab = new SocketLab();
            port = SocketLab.Port(lab.Listen("0.0.0.0", 8080));
            there = new("blue", Capture(), NetworkFacts.Unknown);
        });
        NetworkNamespace.Run(() =>
        {
            var diagnosis = PortDoctor.Examine(new(port), Facts() with { Elsewhere = [there!] });
            Assert.Equal(PortVerdict.Free, diagnosis.Verdict);
            var finding = Assert.Single(diagnosis.Findings);
            Assert.Equal((PortFindingKind.OtherNamespace, false, "blue"), (finding.Kind, finding.Blocks, finding.Place!.Netns));
            Assert.Equal(0, TryBind("0.0.0.0", port).Plain);
        });
    }

    [Fact]
    public void The_kernels_ranges_are_told() => NetworkNamespace.Run(() =>
    {
        var facts = Facts() with { MayBindPrivileged = false, Ports = new() { Reserved = LinuxPorts.ParseList("40000-40010") } };
        var privileged = PortDoctor.Examine(new(80), facts);
        Assert.Equal((PortVerdict.Forbidden, "EACCES", PortFindingKind.Privileged), (privileged.Verdict, privileged.ErrorName, privileged.Findings[0].Kind));
        Assert.Equal(PortVerdict.Free, PortDoctor.Examine(new(80), facts with { MayBindPrivileged = true }).Verdict);
        Assert.Equal(PortVerdict.Free, PortDoctor.Examine(new(80), facts with { Ports = new() { UnprivilegedStart = 80 } }).Verdict);
        Assert.Equal([PortFindingKind.Reserved], PortDoctor.Examine(new(40001), facts).Findings.Select(f => f.Kind));
        Assert.Equal([PortFindingKind.InEphemeralRange], PortDoctor.Examine(new(50000), facts).Findings.Select(f => f.Kind));
        Assert.Empty(PortDoctor.Examine(new(8080), facts).Findings);
    });

    [Fact]
    public void The_verdict_is_bind_2s_over_generated_sockets() => Gen.Select(Gen.Int[0, 5].Array[0, 4], Gen.Int[0, 4]).Sample((made, wanted) => NetworkNamespace.Run(() =>
    {
        string[] addresses = ["127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::"];
        using var lab = new SocketLab();
        foreach (int kind in made)
            try
            {
                if (kind == 5)
                    SocketLab.Connect(SocketLab.Bind(lab.Tcp("127.0.0.1"), "127.0.0.1", 8080), "127.0.0.1", SocketLab.Port(lab.Listen("127.0.0.1", 9090)));
                else
                    SocketLab.Bind(lab.Tcp(addresses[kind]), addresses[kind], 8080);
            }
            catch (LabException) { } // one of the others has it
        bool free = Examine(8080, address: addresses[wanted]).Verdict == PortVerdict.Free;
        Assert.Equal(free, TryBind(addresses[wanted], 8080).Plain == 0);
    }), iter: 60, threads: 1);

    [Theory]
    [InlineData("8080", 8080, null)]
    [InlineData("ssh", 22, null)]
    [InlineData("127.0.0.1:53", 53, "127.0.0.1")]
    [InlineData("[::1]:53", 53, "::1")]
    [InlineData("*:53", 53, null)]
    [InlineData(":53", 53, null)]
    public void A_question_is_a_port_or_an_address_with_one(string text, int port, string? address) =>
        Assert.Equal(new PortQuestion((ushort)port, Transport.Tcp, address is null ? null : InetAddress.FromBytes(IPAddress.Parse(address).GetAddressBytes())), WhyVerb.Parse(text, Transport.Tcp));

    [Theory]
    [InlineData("x")]
    [InlineData("1-2")]
    [InlineData("70000")]
    [InlineData("host:80")]
    [InlineData("::1:53")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => WhyVerb.Parse(text, Transport.Tcp));

    [Fact]
    public void The_verb_says_who_and_ends_with_1_and_0_where_it_is_free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var (status, output, errors) = SerenoProcess.Run("why", $"127.0.0.1:{port}", "--try");
        Assert.Equal(1, status);
        // Where a process can't be looked at, that is told; nothing else.
        Assert.All(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("there may be more network namespaces", line));
        Assert.Contains($"127.0.0.1:{port} listens: ", output);
        Assert.Contains($"(pid {Environment.ProcessId}, fd {(int)listener.Server.Handle})", output);
        Assert.Contains("Tried: bind(2) fails: Address already in use; with SO_REUSEADDR it fails: Address already in use.", output);
        Assert.Contains("está a la escucha", SerenoProcess.Run("--lang", "es", "why", port.ToString()).Output);
        var json = JsonDocument.Parse(SerenoProcess.Run("--lang", "es", "why", port.ToString(), "-o", "json").Output).RootElement;
        Assert.Equal(("busy", "EADDRINUSE"), (json.GetProperty("verdict").GetString(), json.GetProperty("error").GetString()));
        var finding = json.GetProperty("findings")[0];
        Assert.Equal(("listener", true, port), (finding.GetProperty("kind").GetString(), finding.GetProperty("blocks").GetBoolean(), finding.GetProperty("socket").GetProperty("port").GetInt32()));
        Assert.True(DateTimeOffset.UtcNow - DateTimeOffset.Parse(finding.GetProperty("since").GetString()!) < TimeSpan.FromHours(12));
        listener.Stop();
        (status, output, _) = SerenoProcess.Run("why", port.ToString(), "--try");
        Assert.Equal(0, status);
        Assert.Contains("is free", output);
        Assert.Contains("Tried: bind(2) succeeds", output);
    }

    [Fact]
    public void A_process_start_is_told_within_a_few_seconds() =>
        Assert.InRange((new ProcessTimes().StartOf(Environment.ProcessId)!.Value - Process.GetCurrentProcess().StartTime).TotalSeconds, -3, 3);

    private static ushort LeaveTimeWait(SocketLab lab, bool reuse)
    {
        int listener = lab.Listen("127.0.0.1", 8085, prepare: fd => SocketLab.Set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, reuse ? 1 : 0));
        int client = SocketLab.Connect(lab.Tcp("127.0.0.1"), "127.0.0.1", 8085);
        int server = lab.Accept(listener);
        lab.Orphan(listener);
        lab.Orphan(server); // closes first: it waits
        lab.Orphan(client);
        SocketLab.AwaitRow(v6: false, 6, 8085);
        return 8085;
    }

    private static (int Plain, int Reuse) TryBind(string address, ushort port, bool udp = false)
    {
        byte[] bytes = IPAddress.Parse(address).GetAddressBytes();
        return (BindTest.Try(bytes, port, udp, reuse: false), BindTest.Try(bytes, port, udp, reuse: true));
    }

    private static PortDiagnosis Examine(ushort port, Transport transport = Transport.Tcp, string? address = null) =>
        PortDoctor.Examine(new(port, transport, address is null ? null : InetAddress.FromBytes(IPAddress.Parse(address).GetAddressBytes())), Facts());

    private static PortFacts Facts() => new(new(null, Capture(), NetworkFactsReader.Read()), [], LinuxPorts.Read(), PortFacts.ReadMayBindPrivileged());

    private static SocketTable Capture() => SocketTable.Capture(new SocketQuery { States = PortFacts.States }).WithBoundInactive();
}
