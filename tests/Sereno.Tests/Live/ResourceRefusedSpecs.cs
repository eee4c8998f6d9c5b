using System.Net;
using System.Net.Sockets;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Where the kernel takes no programs of ours, units go on without, and that is said once, as systemd does.</summary>
[Collection(Live.Name)]
public sealed class ResourceRefusedSpecs
{
    [Theory]
    [InlineData("setpriv --bounding-set=-sys_admin,-bpf,-net_admin,-perfmon", false)]
    [InlineData("unshare --mount sh -c 'mount -t tmpfs none /sys/fs/cgroup && exec \"$@\"' sh", true)]
    public void Units_go_on_and_it_is_said_once(string through, bool hasNoGroups)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipUnless(hasNoGroups || Cgroup.Writable(out _) is not null, "needs a control group");
        using var v4 = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)v4.Client.LocalEndPoint!).Port;
        using var sereno = new LiveInstance(folder =>
        {
            foreach (string name in (string[])["a", "b"])
                File.WriteAllText($"{folder}/units/{name}.service", $"[Service]\nType=oneshot\nIPAddressDeny=any\nDevicePolicy=closed\nExecStart=/bin/bash -c 'echo x >/dev/udp/127.0.0.1/{port}'\n");
        }, through: ["sh", "-c", $"exec {through} \"$@\"", "sh"]);
        sereno.Do("start", "a", "b");
        sereno.Do("restart", "a");
        string[] said = [.. sereno.Do("logs", "-n", "200").Output.Split('\n').Where(l => l.Contains("WITHOUT", StringComparison.Ordinal))];
        if (hasNoGroups)
            Assert.Equal(["a.service", "b.service"], said.Select(l => l.Split(": ") is [_, var unit, ..] ? unit : l).Order());
        else
        {
            Assert.Equal(2, said.Length);
            Assert.Contains(said, l => l.Contains(".service configures an IP firewall, but the local system does not support BPF/cgroup firewalling", StringComparison.Ordinal));
            Assert.Contains(said, l => l.Contains(".service configures device ACL, but the local system doesn't seem to support the BPF-based device controller", StringComparison.Ordinal));
        }
    }
}
