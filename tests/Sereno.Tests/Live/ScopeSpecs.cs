using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Scope=: from three hosts, each scope admits exactly who it should, whoever opened the socket.</summary>
[Collection(Live.Name)]
public sealed class ScopeSpecs
{
    private static readonly string[] s_scopes = ["local", "intranet", "intranet 10.77.2.0/24 2001:db8:2::/64", "internet"];
    private static readonly string[] s_kinds = ["accepting", "given", "own"];

    /// <summary>Where a host finds this machine; the last of the near host's and of ours is a link-local address.</summary>
    private static readonly Dictionary<string, string[]> s_addresses = new()
    {
        ["here"] = ["127.0.0.1", "::1", "10.77.1.1", "2001:db8:1::1", "10.77.3.1", "2001:db8:3::1", "fe80::1%near"],
        ["near"] = ["10.77.1.1", "2001:db8:1::1", "fe80::1%here"],
        ["far"] = ["10.77.3.1", "2001:db8:3::1"],
    };

    private static int Port(int scope, int kind) => 7000 + 10 * scope + kind;

    private static bool Admits(int scope, string host, string address) => host == "here" || s_scopes[scope] switch
    {
        "local" => false,
        "intranet" => host == "near",
        "internet" => true,
        // Whose link it is doesn't matter where a list is given.
        _ => host == "far",
    };

