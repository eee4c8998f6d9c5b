using System.Text;
using Sereno.Manager.Machine;
using Sereno.Manager.Spawn;
using Sereno.Tests.Simulation;
using Sereno.Tests.Units;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>Golden/exec: a unit file each, and the plans of its commands; SERENO_ACCEPT=1 writes them anew.</summary>
public class ExecPlanTests
{
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
    public void Without_CAP_SYS_ADMIN_a_filter_takes_NoNewPrivileges_along()
    {
        var context = new ExecContext { Security = new() { RestrictRealtime = true } };
        Assert.DoesNotContain(Steps(ulong.MaxValue), s => s is NoNewPrivileges);
        Assert.Contains(Steps(~(1ul << 21)), s => s is NoNewPrivileges);

        IEnumerable<SpawnStep> Steps(ulong capabilities) => PlanBuilder.Build(UnitName.Parse("a.service"), context, UnitTable.Command("/bin/a"),
            SimulatedMachine.Facts with { EffectiveCapabilities = capabilities }, new SimulatedMachine(), []).Steps;
    }

    [Fact]
    public void Who_logs_into_the_machines_own_journal_is_told_which_stream_that_is()
    {
        Assert.Equal(Execute.StreamMark(1), Mark(new()));
        Assert.Equal(Execute.StreamMark(2), Mark(new() { StandardOutput = StreamTarget.Null, StandardError = StreamTarget.Journal }));
        Assert.Null(Mark(new() { StandardOutput = StreamTarget.Null }));
        Assert.Null(Mark(new(), isMachines: false));
        Assert.Equal("mine", Mark(new() { Environment = ["JOURNAL_STREAM=mine"] }));

        static string? Mark(ExecContext context, bool isMachines = true) => PlanBuilder.Build(UnitName.Parse("a.service"), context, UnitTable.Command("/bin/a"),
            SimulatedMachine.Facts with { HasSystemJournal = isMachines }, new SimulatedMachine(), []).Command.Environment
            .Where(v => v.StartsWith("JOURNAL_STREAM=", StringComparison.Ordinal)).Select(v => v["JOURNAL_STREAM=".Length..]).SingleOrDefault();
    }

    [Theory]
    [InlineData("app.service", "app")]
    [InlineData("app@x.service", "app")]
    [InlineData("my.app.service", null)]
    [InlineData("2app.service", null)]
    public void A_dynamic_user_is_called_as_its_unit_where_that_can_be(string unit, string? expected)
    {
        string name = DynamicUsers.NameOf(UnitName.Parse(unit));
        if (expected is not null)
            Assert.Equal(expected, name);
        else
            Assert.Matches("^_du[0-9a-f]{16}$", name);
    }

    private static SpawnPlan Plan(ExecContext context, ExecCommand command) => PlanBuilder.Build(UnitName.Parse("app.service"), context, command,
        SimulatedMachine.Facts, Machine(), [new("INVOCATION_ID", "0123456789abcdef0123456789abcdef")]);

    private static IMachine Machine() => new SimulatedMachine
    {
        Users = { ["app"] = new("app", 1000, 1000, "/home/app", "/bin/sh") },
        Groups = { ["web"] = 33, ["adm"] = 4 },
        Memberships = { ["app"] = [27, 1000] },
        Files =
        {
            ["/sys/devices/system/node/node0/cpulist"] = "0-1\n",
            ["/sys/devices/system/node/node1/cpulist"] = "4,6\n",
            ["/etc/app.key"] = "12345",
            ["/usr/lib/credstore/stored"] = "1234567",
        },
    };

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden/exec");
}
