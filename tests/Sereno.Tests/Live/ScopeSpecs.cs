using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
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
        ["near"] = ["10.77.1.1", "2001:db8:1::1", "10.77.3.1", "2001:db8:3::1", "fe80::1%here"],
        ["far"] = ["10.77.3.1", "2001:db8:3::1", "10.77.1.1", "2001:db8:1::1"],
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

    private static void Prepare(string folder)
    {
        var compiler = Command.Run("cc", "-O1", "-o", $"{folder}/scoped", Path.Combine(Live.Repository, "tests/Sereno.Tests/Live/scoped.c"));
        Assert.True(compiler.Status == 0, compiler.ToString());
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
        Begin(hosts, sereno);
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
    }

    /// <summary>The services' listeners are there.</summary>
    private static void Begin(ThreeHosts hosts, LiveInstance sereno)
    {
        Live.Eventually(() => hosts.In("here", () => File.ReadAllText("/proc/thread-self/net/udp6")) is var sockets
            && Enumerable.Range(0, s_scopes.Length).All(s => sockets.Contains($":{Port(s, 2):X4} ")), () => $"no listeners; {sereno.Run("logs").Output}");
    }
}