    private static void Require()
    {
        Assert.SkipUnless(Cgroup.Writable(out string why) is not null, why);
        Assert.SkipUnless(Self.HasCapability(libc.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
    }

    private static void Compile(string folder)
    {
        var compiler = Command.Run("cc", "-O1", "-o", $"{folder}/scoped", Path.Combine(Live.Repository, "tests/Sereno.Tests/Live/scoped.c"));
        Assert.True(compiler.Status == 0, compiler.ToString());
    }

    private static void Prepare(string folder)
    {
        Compile(folder);
        for (int s = 0; s < s_scopes.Length; s++)
        {
            string scope = $"[X-Sereno]\nScope={s_scopes[s]}\n";
            Write($"accepting{s}.socket", $"[Socket]\nListenStream={Port(s, 0)}\nAccept=yes\n{scope}");
            Write($"accepting{s}@.service", "[Service]\nExecStart=/bin/echo hello\nStandardInput=socket\n");
            // Said by the service, whose sockets these are.
            Write($"given{s}.socket", $"[Socket]\nListenStream={Port(s, 1)}\nListenDatagram={Port(s, 1)}\n");
            Write($"given{s}.service", $"[Service]\nExecStart={folder}/scoped given\n{scope}");
            Write($"own{s}.service", $"[Service]\nExecStart={folder}/scoped own {Port(s, 2)}\n{scope}");
        }

        void Write(string name, string text) => File.WriteAllText($"{folder}/units/{name}", text);
    }

    private static IEnumerable<string> Units => s_scopes.SelectMany((_, s) => (string[])[$"accepting{s}.socket", $"given{s}.socket", $"own{s}.service"]);

    private static List<Client> CallAll(ThreeHosts hosts, IEnumerable<string> from, Func<int, bool>? scopes = null)
    {
        var clients = new List<Client>();
        foreach (string host in from)
            foreach (string address in s_addresses[host])
                for (int s = 0; s < s_scopes.Length; s++)
                    for (int kind = 0; kind < s_kinds.Length; kind++)
                        foreach (var protocol in kind == 0 ? (ProtocolType[])[ProtocolType.Tcp] : [ProtocolType.Tcp, ProtocolType.Udp])
                            if (scopes?.Invoke(s) != false)
                                clients.Add(hosts.Call(host, Zoned(hosts, host, address), Port(s, kind), protocol));
        return clients;
    }

    private static string Zoned(ThreeHosts hosts, string host, string address) =>
        address.Split('%') is [var ip, var peer] ? $"{ip}%{hosts.InterfaceOf(host, peer)}" : address;

    /// <summary>Those who should be are answered, and nobody else is.</summary>
    private static void Expect(LiveInstance sereno, List<Client> clients, Func<int, string, string, bool> admits)
    {
        bool Should(Client c) => admits((c.Port - 7000) / 10, c.Host, c.Address);
        Live.Eventually(() => clients.Where(Should).All(c => c.IsAnswered()), () => $"not answered: {string.Join(", ", clients.Where(c => Should(c) && !c.IsAnswered()))}; {sereno.Run("logs").Output}", 30);
        Assert.Equal([], clients.Where(c => !Should(c) && c.IsAnswered()).Select(c => c.ToString()));
    }

    private static ulong Refused(LiveInstance sereno, string unit)
    {
        var p = sereno.Manager.Unit(unit).GetAll();
        return p.Number("ScopeRefused") + p.Number("NRefused");
    }

    [Fact]
    public void From_three_hosts_each_scope_admits_exactly_who_it_should()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(Prepare, through: hosts.Through);
        sereno.Do(["start", .. Units]);
        AwaitListeners(hosts, sereno);
        var clients = CallAll(hosts, s_addresses.Keys);
        Expect(sereno, clients, Admits);
        // Who got no answer has been there, and was sent away.
        for (int s = 0; s < s_scopes.Length; s++)
            foreach (string unit in (string[])[$"accepting{s}.socket", $"given{s}.socket", $"own{s}.service"])
            {
                ulong expected = (ulong)clients.Count(c => c.Port == Port(s, Array.FindIndex(s_kinds, k => unit.StartsWith(k, StringComparison.Ordinal))) && !Admits(s, c.Host, c.Address));
                Live.Eventually(() => expected == 0 ? Refused(sereno, unit) == 0 : Refused(sereno, unit) >= expected, () => $"{unit} refused {Refused(sereno, unit)}, not {expected}");
            }
        Assert.Matches(@"own0\.service: Refused \S+ at (tcp|udp) port 7002, who is outside of Scope=local", sereno.Do("logs", "own0.service").Output);
        clients.ForEach(c => c.Dispose());
        Assert.Matches(@"Scope: local \(enforced for the whole control group\); Refused: \d+\n", Here("status", "own0.service"));
        Assert.Matches(@"Sockets: tcp \[::\]:7002 .*local \(held\)", Here("status", "own0.service"));
        Assert.Matches(@"(?m)^own0\.service .* 7002 .*local \(held\)", Here("ports"));
        Assert.Matches(@"(?m)^own3\.service .* 7032 .*internet", Here("ports"));

        string Here(params string[] arguments)
        {
            var outcome = Command.Run("nsenter", [hosts.Net("here"), Live.Executable!, "--dir", sereno.Folder, "--unit-path", sereno.Units, .. arguments]);
            return outcome.Status == 0 ? outcome.Output : throw new Xunit.Sdk.XunitException($"{string.Join(' ', arguments)}: {outcome}");
        }

        // Nobody is let in by a crash, neither while there is no manager nor by the next one; and the count goes on.
        ulong before = Refused(sereno, "own0.service");
        Assert.True(before > 0);
        sereno.Disconnect();
        int manager = sereno.ManagerPid;
        Proc.Kill(manager);
        var during = CallAll(hosts, ["near", "far"], s => s < 2);
        Live.Eventually(() => sereno.ManagerPid is var now && now > 0 && now != manager, () => "no other manager");
        Expect(sereno, during, Admits);
        Live.Eventually(() => Refused(sereno, "own0.service") > before, () => "nobody counted on");
        var after = CallAll(hosts, s_addresses.Keys);
        Expect(sereno, after, Admits);
        during.ForEach(c => c.Dispose());
        after.ForEach(c => c.Dispose());
    }

    [Fact]
    public void What_is_written_to_first_may_answer()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/ask.service",
                $"[Service]\nType=oneshot\nStandardOutput=truncate:{folder}/ask.out\nExecStart={folder}/scoped ask {ThreeHosts.Far} 7777\n[X-Sereno]\nScope=local\n");
        }, through: hosts.Through);
        using var far = Command.Start("nsenter", hosts.Net("far"), $"{sereno.Folder}/scoped", "own", "7777");
        try
        {
            Live.Eventually(() => hosts.In("far", () => File.ReadAllText("/proc/thread-self/net/udp6")).Contains(":1E61 "), () => "no server");
            sereno.Do("start", "ask");
            Assert.Equal("udp answered\ntcp answered\n", File.ReadAllText($"{sereno.Folder}/ask.out"));
        }
        finally
        {
            far.Kill();
        }
    }

    [Fact]
    public void The_networks_of_the_machine_are_followed_and_other_lists_hold_too()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/own1.service", $"[Service]\nExecStart={folder}/scoped own 7012\n[X-Sereno]\nScope=intranet\n");
            File.WriteAllText($"{folder}/units/own3.service", $"[Service]\nIPAddressDeny=10.77.1.2\nExecStart={folder}/scoped own 7032\n[X-Sereno]\nScope=intranet\n");
        }, through: hosts.Through);
        sereno.Do("start", "own1.service", "own3.service");
        AwaitListeners(hosts, sereno, 1, 3);
        // A route there is not enough: the network has to be ours.
        hosts.IpHere("route add 10.77.9.0/24 dev to-near");
        hosts.IpNear("addr add 10.77.9.2/24 dev to-here");
        Assert.False(Answers(hosts, sereno, "own1.service", 7012));
        hosts.IpHere("addr add 10.77.9.1/24 dev to-near");
        Live.Eventually(() => Answers(hosts, sereno, "own1.service", 7012), () => $"a new network isn't in scope; {sereno.Run("logs").Output}");
        hosts.IpHere("addr del 10.77.9.1/24 dev to-near");
        Live.Eventually(() => !Answers(hosts, sereno, "own1.service", 7012), () => "an old network is still in scope");
        File.WriteAllText($"{sereno.Units}/own1.service", $"[Service]\nExecStart={sereno.Folder}/scoped own 7012\n");
        sereno.Do("daemon-reload");
        Assert.True(Answers(hosts, sereno, "own1.service", 7012));

        var clients = new List<Client>();
        foreach (string address in (string[])["10.77.1.1", "2001:db8:1::1"])
            clients.Add(hosts.Call("near", address, 7032, ProtocolType.Tcp));
        clients.Add(hosts.Call("far", "10.77.3.1", 7032, ProtocolType.Tcp));
        Expect(sereno, clients, (_, host, address) => host == "near" && address.Contains(':'));
        clients.ForEach(c => c.Dispose());
    }

    /// <summary>To the near host's second address; false only when it was refused.</summary>
    private static bool Answers(ThreeHosts hosts, LiveInstance sereno, string unit, int port)
    {
        ulong before = Refused(sereno, unit);
        using var client = hosts.Call("near", "10.77.1.1", port, ProtocolType.Udp, from: "10.77.9.2");
        Live.Eventually(() => client.IsAnswered() || Refused(sereno, unit) > before, () => "neither answered nor refused");
        return client.IsAnswered();
    }

    [Theory]
    [InlineData("-sys_admin,-bpf,-perfmon", "filter", "filter")]
    [InlineData("-sys_admin,-bpf,-perfmon,-net_admin", "bind", "")] // Linux 6.18 wants CAP_NET_ADMIN for filters
    public void Without_the_right_to_load_programs_our_own_sockets_are_kept_in_scope_and_others_are_reported(string rights, string local, string intranet)
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(Prepare, through: [.. hosts.Through, "setpriv", $"--bounding-set={rights}"]);
        sereno.Do(["start", .. Units]);
        AwaitListeners(hosts, sereno);
        Assert.Equal(("", "accept"), (HeldBy("own0.service"), HeldBy("accepting0.socket")));
        Assert.Contains("Scope= is not enforced on sockets that services open themselves", sereno.Do("logs", "-n", "200").Output);
        Live.Eventually(() => sereno.Do("logs", "own0.service").Output.Contains("own0.service: Listens on tcp :: port 7002, which is open to the internet, wider than Scope=local", StringComparison.Ordinal), () => $"a wider socket isn't told; {sereno.Run("logs", "own0.service").Output}");
        bool hasFilters = HeldBy("given0.socket") == "filter";
        Assert.SkipWhen(!hasFilters && local == "filter", "the kernel refuses filters");
        if (!hasFilters)
            Assert.Equal((local, intranet), (HeldBy("given0.socket"), HeldBy("given1.socket")));
        var clients = CallAll(hosts, s_addresses.Keys).FindAll(c => c.Port % 10 == 0 || (c.Port % 10 == 1
            && (hasFilters || c.Port == Port(3, 1) || (c.Port == Port(0, 1) && (c.Host != "here" || c.Address is "127.0.0.1" or "::1")))));
        Expect(sereno, clients, Admits);
        Live.Eventually(() => Refused(sereno, "accepting0.socket") >= (ulong)clients.Count(c => c.Port == Port(0, 0) && c.Host != "here"), () => "not all are counted");
        clients.ForEach(c => c.Dispose());

        string HeldBy(string unit) => sereno.Manager.Unit(unit).GetAll().Text("ScopeHeldBy");
    }

    /// <summary>The services' own listeners are there.</summary>
    private static void AwaitListeners(ThreeHosts hosts, LiveInstance sereno, params int[] scopes) =>
        Live.Eventually(() => hosts.In("here", () => File.ReadAllText("/proc/thread-self/net/udp6")) is var sockets
            && (scopes is [] ? [0, 1, 2, 3] : scopes).All(s => sockets.Contains($":{Port(s, 2):X4} ")), () => $"no listeners; {sereno.Run("logs").Output}");
}
