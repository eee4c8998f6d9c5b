using System.Runtime.CompilerServices;
using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Xunit;

namespace Sereno.Tests.Bus;

/// <summary>Our tables beside systemd 252's own: systemd-252.tsv lists interface, member, type and how changes are told.</summary>
public sealed class FidelityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-bus-").FullName;
    private readonly Systemd1Tree _tree;

    public FidelityTests() => _tree = new(new FakeManager(_folder));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_property_has_systemd_s_type_and_tells_of_changes_as_there()
    {
        var theirs = Read();
        foreach (var table in Tables())
            foreach (var (name, type, emits) in table.PropertyList)
                Assert.Equal((table.Name, name, (type, emits.ToString().ToLowerInvariant())),
                    (table.Name, name, theirs.GetValueOrDefault((table.Name, name))));
    }

    [Fact]
    public void Every_method_has_systemd_s_signature()
    {
        var theirs = Read();
        foreach (var table in Tables())
            foreach (var (name, @in, @out) in table.MethodList)
                Assert.Equal((table.Name, name, Parameter.SignatureOf(@in) + ">" + Parameter.SignatureOf(@out)),
                    (table.Name, name, theirs.GetValueOrDefault((table.Name, name + "()")).Type));
    }

    [Fact]
    public void No_property_of_a_unit_is_missing()
    {
        var unit = Tables().Single(t => t.Name.EndsWith(".Unit", StringComparison.Ordinal));
        string[] left = ["AccessSELinuxContext", "JobTimeoutRebootArgument"]; // of systems that Sereno does not run on
        string[] hidden = ["OnSuccesJobMode", "RequiresOverridable", "RequisiteOverridable", "RequiredByOverridable", "RequisiteOfOverridable", "StartLimitInterval", "StartLimitIntervalSec"];
        var missing = Read().Keys.Where(k => k.Interface == unit.Name && !k.Member.EndsWith(')')).Select(k => k.Member)
            .Except(unit.PropertyList.Select(p => p.Name)).Except(left).Except(hidden);
        Assert.Empty(missing);
    }

    private IEnumerable<BusInterface> Tables() =>
        ((string[])[UnitPath.Manager, UnitPath.Of("redis-server.service"), UnitPath.Of("app.socket"), UnitPath.Of("backup.timer")])
            .SelectMany(path => _tree.Find(path)!).Select(b => b.Table).Distinct().Where(t => !t.Name.StartsWith("org.sereno.", StringComparison.Ordinal));

    private static Dictionary<(string Interface, string Member), (string Type, string Emits)> Read([CallerFilePath] string source = "") =>
        File.ReadLines(Path.Combine(Path.GetDirectoryName(source)!, "systemd-252.tsv")).Select(l => l.Split('\t'))
            .ToDictionary(f => ("org.freedesktop.systemd1." + f[0], f[1]), f => (f[2], f[3]));
}
