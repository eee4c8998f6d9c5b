using System.Text;
using Sereno.Manager.Machine;
using Sereno.Manager.Spawn;
using Sereno.Tests.Simulation;
using Sereno.Tests.Units;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>Golden/sandbox: a unit file each, and the plans of its commands; SERENO_ACCEPT=1 writes them anew.</summary>
public class SandboxPlanTests
{
    private static readonly SharedSandbox s_shared = new("app.service", "/tmp/systemd-private-app", "/var/tmp/systemd-private-app");

    public static TheoryData<string> Cases => [.. Directory.GetFiles(Folder(), "*.service").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_unit_s_plans_are_as_they_were(string name)
    {
        using var folder = new UnitFolder();
        var unit = folder.File("etc/app.service", File.ReadAllText($"{Folder()}/{name}.service")).Load("app.service");
        Assert.Equal([], unit.Diagnostics.Select(d => d.ToString()));
        var plans = new StringBuilder();
        foreach (var command in (ExecCommand[])[.. unit.Service!.ExecStartPre, .. unit.Service.ExecStart])
            plans.Append($"# {string.Join(' ', command.Arguments)}\n").Append(Plan(unit.Service.Exec, command)).Append('\n');
        string file = $"{Folder()}/{name}.plan.txt";
        if (Environment.GetEnvironmentVariable("SERENO_ACCEPT") == "1")
            File.WriteAllText(file, plans.ToString());
        Assert.Equal(File.ReadAllText(file), plans.ToString());
    }

    [Fact]
    public void A_unit_without_settings_has_no_namespace() =>
        Assert.DoesNotContain(Plan(new()).Steps, s => s is NewMountNamespace or Unshare or JoinShared or NewUserNamespace);

    /// <summary>systemd goes on without what only takes away, and refuses to run in another view of the files than was asked for.</summary>
    [Fact]
    public void What_the_machine_refuses_is_said_or_fatal()
    {
        var facts = SimulatedMachine.Facts with { Refused = NamespaceKinds.Mount | NamespaceKinds.Network | NamespaceKinds.Ipc | NamespaceKinds.Uts };
        var plan = Plan(Box(new() { PrivateTmp = true, PrivateNetwork = true, ProtectSystem = ProtectSystem.Strict }) with { Protections = KernelProtections.Hostname }, facts);
        Assert.DoesNotContain(plan.Steps, s => s is NewMountNamespace or MakeMount or EnterRoot or JoinShared);
        Assert.Equal(3, plan.Notes.Length);
        Assert.All(plan.Notes, n => Assert.Contains("ignoring", n));

        Assert.Equal(226, Stage(Box(new() { TemporaryFileSystems = [new("/var")] })));
        Assert.Equal(226, Stage(Box(new() { BindPaths = [new("/a", "/b")] })));
        Assert.Equal(226, Stage(Box(new() { RootDirectory = "/srv" })));
        Assert.Null(Stage(Box(new() { BindPaths = [new("/a", "/a")] })));

        int? Stage(ExecContext context)
        {
            try
            {
                Plan(context, facts);
                return null;
            }
            catch (PlanException e)
            {
                return e.Stage;
            }
        }
    }

    [Fact]
    public void Disk_images_are_refused_instead_of_the_hosts_root_taken() =>
        Assert.Equal(226, Assert.Throws<PlanException>(() => Plan(Box(new() { RootImage = "/image.raw" }))).Stage);

    [Fact]
    public void Without_privileges_the_user_namespace_comes_first()
    {
        var facts = SimulatedMachine.Facts with { Uid = 1000, IsSystem = false, EffectiveCapabilities = 0, Refused = NamespaceKinds.Mount | NamespaceKinds.Network };
        var plan = Plan(Box(new() { PrivateUsers = true, ProtectSystem = ProtectSystem.Yes, PrivateNetwork = true }), facts);
        var kinds = plan.Steps.Where(s => s is NewUserNamespace or Unshare or NewMountNamespace).Select(s => s.GetType().Name);
        Assert.Equal([nameof(NewUserNamespace), nameof(Unshare), nameof(NewMountNamespace)], kinds);
        Assert.Empty(plan.Notes);
    }

    [Theory]
    // Links are followed one after the other, and what they lead to is ordered anew.
    [InlineData("/lib", "ReadOnly /usr/lib")]
    [InlineData("/lib /usr/lib", "ReadOnly /usr/lib")]
    [InlineData("/lib/a /usr", "ReadOnly /usr")]
    [InlineData("/up", "ReadOnly /usr")]
    [InlineData("/a-b /a /a/b", "ReadOnly /a|ReadOnly /a-b")]
    [InlineData("/chain", "ReadOnly /usr/lib/end")]
    public void Listed_paths_become_the_least_that_does(string paths, string expected) =>
        Assert.Equal(expected, Mounts(new() { ReadOnlyPaths = [.. paths.Split(' ').Select(p => new SandboxPath(p))] }));

    [Theory]
    // The strictest of several wins.
    [InlineData("/a", "/a", "/a", "Inaccessible /a")]
    [InlineData("", "/a", "/a", "ReadOnly /a")]
    [InlineData("/a", "/a/b", "/a/c", "Inaccessible /a")]
    [InlineData("", "/", "/a /a/b", "ReadOnly /|ReadWrite /a")]
    [InlineData("/x", "/", "", "ReadOnly /|Inaccessible /x")]
    public void Contradictions_are_decided(string inaccessible, string readOnly, string readWrite, string expected)
    {
        static System.Collections.Immutable.ImmutableArray<SandboxPath> Of(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => new SandboxPath(p))];
        Assert.Equal(expected, Mounts(new() { InaccessiblePaths = Of(inaccessible), ReadOnlyPaths = Of(readOnly), ReadWritePaths = Of(readWrite) }));
    }

