using System.Diagnostics;
using System.Text.Json;
using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Namespaces;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>Two hosts made with ip-netns(8), as a person would make them, each with a server inside.</summary>
public sealed class NamespaceSpecs : IDisposable
{
    private static readonly string[] s_names = [$"sereno-a-{Environment.ProcessId}", $"sereno b {Environment.ProcessId}"];

    private readonly List<Process> _servers = [];

    public NamespaceSpecs()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"), "ip (iproute2) is missing");
        foreach (string name in s_names)
            Assert.SkipUnless(Run("ip", "netns", "add", name) == 0, "ip netns add needs CAP_SYS_ADMIN");
        for (int i = 0; i < s_names.Length; i++)
        {
            Assert.Equal(0, Run("ip", "-n", s_names[i], "link", "set", "lo", "up"));
            var server = Process.Start(new ProcessStartInfo("ip",
                ["netns", "exec", s_names[i], Sereno, "serve", "echo", "--address", $"127.0.0.1:{9001 + i}"]) { RedirectStandardOutput = true })!;
            _servers.Add(server);
            Assert.Contains($"{9001 + i}", server.StandardOutput.ReadLine());
        }
    }

    private static string Sereno => Path.Combine(AppContext.BaseDirectory, "sereno");

    public void Dispose()
    {
        foreach (var server in _servers)
        {
            server.Kill();
            server.WaitForExit();
            server.Dispose();
        }
        foreach (string name in s_names)
            Run("ip", "netns", "delete", name);
    }

    [Fact]
    public void Every_namespace_is_seen_named_and_looked_into()
    {
        var list = NetworkNamespaces.List();
        Assert.True(list.All[0].IsOurs);
        Assert.Single(list.All, n => n.IsOurs);
        Assert.Subset(list.All.Select(n => n.Name).ToHashSet(), s_names.ToHashSet());
        Assert.Equal(list.All.Count, list.All.Select(n => n.Inode).Distinct().Count());
        for (int i = 0; i < s_names.Length; i++)
        {
            var space = Assert.Single(list.Select(s_names[i]));
            Assert.Equal(_servers[i].Id, space.FirstPid);
            Assert.Equal(space, Assert.Single(list.Select($"{_servers[i].Id}")));
            var port = Assert.Single(ListeningPorts.In(NetworkNamespaces.CaptureIn(space)));
            Assert.Equal((9001 + i, _servers[i].Id), (port.Port, Assert.Single(port.Owner.Holders).Pid));
        }
        Assert.Empty(list.Select("no-such-host"));
        Assert.Empty(list.Select("999999999"));
    }

    [Fact]
    public void One_walk_finds_the_owners_in_all_of_them()
    {
        var captured = NetworkNamespaces.Capture(NetworkNamespaces.List().Select("all"), new SocketQuery { Udp = false });
        foreach (var (space, table, failure) in captured.Where(c => s_names.Contains(c.Namespace.Name)))
        {
            Assert.Null(failure);
            Assert.Same(captured[0].Table!.Owners, table!.Owners);
            Assert.Equal(space.FirstPid, Assert.Single(ListeningPorts.In(table)).Owner.Holders[0].Pid);
        }
    }

    [Fact]
    public void The_callers_thread_stays_where_it_is()
    {
        ulong? before = Namespace.InodeOf("/proc/thread-self/ns/net");
        var space = NetworkNamespaces.List().Select(s_names[0])[0];
        Assert.Equal(space.Inode, NetworkNamespaces.Run(space, () => Namespace.InodeOf("/proc/thread-self/ns/net")));
        Assert.Equal(before, Namespace.InodeOf("/proc/thread-self/ns/net"));
        var gone = space with { Inode = space.Inode + 1 };
        Assert.Equal("cannot enter the network namespace " + space.Path + ": No such file or directory",
            Assert.Throws<LinuxException>(() => NetworkNamespaces.Run(gone, () => 0)).Message);
    }

    [Fact]
    public void A_namespace_outlives_the_first_of_its_processes()
    {
        var space = NetworkNamespaces.List().Select(s_names[0])[0];
        var gone = space with { Paths = [.. (byte[][])["/proc/999999999/ns/net"u8.ToArray(), "/proc/self/ns/net"u8.ToArray()], .. space.Paths] };
        Assert.Equal(space.Inode, NetworkNamespaces.Run(gone, () => Namespace.InodeOf("/proc/thread-self/ns/net")));
    }

    [Fact]
    public void A_name_may_be_any_bytes()
    {
        Assert.Equal(0, Run("sh", "-c", "ip netns add \"$(printf 'sereno-\\377')\""));
        try
        {
            var (exit, _, errors) = Ask("ports", "--netns", "all");
            Assert.Equal(0, exit);
            Assert.DoesNotContain("cannot enter", errors);
            var space = Assert.Single(NetworkNamespaces.List().All, n => n.Name == "sereno-\uFFFD");
            Assert.Equal(space.Inode, NetworkNamespaces.Run(space, () => Namespace.InodeOf("/proc/thread-self/ns/net")));
        }
        finally
        {
            Run("sh", "-c", "ip netns delete \"$(printf 'sereno-\\377')\"");
        }
    }

    [Fact]
    public void The_verb_shows_both_hosts_by_name()
    {
        var (exit, text, _) = Ask("ports", "--netns", "all", "--tcp");
        Assert.Equal(0, exit);
        var lines = text.Split('\n');
        Assert.EndsWith("NETNS", lines[0].TrimEnd());
        for (int i = 0; i < s_names.Length; i++)
            Assert.Contains(lines, l => l.Contains($" {9001 + i} ") && l.EndsWith(s_names[i]));
        (_, string json, _) = Ask("ports", "--netns", s_names[1], "-o", "json");
        using var document = JsonDocument.Parse(json);
        var port = Assert.Single(document.RootElement.GetProperty("ports").EnumerateArray());
        Assert.Equal((9002, s_names[1]), (port.GetProperty("port").GetInt32(), port.GetProperty("netns").GetString()));
    }

    [Fact]
    public void Who_may_not_enter_a_namespace_is_told_what_is_needed()
    {
        var (exit, text, errors) = Ask("ports", "--netns", s_names[0], unprivileged: true);
        Assert.Equal((1, ""), (exit, text));
        Assert.Contains($"cannot enter the network namespace {s_names[0]}: needs CAP_SYS_ADMIN", errors);
        (exit, text, errors) = Ask("ports", "--netns", "all", unprivileged: true);
        Assert.Equal(0, exit);
        Assert.DoesNotContain("9001", text);
        Assert.All(s_names, name => Assert.Contains($"cannot enter the network namespace {name}: needs CAP_SYS_ADMIN", errors));
        Assert.Contains("there may be more network namespaces", errors);
        (exit, _, errors) = Ask("ports", "--netns", "no-such-host");
        Assert.Equal(1, exit);
        Assert.EndsWith("sereno: no network namespace no-such-host\n", errors);
    }

    [Fact]
    public void Those_that_end_meanwhile_are_left_out()
    {
        // Lives as long as each of the steps of looking into them.
        using var churn = Process.Start("sh", ["-c", "for t in 0.02 0.05 0.1 0.15 0.2 0.3; do while :; do unshare -n sleep $t; done & done; wait"]);
        try
        {
            for (int i = 0; i < 10; i++)
            {
                var (exit, text, errors) = Ask("ports", "--netns", "all", "--tcp");
                Assert.DoesNotContain("cannot enter", errors);
                Assert.Equal(0, exit);
                Assert.All(s_names, name => Assert.Contains(name, text));
            }
        }
        finally
        {
            churn.Kill(entireProcessTree: true);
            churn.WaitForExit();
        }
    }

    [Fact]
    public void Mounted_namespaces_are_read_from_mountinfo() =>
        Assert.Equal([(4026532301ul, "/run/netns/a b"), (4026532402ul, "/run/docker/netns/1f")], Namespace.NetworkMounts(
        [
            @"630 27 0:4 net:[4026532301] /run/netns/a\040b rw shared:300 - nsfs nsfs rw",
            "631 27 0:4 mnt:[4026532300] /run/snapd/ns/x.mnt rw - nsfs nsfs rw",
            "22 27 0:21 / /proc rw,nosuid shared:13 - proc proc rw",
            "632 27 0:4 net:[4026532402] /run/docker/netns/1f rw - nsfs nsfs rw",
            "633 27 0:4 net:[x] /run/netns/c rw",
            "",
        ]).Select(m => (m.Inode, System.Text.Encoding.UTF8.GetString(m.Path))));

    private static (int Exit, string Output, string Errors) Ask(string verb, string option, string value, string? more = null, string? last = null, bool unprivileged = false)
    {
        string[] words = [Sereno, verb, option, value, .. more is null ? [] : (string[])[more], .. last is null ? [] : (string[])[last]];
        if (unprivileged)
            words = ["setpriv", "--reuid", "65534", "--clear-groups", "--inh-caps=-all", .. words];
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
