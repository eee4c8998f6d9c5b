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

    [Fact]
    public void Without_the_right_to_load_programs_our_own_sockets_are_kept_in_scope_and_others_are_reported()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(Prepare, through: [.. hosts.Through, .. s_noPrograms]);
        sereno.Do(["start", .. Units.Where(u => u is not ("given1.socket" or "given2.socket"))]);
        Assert.SkipUnless(HeldBy(sereno, "given0.socket") == "filter", "the kernel refuses filters");
        sereno.Do("start", "given1.socket", "given2.socket");
        AwaitListeners(hosts, sereno);
        Assert.Equal(("", "accept"), (HeldBy(sereno, "own0.service"), HeldBy(sereno, "accepting0.socket")));
        ExpectReport(sereno);
        var clients = CallAll(hosts, s_addresses.Keys).FindAll(c => c.Port % 10 < 2);
        Expect(sereno, clients, Admits);
        Live.Eventually(() => Refused(sereno, "accepting0.socket") >= (ulong)clients.Count(c => c.Port == Port(0, 0) && c.Host != "here"), () => "not all are counted");
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public void What_nobody_can_keep_in_scope_is_not_opened_or_only_on_loopback()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(Prepare, through: [.. hosts.Through, .. s_nothing]);
        // accept(2) and the narrowing to loopback need no right.
        sereno.Do(["start", .. Units.Where(u => u is not ("given1.socket" or "given2.socket"))]);
        Assert.SkipUnless(HeldBy(sereno, "given0.socket") == "bind", "the kernel permits filters (before Linux 6.18)");
        AwaitListeners(hosts, sereno);
        ExpectReport(sereno);
        foreach (int scope in (int[])[1, 2])
        {
            Assert.NotEqual(0, sereno.Run("start", $"given{scope}.socket").Status);
            sereno.Expect($"given{scope}.socket", "failed", "failed", "resources");
            Live.Eventually(() => sereno.Do("logs", $"given{scope}.socket").Output.Contains($"Failed to listen on sockets: cannot keep port {Port(scope, 1)} to Scope={s_scopes[scope]}: no program at its control group ", StringComparison.Ordinal), () => sereno.Do("logs").Output);
            Assert.Contains("(nothing is open)", sereno.Run("status", $"given{scope}.socket").Output);
            foreach (string table in (string[])["tcp6", "udp6"])
                Assert.DoesNotContain($":{Port(scope, 1):X4} ", hosts.In("here", () => File.ReadAllText($"/proc/thread-self/net/{table}")));
        }
        var clients = CallAll(hosts, s_addresses.Keys).FindAll(c => c.Port % 10 == 0 || c.Port == Port(3, 1) || (c.Port == Port(0, 1) && (c.Host != "here" || c.Address is "127.0.0.1" or "::1")));
        Expect(sereno, clients, Admits);
        clients.ForEach(c => c.Dispose());
        // An address of this machine is out of loopback's reach, and nobody looks at who comes from a guest or a host.
        File.WriteAllText($"{sereno.Units}/other.socket", "[Socket]\nListenStream=10.77.1.1:7101\n[X-Sereno]\nScope=local\n");
        File.WriteAllText($"{sereno.Units}/other.service", "[Service]\nExecStart=/bin/true\n");
        sereno.Do("daemon-reload");
        Assert.NotEqual(0, sereno.Run("start", "other.socket").Status);
        // What is open when its scope becomes narrower doesn't stay so.
        File.WriteAllText($"{sereno.Units}/given3.service", File.ReadAllText($"{sereno.Units}/given3.service").Replace("internet", "intranet"));
        sereno.Do("daemon-reload");
        sereno.Expect("given3.socket", "failed", "failed", "resources");
        Live.Eventually(() => sereno.Do("logs", "given3.socket").Output.Contains("given3.socket: Stopping: cannot keep port 7031 to Scope=intranet", StringComparison.Ordinal), () => sereno.Do("logs").Output);
        Live.Eventually(() => sereno.Do("logs", "given3.service").Output.Contains("given3.service: Listens on tcp :: port 7031, which is open to the internet, wider than Scope=intranet", StringComparison.Ordinal), () => "what the service keeps isn't told");
    }

    [Fact]
    public void Peers_behind_vsock_are_other_machines()
    {
        Assert.SkipUnless(File.Exists("/dev/vsock"), "needs vsock(7)");
        using var sereno = new LiveInstance(folder =>
        {
            foreach (var (name, lines) in new[] { ("local", "Scope=local"), ("guests", "Scope=intranet"), ("list", "Scope=intranet 10.0.0.0/8") })
            {
                File.WriteAllText($"{folder}/units/{name}.socket", $"[Socket]\nListenStream=vsock::{7300 + name.Length}\n[X-Sereno]\n{lines}\n");
                File.WriteAllText($"{folder}/units/{name}.service", "[Service]\nExecStart=/bin/true\n");
            }
            File.WriteAllText($"{folder}/units/accepting.socket", "[Socket]\nListenStream=vsock::7320\nAccept=yes\n[X-Sereno]\nScope=local\n");
            File.WriteAllText($"{folder}/units/accepting@.service", "[Service]\nExecStart=/bin/true\n");
        });
        foreach (string name in (string[])["local", "list"])
        {
            Assert.NotEqual(0, sereno.Run("start", $"{name}.socket").Status);
            Live.Eventually(() => sereno.Do("logs", $"{name}.socket").Output.Contains($"cannot keep vsock port {7300 + name.Length} to Scope=", StringComparison.Ordinal), () => sereno.Do("logs").Output);
        }
        sereno.Do("start", "guests.socket", "accepting.socket");
    }

    [Fact]
    public void A_link_local_address_counts_on_its_own_link_only()
    {
        Require();
        using var hosts = new ThreeHosts();
        // Ours on the other link, theirs on this one.
        hosts.IpHere("addr add fe80::77/64 dev to-router nodad");
        hosts.IpNear("addr add fe80::77/64 dev to-here nodad");
        foreach (string[] rights in (string[][])[[], s_noPrograms])
        {
            using var sereno = new LiveInstance(folder =>
            {
                Prepare(folder);
                File.WriteAllText($"{folder}/units/one.socket", "[Socket]\nListenStream=7201\n");
                File.WriteAllText($"{folder}/units/one.service", $"[Service]\nExecStart={folder}/scoped given\n[X-Sereno]\nScope=intranet\n");
            }, through: [.. hosts.Through, .. rights]);
            sereno.Do("start", "accepting0.socket", "accepting1.socket", "one.socket");
            string from = $"fe80::77%{hosts.InterfaceOf("near", "here")}";
            var clients = ((int[])[0, 1]).Select(scope => hosts.Call("near", Zoned(hosts, "near", "fe80::1%here"), Port(scope, 0), ProtocolType.Tcp, from)).ToList();
            Expect(sereno, clients, Admits);
            // Once our interface has none, nobody on its link is a neighbour by one.
            from = $"fe80::2%{hosts.InterfaceOf("near", "here")}";
            Live.Eventually(Hears, () => "a neighbour isn't in scope");
            hosts.IpHere("addr del fe80::1/64 dev to-near");
            hosts.IpHere("-6 route add fe80::/64 dev to-near");
            Live.Eventually(() => !Hears(), () => "a link-local address of another link's is in scope");
            hosts.IpHere("-6 route del fe80::/64 dev to-near");
            hosts.IpHere("addr add fe80::1/64 dev to-near nodad");
            Live.Eventually(Hears, () => "an address that is back isn't in scope");
            clients.ForEach(c => c.Dispose());

            bool Hears()
            {
                using var client = hosts.Call("near", "2001:db8:1::1", 7201, ProtocolType.Tcp, from);
                return Live.Within(1.5, client.IsAnswered);
            }
        }
    }

    [Fact]
    public void What_a_router_has_told_to_be_on_the_link_is_intranet_and_so_is_the_other_end_of_a_link()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/own1.service", $"[Service]\nExecStart={folder}/scoped own 7012\n[X-Sereno]\nScope=intranet\n");
        }, through: hosts.Through);
        sereno.Do("start", "own1.service");
        AwaitListeners(hosts, sereno, 1);
        // As where DHCP gives an address, and only the advertisement says what is on the link.
        hosts.IpNear("addr add 2001:db8:9::2/64 dev to-here nodad");
        hosts.IpHere("-6 route add 2001:db8:9::/64 dev to-near");
        Assert.False(Hears("2001:db8:1::1", "2001:db8:9::2"));
        hosts.IpHere("-6 route replace 2001:db8:9::/64 dev to-near proto ra");
        Live.Eventually(() => Hears("2001:db8:1::1", "2001:db8:9::2"), () => "what is on the link isn't in scope");
        hosts.IpHere("-6 route del 2001:db8:9::/64 dev to-near");
        hosts.IpHere("-6 route add 2001:db8:9::/64 via 2001:db8:1::2 proto ra");
        Live.Eventually(() => !Hears("2001:db8:1::1", "2001:db8:9::2"), () => "what is behind a router is in scope");
        // IFA_LOCAL is ours, IFA_ADDRESS the other end's.
        hosts.IpNear("addr add 10.77.8.2 peer 10.77.7.1/32 dev to-here");
        hosts.IpNear("addr add 10.77.7.9/32 dev to-here");
        hosts.IpHere("addr add 10.77.7.1 peer 10.77.8.2/32 dev to-near");
        hosts.IpHere("route add 10.77.7.9 dev to-near");
        Live.Eventually(() => Hears("10.77.7.1", "10.77.8.2"), () => "the other end isn't in scope");
        Assert.False(Hears("10.77.7.1", "10.77.7.9"));

        bool Hears(string to, string from)
        {
            using var client = hosts.Call("near", to, 7012, ProtocolType.Udp, from);
            return Live.Within(1, client.IsAnswered);
        }
    }

    [Fact]
    public void A_reload_narrows_what_is_open_whatever_the_order_of_its_lines_is_by_then()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream={folder}/s\nListenStream=7101\nListenDatagram={folder}/d\nListenDatagram=7101\n");
            File.WriteAllText($"{folder}/units/a.service", $"[Service]\nExecStart={folder}/scoped given\n");
        }, through: [.. hosts.Through, .. s_noPrograms]);
        sereno.Do("start", "a.socket", "a.service");
        using (var before = hosts.Call("far", "10.77.3.1", 7101, ProtocolType.Tcp))
            Live.Eventually(before.IsAnswered, () => "not answered while anybody may come");
        File.WriteAllText($"{sereno.Units}/a.socket", $"[Socket]\nListenStream=7101\nListenStream={sereno.Folder}/s\nListenDatagram=7101\nListenDatagram={sereno.Folder}/d\nAccept=no\n[X-Sereno]\nScope=intranet\n");
        sereno.Do("daemon-reload");
        Assert.Equal(("active", "filter"), (sereno.State("a.socket").Active, HeldBy(sereno, "a.socket")));
        Expect("far", false);
        Expect("near", true);
        // Accept=yes makes nobody look at who comes to a service that has the socket.
        File.WriteAllText($"{sereno.Units}/a.socket", File.ReadAllText($"{sereno.Units}/a.socket").Replace("Accept=no", "Accept=yes"));
        sereno.Do("daemon-reload");
        Expect("far", false);
        Expect("near", true);

        void Expect(string host, bool isAnswered)
        {
            var clients = s_addresses[host].Where(a => !a.Contains('%')).SelectMany(a => ((ProtocolType[])[ProtocolType.Tcp, ProtocolType.Udp]).Select(p => hosts.Call(host, a, 7101, p))).ToList();
            if (isAnswered)
                Live.Eventually(() => clients.All(c => c.IsAnswered()), () => $"not answered: {string.Join(", ", clients.Where(c => !c.IsAnswered()))}");
            else
                Assert.False(Live.Within(1, () => clients.Exists(c => c.IsAnswered())), $"answered: {string.Join(", ", clients.Where(c => c.IsAnswered()))}");
            clients.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public void A_service_that_is_drained_hears_nobody_new_and_then_again_who_is_in_scope()
    {
        Require();
        using var hosts = new ThreeHosts();
        using var sereno = new LiveInstance(folder =>
        {
            Assert.Equal(0, Command.Run("cc", "-O1", "-o", $"{folder}/lingerer", $"{AppContext.BaseDirectory}/Live/lingerer.c").Status);
            File.WriteAllText($"{folder}/open", "");
            File.WriteAllText($"{folder}/units/a.socket", "[Socket]\nListenStream=7102\n");
            File.WriteAllText($"{folder}/units/a.service", $"[Service]\nExecStart={folder}/lingerer {folder}/open fd 3\n[X-Sereno]\nDrain=1min\nScope=intranet\n");
        }, through: [.. hosts.Through, .. s_noPrograms]);
        sereno.Do("start", "a.socket");
        Assert.Equal("filter", HeldBy(sereno, "a.socket"));
        using var early = hosts.Call("near", "10.77.1.1", 7102, ProtocolType.Tcp);
        Live.Eventually(() => Echoes(early), () => "the first client isn't answered");
        sereno.Do("restart", "--no-block", "a.service");
        sereno.Expect("a.service", "deactivating", "stop-drain");
        using var late = hosts.Call("near", "10.77.1.1", 7102, ProtocolType.Tcp);
        using var outside = hosts.Call("far", "10.77.3.1", 7102, ProtocolType.Tcp);
        sereno.Do("daemon-reload"); // which looks at the scope again
        int manager = sereno.ManagerPid;
        sereno.Disconnect();
        Proc.Kill(manager);
        Live.Eventually(() => sereno.ManagerPid is var now && now > 0 && now != manager, () => "no other manager");
        sereno.Expect("a.service", "deactivating", "stop-drain");
        Assert.True(Echoes(early));
        Assert.False(late.Socket.Poll(0, SelectMode.SelectWrite));
        early.Socket.Close();
        Live.Eventually(() => Echoes(late), () => "the next one isn't answered");
        Assert.False(outside.Socket.Poll(0, SelectMode.SelectWrite));
        Assert.Equal("filter", HeldBy(sereno, "a.socket"));

        static bool Echoes(Client client)
        {
            if (!client.Socket.Poll(0, SelectMode.SelectWrite))
                return false;
            client.Socket.Send("hello"u8);
            return Live.Within(5, () => client.Socket.Poll(0, SelectMode.SelectRead)) && client.Socket.Receive(new byte[64]) > 0;
        }
    }

    private static readonly string[] s_noPrograms = ["setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon"];

    /// <summary>Linux 6.18 wants CAP_NET_ADMIN for TCP's filters.</summary>
    private static readonly string[] s_nothing = ["setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon,-net_admin"];

    private static string HeldBy(LiveInstance sereno, string unit) => sereno.Manager.Unit(unit).GetAll().Text("ScopeHeldBy");

    private static void ExpectReport(LiveInstance sereno)
    {
        Assert.Contains("Scope= is not enforced on sockets that services open themselves", sereno.Do("logs", "-n", "200").Output);
        Live.Eventually(() => sereno.Do("logs", "own0.service").Output.Contains("own0.service: Listens on tcp :: port 7002, which is open to the internet, wider than Scope=local", StringComparison.Ordinal), () => $"a wider socket isn't told; {sereno.Run("logs", "own0.service").Output}");
    }

    /// <summary>The services' own listeners are there.</summary>
    private static void AwaitListeners(ThreeHosts hosts, LiveInstance sereno, params int[] scopes) =>
        Live.Eventually(() => hosts.In("here", () => File.ReadAllText("/proc/thread-self/net/udp6")) is var sockets
            && (scopes is [] ? [0, 1, 2, 3] : scopes).All(s => sockets.Contains($":{Port(s, 2):X4} ")), () => $"no listeners; {sereno.Run("logs").Output}");
}
