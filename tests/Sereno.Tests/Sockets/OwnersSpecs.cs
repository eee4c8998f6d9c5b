using System.Diagnostics;
using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Namespaces;
using Sereno.Sockets.Owners;
using Sereno.Tests.Sockets.Lab;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>Every way to find owners, beside ss's own, on processes that hold sockets in every way (holders.c).</summary>
public sealed class OwnersSpecs(OwnersSpecs.Holders holders) : IClassFixture<OwnersSpecs.Holders>
{
    private const string InNetworkNamespace = "unshare -n", InPidNamespace = "unshare -n -p --fork --mount-proc",
        Unprivileged = "setpriv --reuid 65534 --clear-groups ";

    /// <summary>holders.c, compiled where every user can run it.</summary>
    public sealed class Holders : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("sereno-owners-").FullName;

        public string Program => Folder + "/holders";

        public Holders()
        {
            File.SetUnixFileMode(Folder, (UnixFileMode)0b111_111_111);
            using var compiler = Process.Start("cc", ["-O1", "-pthread", "-o", Program, Path.Combine(AppContext.BaseDirectory, "Sockets/holders.c")]);
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }

    [Theory]
    [InlineData(InNetworkNamespace, "-tanp", "")]
    [InlineData(InNetworkNamespace, "-tanpT", "")]
    [InlineData(InPidNamespace, "-tanp", "")]
    [InlineData(InPidNamespace, "-tanpT", "")]
    [InlineData(InNetworkNamespace, "-tanp", Unprivileged)]
    [InlineData(InPidNamespace, "-tanpT", Unprivileged)]
    public void Each_method_tells_what_ss_tells(string enclosure, string options, string user)
    {
        SkipUnlessPermitted();
        string sereno = Path.Combine(AppContext.BaseDirectory, "sereno");
        // One of the user's own, and one of root's: an unprivileged user may look only into the first.
        var (exit, errors) = Shell(enclosure, $"""
            cd {holders.Folder}
            rm -f *.out a b
            {user}{holders.Program} > a & A=$!
            {holders.Program} > b & B=$!
            until grep -q ready a && grep -q ready b; do sleep 0.02; done
            {user}ss -H {options} > ss.out
            for method in proc bpf; do SERENO_OWNERS=$method {user}{sereno} ss -H {options} > $method.out; done
            {user}{sereno} ss -H {options} > chosen.out
            kill $A $B
            """);
        Assert.True(exit == 0, errors);
        string[] expected = Rows("ss");
        Assert.Equal(2 * 105, expected.Length);
        // Two sockets are held by threads only.
        Assert.Equal((user.Length > 0 ? 1 : 2) * (options.Contains('T') ? 105 : 103), expected.Count(row => row.Contains("users:((\"")));
        foreach (string method in (string[])["proc", "bpf", "chosen"])
            Assert.Equal(expected, Rows(method));
    }

