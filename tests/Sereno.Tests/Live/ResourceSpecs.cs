using System.Net;
using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>What systemd.resource-control(5) does by programs at the control group, from inside of a service.</summary>
[Collection(Live.Name)]
public sealed class ResourceSpecs(Probe probe) : IClassFixture<Probe>
{
    private static void Require()
    {
        Assert.SkipUnless(Cgroup.Writable(out string why) is not null, why);
        Assert.SkipUnless(Self.HasCapability(libc.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN for programs at control groups");
    }

    private string Tell(string settings, string command)
    {
        Require();
        return probe.Tell(settings, command).TrimEnd('\n').Replace('\n', ' ');
    }

    [Theory]
    [InlineData("", "ok ok")]
    [InlineData("IPAddressDeny=any", "EPERM EPERM")]
    [InlineData("IPAddressDeny=any\nIPAddressAllow=localhost", "ok ok")]
    [InlineData("IPAddressDeny=127.0.0.0/8", "EPERM ok")]
    [InlineData("IPAddressDeny=::1", "ok EPERM")]
    [InlineData("IPAddressDeny=127.0.0.0/8\nIPAddressAllow=127.0.0.1/32", "ok ok")]
    [InlineData("IPAddressDeny=127.0.0.2 10.0.0.0/8 link-local multicast fe80::/10", "ok ok")]
    [InlineData("IPAddressDeny=any\nIPAddressDeny=", "ok ok")]
    [InlineData("IPAddressAllow=10.0.0.0/8\nIPAddressDeny=0.0.0.0/0", "EPERM ok")]
    public void Packets_go_where_they_may(string settings, string expected)
    {
        using var v4 = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var v6 = new UdpClient(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        Assert.Equal(expected, Tell(settings, $"udp 127.0.0.1 {Port(v4)} ;; udp ::1 {Port(v6)}").Replace("udp: ", ""));
    }

    [Fact]
    public void A_listener_cannot_be_reached_by_who_may_not_reach_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Equal("tcp: ok", Tell("IPAddressAllow=localhost\nIPAddressDeny=any", $"tcp 127.0.0.1 {port}"));
        Assert.Equal("tcp: ETIMEDOUT", Tell("IPAddressDeny=any", $"tcp 127.0.0.1 {port}"));
    }

    [Fact]
    public void Packets_come_from_where_they_may()
    {
        Require();
        var sereno = probe.Sereno;
        string file = $"{sereno.Folder}/port", output = $"{sereno.Folder}/receiver.out";
        File.WriteAllText($"{sereno.Units}/receiver.service",
            $"[Service]\nStandardOutput=truncate:{output}\nIPAddressDeny=127.0.0.2\nIPAccounting=yes\nExecStart={sereno.Folder}/probe receive {file}\n");
        // What an active unit names isn't forgotten at its end.
        File.WriteAllText($"{sereno.Units}/holder.target", "[Unit]\nAfter=receiver.service\n");
        sereno.Do("start", "receiver", "holder.target");
        Live.Eventually(() => File.Exists(file), () => "the receiver's port");
        int port = int.Parse(File.ReadAllText(file));
        foreach (string from in (string[])["127.0.0.2", "127.0.0.3"])
        {
            using var sender = new UdpClient(new IPEndPoint(IPAddress.Parse(from), 0));
            sender.Send([1, 2, 3], new IPEndPoint(IPAddress.Loopback, port));
        }
        sereno.Expect("receiver.service", "inactive");
        Assert.Equal("receive: 127.0.0.3", File.ReadAllText(output).Split('\n')[0]);
        Assert.Matches(@"receiver.service: Consumed \d+(\.\d+)?[mu]?s CPU time, received 31B IP traffic, sent 0B IP traffic.", sereno.Do("logs", "receiver").Output);
        Assert.InRange(Number("receiver", "CPUUsageNSec"), 1000ul, 60_000_000_000ul);
        // 20 bytes of IP, 8 of UDP, 3 of ours; what was refused isn't counted.
        Assert.Equal((31ul, 1ul, 0ul), (Number("receiver", "IPIngressBytes"), Number("receiver", "IPIngressPackets"), Number("receiver", "IPEgressBytes")));
    }

    [Fact]
    public void A_slices_lists_count_for_those_in_it_and_allow_wins()
    {
        Require();
        using var v4 = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        File.WriteAllText($"{probe.Sereno.Units}/closed.slice", "[Slice]\nIPAddressDeny=any\n");
        File.WriteAllText($"{probe.Sereno.Units}/closed-open.slice", "[Slice]\nIPAddressAllow=127.0.0.1\n");
        Assert.Equal("udp: EPERM", Tell("Slice=closed.slice", $"udp 127.0.0.1 {Port(v4)}"));
        Assert.Equal("udp: ok udp: EPERM", Tell("Slice=closed-open.slice", $"udp 127.0.0.1 {Port(v4)} ;; udp 127.0.0.2 {Port(v4)}"));
        Assert.Equal("udp: ok", Tell("Slice=closed.slice\nIPAddressAllow=localhost", $"udp 127.0.0.1 {Port(v4)}"));
    }

    [Theory]
    [InlineData("SocketBindDeny=any", "EPERM EPERM EPERM")]
    [InlineData("SocketBindDeny=ipv4:tcp", "EPERM ok ok")]
    [InlineData("SocketBindDeny=udp", "ok EPERM ok")]
    [InlineData("SocketBindDeny=ipv6", "ok ok EPERM")]
    [InlineData("SocketBindDeny=any\nSocketBindAllow=ipv4:tcp:30000-40000", "ok EPERM EPERM")]
    [InlineData("SocketBindDeny=any\nSocketBindAllow=30001\nSocketBindAllow=ipv6:tcp:30003", "EPERM EPERM ok")]
    [InlineData("SocketBindDeny=30000-30001\nSocketBindDeny=tcp:30003", "EPERM ok EPERM")]
    [InlineData("SocketBindDeny=any\nSocketBindDeny=", "ok ok ok")]
    public void Sockets_are_bound_where_they_may(string settings, string expected) =>
        Assert.Equal(expected, Tell(settings, "bind tcp 127.0.0.1 30000 ;; bind udp 127.0.0.1 30002 ;; bind tcp ::1 30003").Replace("bind: ", ""));

    [Theory]
    [InlineData("RestrictNetworkInterfaces=lo", "ok")]
    [InlineData("RestrictNetworkInterfaces=~lo", "EPERM")]
    [InlineData("RestrictNetworkInterfaces=nosuch0", "EPERM")]
    [InlineData("RestrictNetworkInterfaces=~nosuch0", "ok")]
    [InlineData("RestrictNetworkInterfaces=nosuch0 lo\nRestrictNetworkInterfaces=~nosuch0", "ok")]
    public void Interfaces_are_used_that_may_be(string settings, string expected)
    {
        using var v4 = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal("udp: " + expected, Tell(settings, $"udp 127.0.0.1 {Port(v4)}"));
    }

    [Theory]
    [InlineData("", "open: ok open: ok open: ok make: ok")]
    [InlineData("DevicePolicy=closed", "open: ok open: ok open: EPERM make: EPERM")]
    [InlineData("DevicePolicy=strict\nDeviceAllow=/dev/null r", "open: EPERM open: EPERM open: EPERM make: EPERM")]
    [InlineData("DevicePolicy=strict\nDeviceAllow=/dev/null rw\nDeviceAllow=char-1:* r", "open: ok open: EPERM open: EPERM make: EPERM")]
    [InlineData("DeviceAllow=/dev/kmsg r", "open: ok open: ok open: ok make: EPERM")]
    [InlineData("DeviceAllow=char-mem rwm", "open: ok open: ok open: ok make: EPERM")]
    [InlineData("DevicePolicy=strict\nDeviceAllow=char-mem", "open: ok open: ok open: ok make: EPERM")]
    [InlineData("DevicePolicy=strict\nDeviceAllow=char-1 r", "open: EPERM open: ok open: ok make: EPERM")]
    [InlineData("DeviceAllow=char-* m", "open: ok open: ok open: EPERM make: ok")]
    public void Devices_are_opened_and_made_that_may_be(string settings, string expected) =>
        Assert.Equal(expected, Tell($"StandardInput=null\n{settings}", $"open rw /dev/null ;; open r /dev/zero /dev/kmsg ;; make {probe.Sereno.Folder}/node 240 7")
            .Replace("open: ENOENT", "open: EPERM"));

    [Fact]
    public void A_service_that_may_open_nothing_has_no_standard_input()
    {
        Require();
        string? unit = "nothing.service";
        _ = probe.Run("StandardInput=null\nDevicePolicy=strict", "who", "", ref unit, out int status);
        Assert.Equal((1, 208ul), (status, Number("nothing", "ExecMainStatus")));
    }

    [Fact]
    public void A_reload_changes_what_holds_and_leaves_one_program_of_each()
    {
        Require();
        var sereno = probe.Sereno;
        string unit = $"{sereno.Units}/long.service";
        const string Start = "[Service]\nExecStart=/bin/sleep infinity\nIPAccounting=yes\n";
        File.WriteAllText(unit, Start + "IPAddressDeny=any\nSocketBindDeny=any\nDevicePolicy=closed\nRestrictNetworkInterfaces=lo\n");
        sereno.Do("start", "long");
        string folder = Cgroup.Mount + sereno.Manager.Unit("long.service").GetAll().Text("ControlGroup");
        (CgroupHook, string)[] all = [(CgroupHook.Ingress, "sereno_in"), (CgroupHook.Egress, "sereno_out"), (CgroupHook.Ingress, "sereno_ifin"), (CgroupHook.Egress, "sereno_ifout"),
            (CgroupHook.Bind4, "sereno_bind4"), (CgroupHook.Bind6, "sereno_bind6"), (CgroupHook.Device, "sereno_dev")];
        Assert.Equal([1, 1, 1, 1, 1, 1, 1], Counts());
        for (int i = 0; i < 3; i++)
        {
            int manager = sereno.ManagerPid;
            Proc.Kill(manager);
            Live.Eventually(() => sereno.ManagerPid is > 0 and var next && next != manager, () => "the next manager");
            sereno.Disconnect();
            sereno.Do("daemon-reload");
            Assert.Equal([1, 1, 1, 1, 1, 1, 1], Counts());
        }
        File.WriteAllText(unit, Start);
        sereno.Do("daemon-reload");
        Assert.Equal([1, 1, 0, 0, 0, 0, 0], Counts());
        sereno.Do("stop", "long");

        int[] Counts()
        {
            using var group = new Cgroup(folder).Open();
            return [.. all.Select(p =>
            {
                var programs = CgroupBpf.Find(group, p.Item1, p.Item2);
                programs.ForEach(f => f.Dispose());
                return programs.Count;
            })];
        }
    }

    [Fact]
    public void A_delegated_group_is_its_users_and_control_processes_are_beside_it()
    {
        Require();
        var sereno = probe.Sereno;
        string output = $"{sereno.Folder}/own.out", script = $"{sereno.Folder}/own.sh";
        File.WriteAllText(output, "");
        File.SetUnixFileMode(output, (UnixFileMode)0x1B6);
        File.WriteAllText(script, $$"""
            g=$(sed -n 's/^0:://p' /proc/self/cgroup)
            echo "$1 ${g##*/long-own.service}" >>{{output}}
            test "$1" = main || exit 0
            mkdir {{Cgroup.Mount}}$g/part && echo 0 >{{Cgroup.Mount}}$g/part/cgroup.procs && sed -n 's/^0::.*service//p' /proc/self/cgroup >>{{output}}
            exec sleep infinity
            """);
        File.WriteAllText($"{sereno.Units}/long-own.service", $"[Service]\nType=exec\nUser=65534\nDelegate=yes\nExecStart=/bin/sh {script} main\nExecReload=/bin/sh {script} control\nExecStop=/bin/sh {script} stop\n");
        sereno.Do("start", "long-own");
        Live.Eventually(() => File.ReadAllLines(output) is [_, _], () => File.ReadAllText(output));
        sereno.Do("reload", "long-own");
        string folder = Cgroup.Mount + sereno.Manager.Unit("long-own.service").GetAll().Text("ControlGroup");
        int main = sereno.State("long-own.service").Main;
        sereno.Do("stop", "long-own");
        Assert.Equal(["main ", "/part", "control /.control", "stop /.control"], File.ReadAllLines(output));
        Assert.False(Proc.IsAlive(main));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void All_of_a_group_is_killed_however_deep_and_a_scope_is_limited_like_a_service()
    {
        Require();
        var sereno = probe.Sereno;
        File.WriteAllText($"{sereno.Units}/nest.service", "[Service]\nDelegate=pids memory\nExecStart=/bin/sh -c 'g=/sys/fs/cgroup; test -d $g/unified && g=$g/unified; g=$g$(sed -n s/^0:://p /proc/self/cgroup); mkdir -p $g/a/b; (echo 0 >$g/a/b/cgroup.procs; trap \"\" TERM; sleep infinity) & exec sleep infinity'\nTimeoutStopSec=200ms\n");
        sereno.Do("start", "nest");
        string folder = Cgroup.Mount + sereno.Manager.Unit("nest.service").GetAll().Text("ControlGroup");
        Live.Eventually(() => Directory.Exists($"{folder}/a/b") && new Cgroup($"{folder}/a/b").Processes() is [_, _, ..] or [_], () => "the process below");
        var pids = new Cgroup(folder).Processes();
        sereno.Run("stop", "nest");
        Assert.All(pids, p => Assert.False(Proc.IsAlive(p)));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void Status_and_show_tell_what_was_used()
    {
        Require();
        var sereno = probe.Sereno;
        File.WriteAllText($"{sereno.Units}/used.service", "[Service]\nExecStart=/bin/sleep infinity\nIPAccounting=yes\nIPAddressDeny=10.0.0.0/8 ::1\nTasksMax=100\nMemoryMax=1M\nDeviceAllow=/dev/null r\nCPUWeight=7\nAllowedCPUs=0\n");
        sereno.Do("start", "used");
        string status = sereno.Do("status", "used").Output;
        Assert.Contains("         IP: 0B in, 0B out\n", status);
        Assert.Contains("      Tasks: 1 (limit: 100)\n", status);
        Assert.Matches(@"\n        CPU: \d+(\.\d+)?[mu]?s\n|\n        CPU: 0\n", status);
        string show = sereno.Do("show", "used").Output;
        Assert.All((string[])["IPAccounting=yes", "TasksMax=100", "MemoryMax=1048576", "CPUWeight=7", "Slice=system.slice", "DevicePolicy=auto"], line => Assert.Contains($"\n{line}\n", show));
        sereno.Do("stop", "used");
    }

    private ulong Number(string unit, string property) => ulong.Parse(probe.Sereno.Do("show", unit, "-p", property, "--value").Output.Trim());

    private static int Port(UdpClient client) => ((IPEndPoint)client.Client.LocalEndPoint!).Port;
}
