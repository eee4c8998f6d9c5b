using Sereno.Units.Check;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>The unit files that this machine's packages brought: what systemd-analyze verify finds in each, we find, and nothing else.</summary>
public class PackagedUnitsTests
{
    /// <summary>SERENO_UNIT_FOLDER: those of packages that aren't installed here.</summary>
    private static readonly string Folder = Environment.GetEnvironmentVariable("SERENO_UNIT_FOLDER") ?? "/usr/lib/systemd/system";

    [Fact]
    public void Every_packaged_unit_gets_the_verdict_of_systemd_analyze()
    {
        Assert.SkipUnless(Oracle.HasAnalyze && Directory.Exists(Folder), Oracle.Missing);
        var differences = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal))
            if (UnitName.TryParse(Path.GetFileName(file), out var name) && new FileInfo(file) is { LinkTarget: null, Length: > 0 })
                differences.AddRange(Verdicts.Compare(File.ReadAllText(file), name.IsTemplate ? name.WithInstance("x").Full : name.Full));
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }
}

/// <summary>The findings about one unit file by systemd-analyze verify and by us, line for line.</summary>
internal static class Verdicts
{
    public static List<string> Compare(string text, string name)
    {
        using var folder = new UnitFolder();
        var parsed = UnitName.Parse(name);
        string file = parsed.Template?.Full ?? name;
        folder.File(file, text);
        var (_, _, errors) = Oracle.Run("systemd-analyze", ["verify", "--man=no", folder.At(name)], ("SYSTEMD_UNIT_PATH", folder.Root));
        // What a start would meet with on its way is not the file's fault.
        var theirs = errors.Where(l => (l.StartsWith(folder.At(file) + ":", StringComparison.Ordinal) || l.StartsWith(name + ":", StringComparison.Ordinal))
            && !l.Contains("Failed to create ") && !l.EndsWith(" is dropped.", StringComparison.Ordinal));
        var loader = new UnitLoader(UnitPaths.Of(folder.Root), HostFacts.Read());
        var ours = UnitCheck.Run(loader.Load(parsed), new CheckHost(), loader).Diagnostics
            .Where(d => !(d.Severity == Severity.Warning && d.Message.Contains("is not executable"))).Select(d => d.ToString()).Where(l => !IsOurs(l));
        return [.. Difference(Normal(theirs), Normal(ours))];

        List<string> Normal(IEnumerable<string> lines) => [.. lines.Select(l => l.Replace(folder.Root + "/", ""))];
    }

    /// <summary>systemd-analyze neither looks for accounts, nor at a second command of a kind, nor tries to start a bad unit.</summary>
    private static bool IsOurs(string line) => (line.Contains(": User ") || line.Contains(": Group ")) && line.EndsWith(" does not exist", StringComparison.Ordinal)
        || line.EndsWith("has a bad unit file setting.", StringComparison.Ordinal) || line.Contains("failed to load properly");

    private static IEnumerable<string> Difference(List<string> theirs, List<string> ours) =>
        theirs.Except(ours).Select(l => "theirs: " + l).Concat(ours.Except(theirs).Select(l => "ours:   " + l));
}