    [Fact]
    public void Without_proc_owners_are_unknown_and_the_rest_goes_on() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Listen("127.0.0.1");
        NetworkNamespace.HideProc();
        var list = NetworkNamespaces.List();
        Assert.True(list.MayHide);
        var table = Assert.Single(NetworkNamespaces.Capture(list.Select("all"))).Table!;
        Assert.Equal(OwnerKind.Hidden, table.OwnerOf(Assert.Single(table.Records.ToArray())).Kind);
    });

    [Theory]
    // Group 0 is excepted from hidepid, unless gid= names another.
    [InlineData("mount -t proc -o hidepid=2 proc /proc", "setpriv --reuid 65534 --regid 65534 --clear-groups ")]
    public void Owners_that_proc_does_not_show_are_hidden_not_elsewhere(string mount, string user)
    {
        SkipUnlessPermitted();
        string sereno = Path.Combine(AppContext.BaseDirectory, "sereno");
        var (exit, errors) = Shell("unshare -n -m -p --fork --mount-proc", $"""
            cd {holders.Folder}
            rm -f *.out a
            {holders.Program} > a & A=$!
            until grep -q ready a; do sleep 0.02; done
            {mount} || exit 9
            {user}{sereno} sockets -o json > hidden.out 2> notes.out || exit 1
            {user}{sereno} why 61999 > why.out || exit 2
            {user}{sereno} sockets --netns all >> notes.out 2>&1 || exit 3
            kill $A
            """);
        Assert.True(exit == 0, $"{exit}: {errors}");
        string json = File.ReadAllText(holders.Folder + "/hidden.out");
        Assert.Contains("\"hidden\"", json);
        Assert.DoesNotContain("\"elsewhere\"", json);
        Assert.Contains("/proc doesn't show every process", File.ReadAllText(holders.Folder + "/notes.out"));
        Assert.Contains("is free", File.ReadAllText(holders.Folder + "/why.out"));
    }

    [Fact]
    public void The_ways_agree_on_what_can_not_be_known()
    {
        var found = OwnerIndex.Scan(new OwnerQuery { Method = OwnerMethod.Proc });
        var asked = OwnerIndex.Scan(new OwnerQuery { Method = OwnerMethod.Bpf });
        Assert.Equal(found.MayHide, asked.MayHide);
    }

    [Theory]
    [InlineData("-uan")]
    [InlineData("-uanp")]
    [InlineData("-uaneo")]
    public void A_table_of_many_datagrams_is_the_same_too(string options) => NetworkNamespace.Run(() =>
    {
        SkipUnlessPermitted();
        UdpClient[] clients = [.. Enumerable.Range(0, 3000).Select(i => new UdpClient(0, i % 10 == 0 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork))];
        string sereno = Path.Combine(AppContext.BaseDirectory, "sereno");
        var (exit, errors) = Shell("env", $"cd {holders.Folder} && ss {options} > ss.out && {sereno} ss {options} > ours.out");
        Assert.True(exit == 0, errors);
        Assert.Equal(3001, Rows("ss").Length);
        Assert.Equal(Rows("ss"), Rows("ours"));
        Array.ForEach(clients, c => c.Dispose());
    });

    [Fact]
    public void The_iterator_is_used_where_it_may_be_and_the_walk_where_not()
    {
        SkipUnlessPermitted();
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "this kernel doesn't describe its types");
        Assert.Equal(OwnerMethod.Bpf, OwnerIndex.Scan(new OwnerQuery { Method = OwnerMethod.Bpf }).Method);
        Assert.Equal(OwnerMethod.Proc, OwnerIndex.Scan(new OwnerQuery { Method = OwnerMethod.Bpf, Threads = true }).Method);
        Assert.Equal(OwnerMethod.Proc, OwnerIndex.Scan([Environment.ProcessId]).Method);
    }

    [Fact]
    public void Walk_iterator_and_cgroup_name_the_same_unit() => NetworkNamespace.Run(() =>
    {
        SkipUnlessPermitted();
        string? mount = File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).FirstOrDefault(f => f[2] == "cgroup2")?[1];
        Assert.SkipWhen(mount is null, "no cgroup v2");
        string unit = $"sereno-test-{Environment.ProcessId}.service", group = $"{mount}/{unit}";
        Directory.CreateDirectory(group);
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"echo $$ > {group}/cgroup.procs && exec {holders.Program}"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("ready", process.StandardOutput.ReadLine());
            var made = SocketTable.Capture(new SocketQuery { Owners = false }, new CgroupUnitResolver());
            Assert.Equal(105, made.Records.Length);
            foreach (var method in (OwnerMethod[])[OwnerMethod.Proc, OwnerMethod.Bpf, OwnerMethod.Cgroup])
            {
                var table = made.WithOwners(OwnerIndex.Scan(new OwnerQuery { Method = method }));
                int exact = 0;
                foreach (ref readonly var socket in table.Records)
                {
                    var owner = table.OwnerOf(socket);
                    Assert.Equal(unit, owner.Unit);
                    exact += owner.Kind == OwnerKind.Exact ? 1 : 0;
                    Assert.True(owner.Kind is OwnerKind.Exact or OwnerKind.ByCgroup);
                }
                Assert.Equal(method == OwnerMethod.Cgroup ? 0 : 103, exact); // two are held by threads only
            }
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
            // The others end with it, but not at once.
            while (File.ReadAllText(group + "/cgroup.procs").Length > 0)
                Thread.Sleep(5);
            Directory.Delete(group);
        }
    });

    [Fact]
    public void Nobody_is_found_where_nobody_was_looked_for() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Listen("127.0.0.1");
        var table = SocketTable.Capture(new SocketQuery { Owners = false });
        Assert.Equal(OwnerKind.Elsewhere, table.WithOwners(OwnerIndex.Scan([])).OwnerOf(table.Records[0]).Kind);
        Assert.Equal(OwnerKind.Hidden, table.WithOwners(OwnerIndex.Scan(new OwnerQuery { Method = OwnerMethod.Cgroup })).OwnerOf(table.Records[0]).Kind);
        Assert.Equal(OwnerKind.Exact, table.WithOwners(OwnerIndex.Scan([Environment.ProcessId])).OwnerOf(table.Records[0]).Kind);
    });

    [Fact]
    public void A_process_that_ends_during_the_walk_is_passed_over()
    {
        using var stop = new CancellationTokenSource();
        var churn = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
                using (var process = Process.Start("true"))
                    process.WaitForExit();
        });
        churn.Start();
        using var lab = new SocketLab();
        lab.Listen("127.0.0.1");
        for (int i = 0; i < 30; i++)
            foreach (var method in (OwnerMethod[])[OwnerMethod.Proc, OwnerMethod.Bpf])
                Assert.Contains(OwnerIndex.Scan(new OwnerQuery { Method = method }).Processes, p => p.Pid == Environment.ProcessId);
        stop.Cancel();
        churn.Join();
    }

    private static void SkipUnlessPermitted()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ss") || File.Exists("/bin/ss"), "ss (iproute2) is missing");
        Assert.SkipUnless(Self.HasCapability(libc.CAP_SYS_ADMIN), "namespaces need CAP_SYS_ADMIN");
    }

    private string[] Rows(string name) => [.. File.ReadAllLines($"{holders.Folder}/{name}.out").Order(StringComparer.Ordinal)];

    private static (int Exit, string Errors) Shell(string enclosure, string script)
    {
        string[] words = [.. enclosure.Split(' '), "sh", "-c", script];
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
