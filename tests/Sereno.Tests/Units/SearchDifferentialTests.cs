using CsCheck;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>Which files make up a unit, and in which order: each holds a mistake, and systemd-analyze reports those as it reads.</summary>
public class SearchDifferentialTests
{
    private static readonly string[] s_folders = ["etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system"];
    private static readonly string[] s_units = ["a-b-c.service", "a-b@.service", "a-b@x.service", "t.target", "alias.service", "alias@.service"];
    private static readonly string[] s_dropIns =
        ["a-b-c.service.d", "a-b-.service.d", "a-.service.d", "service.d", "a-b@.service.d", "a-b@x.service.d", "a-@.service.d", "a-@x.service.d", "alias.service.d", "t.target.d", "target.d", "alias@x.service.d"];

    private static Gen<T> Pick<T>(params T[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static readonly Gen<List<(string Path, string? Target)>> s_files = Gen.Select(
        Gen.Select(Pick(s_folders), Pick(s_units), (folder, unit) => ($"{folder}/{unit}", (string?)null)).Array[1, 6],
        Gen.Select(Pick(s_folders), Pick(s_dropIns), Pick("1.conf", "2.conf", "3.conf", "4.txt"), (folder, place, file) => ($"{folder}/{place}/{file}", (string?)null)).Array[0, 8],
        Gen.Select(Pick(s_folders), Pick(s_units), Pick("a-b-c.service", "a-b@.service", "a-b@x.service", "/usr/lib/systemd/system/a-b-c.service", "alias.service", "../system/a-b@.service"),
            (folder, unit, target) => ($"{folder}/{unit}", (string?)target)).Array[0, 3],
        (units, dropIns, links) => units.Concat(dropIns).Concat(links).DistinctBy(f => f.Item1).ToList());

    [Fact]
    public void The_files_of_a_unit_are_those_that_systemd_reads()
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        Gen.Select(s_files, Pick("a-b-c.service", "a-b@x.service", "alias.service", "alias@x.service", "t.target")).Sample(Same, iter: 100, threads: 1);
    }

    private static void Same(List<(string Path, string? Target)> files, string name)
    {
        using var folder = new UnitFolder();
        foreach (var (path, target) in files)
            if (target is null)
                folder.File(path, "[Unit]\nProbe=x\n[Service]\nExecStart=/bin/true\n");
            else
                folder.Link(path, target);
        // A slice leads to the unit, since no drop-in above is one of slices.
        folder.File("first/zz.slice", $"[Unit]\nDefaultDependencies=no\nWants={name}\n");
        string[] search = [folder.At("first"), .. s_folders.Select(folder.At)];
        var unit = new UnitLoader(UnitPaths.Of(search), new()).Load(UnitName.Parse(name));
        string[] ours = [.. unit.Diagnostics.Where(d => d.Message.Contains("'Probe'")).Select(d => d.File!)];
        string[] theirs = Theirs(folder, search);
        // systemd keeps a unit's names in a hash table: of two drop-ins of one name, below two names of the unit in one folder,
        // chance says which counts there.
        bool mayDiffer = unit.Aliases.Length > 0;
        Assert.True(theirs.SequenceEqual(ours) || (mayDiffer && theirs.Select(WithoutName).SequenceEqual(ours.Select(WithoutName))),
            $"{name}\ntheirs: {string.Join(" ", theirs)}\nours: {string.Join(" ", ours)}\n{string.Join("\n", files)}");
    }

    private static string WithoutName(string path) => path.Contains(".d/") ? Path.GetDirectoryName(Path.GetDirectoryName(path)) + "/*.d/" + Path.GetFileName(path) : path;

    private static string[] Theirs(UnitFolder folder, string[] search)
    {
        var (_, _, errors) = Oracle.Run("systemd-analyze", ["verify", "--man=no", folder.At("first/zz.slice")], ("SYSTEMD_UNIT_PATH", string.Join(':', search)));
        return [.. errors.Where(l => l.Contains("'Probe'")).Select(l => l.Split(':')[0]).Distinct()];
    }
}
