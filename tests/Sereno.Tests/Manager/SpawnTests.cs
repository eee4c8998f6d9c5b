using Sereno.Manager.Spawn;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

public class SpawnTests
{
    /// <summary>systemd.service(5), "Command lines".</summary>
    [Theory]
    [InlineData("$TWO", "a|b c")]
    [InlineData("${TWO}", "a 'b c'")]
    [InlineData("x$TWO", "x$TWO")]
    [InlineData("x${ONE}y", "x1y")]
    [InlineData("$$ONE", "$ONE")]
    [InlineData("${NONE}", "")]
    [InlineData("$NONE", null)]
    [InlineData("$EMPTY", null)]
    [InlineData("$", null)]
    [InlineData("a$", "a$")]
    [InlineData("${ONE", "${ONE")]
    [InlineData("${ONE:-2}", "${ONE:-2}")]
    [InlineData("${NONE:${ONE}}", "${NONE:1}")]
    [InlineData("$ONE-2", null)]
    [InlineData("$$${ONE}", "$1")]
    [InlineData("$${ONE}", "${ONE}")]
    [InlineData("$BACK", "x y")]
    public void Variables_are_expanded_as_the_manual_says(string argument, string? expected)
    {
        var environment = new Dictionary<string, string> { ["ONE"] = "1", ["TWO"] = "a 'b c'", ["EMPTY"] = "", ["BACK"] = "'x\\ y'" };
        Assert.Equal(expected is null ? [] : expected.Split('|'), Arguments.Expand([argument], environment));
    }

    /// <summary>systemd.exec(5), EnvironmentFile=; each as systemd 252's own parser reads it.</summary>
    [Theory]
    [InlineData("A=1\nB=2", "A=1|B=2")]
    [InlineData("  A = 1  \n", "A=1")]
    [InlineData("# c\n; d\nA=1", "A=1")]
    [InlineData("# c \\\nA=1\nB=2", "B=2")]
    [InlineData("A=\"x y\"", "A=x y")]
    [InlineData("A='x \\y'", "A=x \\y")]
    [InlineData("A=\"x\\\"\\$\\n\"", "A=x\"$\\n")]
    [InlineData("A=\"x\" 'y'", "A=xy")]
    [InlineData("A=x\"y\"", "A=x\"y\"")]
    [InlineData("A=x\\\ny", "A=xy")]
    [InlineData("A=\"x\ny\"", "A=x\ny")]
    [InlineData("A=x # no comment", "A=x # no comment")]
    [InlineData("A=\n", "A=")]
    [InlineData("no value\nA=1", "A=1")]
    [InlineData("1A=x\nA-B=y", "")]
    [InlineData("A=x\\ ", "A=x ")]
    public void Environment_files_are_read_as_systemd_reads_them(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', EnvironmentText.Parse(text).Select(v => $"{v.Name}={v.Value}")));

    /// <summary>The expected plans are files beside this one; SERENO_ACCEPT=1 writes them anew.</summary>
    [Theory]
    [InlineData("plain")]
    [InlineData("user")]
    [InlineData("streams")]
    [InlineData("privileged")]
    public void Plans_are_as_they_were(string name)
    {
        var machine = new SimulatedMachine
        {
            Users = { ["app"] = new("app", 1000, 1000, "/home/app", "/bin/sh") },
            Groups = { ["web"] = 33, ["adm"] = 4 },
            Memberships = { ["app"] = [27, 1000] },
            Files = { ["/etc/default/app"] = "FILE=yes\nOVER=file\n" },
            Executables = { "/usr/bin/tool" },
        };
        var user = new ExecContext { User = "app", Group = "web", SupplementaryGroups = ["adm"], NoNewPrivileges = true, Nice = 5, OomScoreAdjust = -500, UMask = 0x3F };
        var (context, command) = name switch
        {
            "plain" => (new ExecContext(), new ExecCommand("tool", ["tool", "$OPTS", "${ONE}"], ExecFlags.None)),
            "user" => (user with { WorkingDirectory = new("~", true) }, UnitTable.Command("/bin/app")),
            "privileged" => (user, UnitTable.Command("/bin/app", ExecFlags.FullyPrivileged)),
            _ => (new ExecContext
            {
                StandardInput = new(StreamKind.File, "/in"), StandardOutput = new(StreamKind.Append, "/out"), StandardError = StreamTarget.Journal, IgnoreSigpipe = false,
                Environment = ["OVER=unit", "ONE=1"], EnvironmentFiles = [new("/etc/default/app", false), new("/missing", true)], UnsetEnvironment = ["LANG"],
                Limits = new Dictionary<Resource, ResourceLimit> { [Resource.OpenFiles] = new(1024, 4096) }.ToImmutable(),
                Directories = new Dictionary<DirectoryKind, DirectorySet> { [DirectoryKind.Runtime] = new(["app", "app/sub"]), [DirectoryKind.Configuration] = new(["app"], 0x1ED) }.ToImmutable(),
            }, UnitTable.Command("/bin/app")),
        };
        string plan = PlanBuilder.Build(UnitName.Parse("app.service"), context, command, SimulatedMachine.Facts with
        {
            Environment = SimulatedMachine.Facts.Environment.Add("OPTS", "-a 'b c'").Add("ONE", "one"),
        }, machine, [new("INVOCATION_ID", "0123")]).ToString();
        string file = Path.Combine(SourceFolder(), "Golden", name + ".plan.txt");
        if (Environment.GetEnvironmentVariable("SERENO_ACCEPT") == "1")
            File.WriteAllText(file, plan);
        Assert.Equal(File.ReadAllText(file), plan);
    }

    [Theory]
    [InlineData("nobody-here", null, 217)]
    [InlineData(null, "nowhere", 216)]
    public void Who_does_not_exist_is_named_by_the_stage(string? user, string? group, int stage) => Assert.Equal(stage, Assert.Throws<PlanException>(() =>
        PlanBuilder.Build(UnitName.Parse("a.service"), new() { User = user, Group = group }, UnitTable.Command("/bin/a"), SimulatedMachine.Facts, new SimulatedMachine(), [])).Stage);

    private static string SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

file static class Dictionaries
{
    public static System.Collections.Immutable.ImmutableDictionary<TKey, TValue> ToImmutable<TKey, TValue>(this Dictionary<TKey, TValue> pairs) where TKey : notnull =>
        System.Collections.Immutable.ImmutableDictionary.CreateRange(pairs);
}