    [Fact]
    public void Links_below_a_bind_mount_are_those_of_its_source_and_below_a_fresh_file_system_there_are_none()
    {
        Assert.Equal("BindRecursive /b|ReadOnly /b/there", Mounts(new() { BindPaths = [new("/source", "/b")], ReadOnlyPaths = [new("/b/link")] }));
        Assert.Equal("Temporary /source|ReadOnly /source/link", Mounts(new() { TemporaryFileSystems = [new("/source")], ReadOnlyPaths = [new("/source/link")] }));
    }

    [Fact]
    public void Links_in_a_circle_fail_the_start() =>
        Assert.Equal(226, Assert.Throws<PlanException>(() => Mounts(new() { ReadOnlyPaths = [new("/circle")] })).Stage);

    [Fact]
    public void Links_do_not_lead_out_of_a_root_directory() =>
        Assert.Equal("ReadOnly /usr|BindRecursive /x", Mounts(new() { RootDirectory = "/srv", MountApiVfs = false, ReadOnlyPaths = [new("/out", InRoot: true)], BindPaths = [new("/x", "/x")] }));

    private static ExecContext Box(Sandbox sandbox) => new() { Sandbox = sandbox };

    /// <summary>Mode and path of every mount, without the credentials that every namespace hides and the socket that every root has.</summary>
    private static string Mounts(Sandbox sandbox)
    {
        string root = sandbox.RootDirectory ?? "/run/systemd/unit-root";
        var mounts = Plan(Box(sandbox)).Steps.OfType<MakeMount>().Select(m => $"{m.Mode} {(m.Path == root ? "/" : m.Path[root.Length..])}");
        return string.Join('|', mounts.Where(m => m is not ("Inaccessible /run/credentials" or "Bind /run/systemd/notify")));
    }

    private static SpawnPlan Plan(ExecContext context, InstanceFacts? facts = null) => Plan(context, UnitTable.Command("/bin/app"), facts);

    private static SpawnPlan Plan(ExecContext context, ExecCommand command, InstanceFacts? facts = null) =>
        PlanBuilder.Build(UnitName.Parse("app.service"), context, command, facts ?? SimulatedMachine.Facts, Machine(), [new("INVOCATION_ID", "0123")], s_shared);

    private static SimulatedMachine Machine() => new()
    {
        Users = { ["redis"] = new("redis", 100, 101, "/var/lib/redis", "/bin/sh") },
        Groups = { ["redis"] = 101 },
        Links =
        {
            ["/lib"] = "usr/lib", ["/bin"] = "usr/bin", ["/lib64"] = "usr/lib64", ["/sbin"] = "/usr/sbin", ["/var/run"] = "/run",
            ["/up"] = "../../../usr", ["/chain"] = "/lib/next", ["/usr/lib/next"] = "end", ["/source/link"] = "there",
            ["/circle"] = "circle2", ["/circle2"] = "/circle", ["/srv/out"] = "../../../../usr", ["/home/link"] = "/home/me",
        },
    };

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden/sandbox");
}
