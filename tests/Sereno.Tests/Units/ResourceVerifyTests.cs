using Xunit;

namespace Sereno.Tests.Units;

/// <summary>Values of systemd.resource-control(5)'s directives: what is wrong is said as systemd says it.</summary>
public class ResourceVerifyTests
{
    private const string Systemd = "/lib/systemd/systemd";

    private static readonly string[] s_values =
    [
        "", "yes", "no", "maybe", "0", "1", "-1", "2", "9", "10", "07", "08", "0x10", "+5", " 5", "1.5", "100", "1000", "1001", "10000", "10001", "262144", "262145", "99999999999999999999", "18446744073709551615", "infinity",
        "idle", "5s", "5ms", "10us", "5 min 3", "0%", "0.01%", "0.001%", "10%", "50.5%", "99.99%", "100%", "100.01%", "150%", "-5%", "%%", "5%%", "5‰", "5‱", "1K", "1.5M", "2G 3M", "3M 2G", "1Z", "-1K", "1KB", "16E", "15E",
        "%n", "%Z", "relative/path", "/absolute//path/", "/a/../b", "'open", "\\x20", "a\\b",
        "any", "localhost", "LOCALHOST", "localhost.", "foo.localhost", "foo.localhost.localdomain.", "link-local", "multicast", "any localhost 10.0.0.0/8 ::1", "10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "0.0.0.0/33", "0.0.0.0/-1",
        "0.0.0.0/", "0.0.0.0/0x8", "0.0.0.0/08", "0.0.0.0/ 8", "10.0.0", "10.0.0.256", "010.0.0.1", "0x7f.0.0.1", "1", "::/0", "::/128", "::/129", "fe80::1%lo", "[::1]", "::ffff:1.2.3.4", "::ffff:1.2.3.04", "1.2.3.4.5", "2001:db8::/32", "2001:db8:::/32",
        "10.0.0.0/8 bad ::1", "bad 'x", "10.0.0.0/8/8", "any,localhost",
        "ipv4", "ipv6", "tcp", "udp", "80", "0-80", "80-80", "80-79", "1-65535", "65536", "0", "80-", "-80", "1-2-3", "ipv4:tcp", "tcp:ipv4", "ipv4:80", "tcp:80", "ipv4:tcp:80", "ipv4:tcp:any", "ipv4:tcp:any:1", "ipv4:", ":tcp", "any:tcp", "icmp", "ipv4:tcp:80-90",
        "ipv4 tcp", "tcp:http", "tcp: 80",
        "eth0", "~eth0", "eth0 lo", "~eth0 'x", "eth0 bad/name", "0eth", "123", "all", "default", "averylonginterfacename", ".", "e:0", "~", "~~lo",
        "/dev/null", "/dev/null rwm", "/dev/null r", "/dev/null rx", "/dev/null r w", "/dev/", "/dev", "/dev//null", "/sys/x", "/run/systemd/inaccessible/chr r", "char-pts", "char-* rw", "block-sd rwm", "block-", "char", "'/dev/null' r", "/dev/../etc r", "dev/null",
        "auto", "closed", "strict", "Closed", "kill", "none", "avoid", "omit",
        "cpu", "cpu memory", "memory pids io cpuset cpuacct blkio devices", "bpf-firewall bpf-devices bpf-foreign bpf-socket-bind bpf-restrict-network-interfaces", "net_cls", "cpu nothing", "cpu 'io", "cpu,memory",
        "/dev/sda 10", "/dev/sda 0", "/dev/sda 10001", "/dev/sda", "/dev/sda ", "/dev/sda 5M", "/dev/sda infinity", "/dev/sda -1", "/dev/sda 25ms", "/dev/sda 5x", "relative 10", "/a/../b 10", "/dev/%Z 10", "'/dev/sda 10", "/ 1K 2",
        "0-3", "0,2", "0 2 4-5", "3-1", "1-", "a", "0-99999", "8192", "8191", "0-1-2", "1,,2",
        "egress:/sys/fs/bpf/x", "ingress:rel", "nothing:/x", "egress", ":/x", "egress:", "bind4:/a/../b", "device:/%Z", "connect4:/a:/b",
    ];

    [Fact]
    public void Each_resource_directive_judges_values_as_systemd_does()
    {
        Assert.SkipUnless(Oracle.HasAnalyze && File.Exists(Systemd), Oracle.Missing);
        string section = "";
        var keys = new List<string>();
        foreach (string line in Oracle.Run(Systemd, ["--dump-configuration-items"]).Output.Select(l => l.Trim()))
            if (line.StartsWith('['))
                section = line[1..^1];
            else if (section == "Slice" && line.IndexOf('=') is > 0 and var equals)
                keys.Add(line[..equals]);
        Assert.True(keys.Count > 50, $"only {keys.Count} directives");
        var differences = keys.Where(k => k != "Slice").SelectMany(k => Compare("Slice", "a.slice", k))
            .Concat(((string[])["Delegate", "ManagedOOMSwap", "DeviceAllow", "SocketBindDeny"]).SelectMany(k => Compare("Service", "a.service", k)))
            .Concat(((string[])["Delegate", "ManagedOOMMemoryPressureLimit", "CPUWeight"]).SelectMany(k => Compare("Mount", "a.mount", k))).ToList();
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    private static IEnumerable<string> Compare(string section, string name, string key)
    {
        string head = section == "Service" ? "ExecStart=/bin/true\n" : section == "Mount" ? "What=/x\nWhere=/a\n" : "";
        string text = $"[{section}]\n{head}{string.Join("\n", s_values.Select(v => $"{key}={v}"))}\n";
        return Verdicts.Compare(text, name).Where(d => d.Contains($"{name}:", StringComparison.Ordinal)).Select(d => $"[{section}] {key}: {d}");
    }
}
