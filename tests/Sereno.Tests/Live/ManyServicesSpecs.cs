using Sereno.Linux;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Two hundred services at once: all up, in order down, and nothing of them left.</summary>
[Collection(Live.Name)]
public sealed class ManyServicesSpecs
{
    private const int Count = 200, MaxPssKilobytes = 15 * 1024;

    [Fact]
    public void Two_hundred_services_start_and_stop_and_leave_nothing_behind()
    {
        using var sereno = new LiveInstance(Prepare);
        int keeper = sereno.Pid, manager = sereno.ManagerPid, journal = sereno.JournalPid;
        // Once up and down first: what is made at the first use stays, and isn't a leak.
        Round(sereno);
        int[] before = [.. ((int[])[keeper, manager, journal]).Select(SettledDescriptors)];
        Round(sereno);
        Assert.Equal(before, ((int[])[keeper, manager, journal]).Select(SettledDescriptors));
        Assert.Equal(manager, sereno.ManagerPid);
    }

    [Fact]
    public void A_chain_of_two_hundred_stops_in_the_reverse_of_its_order()
    {
        using var sereno = new LiveInstance(folder =>
        {
            for (int i = 0; i < Count; i++)
                File.WriteAllText($"{folder}/units/s{i}.service",
                    (i > 0 ? $"[Unit]\nRequires=s{i - 1}.service\nAfter=s{i - 1}.service\n" : "") + "[Service]\nExecStart=/bin/sleep infinity\n");
        });
        sereno.Do("start", $"s{Count - 1}");
        Assert.Equal(Count, Running(sereno).Count);
        sereno.Do("stop", "s0");
        Assert.Empty(Running(sereno));
        var left = Enumerable.Range(0, Count).Select(i => sereno.Manager.Unit($"s{i}.service").GetAll())
            .Select(p => (Exit: p.Number("ActiveExitTimestampMonotonic"), Down: p.Number("InactiveEnterTimestampMonotonic"), Enter: p.Number("ActiveEnterTimestampMonotonic"))).ToList();
        for (int i = 1; i < Count; i++)
        {
            Assert.True(left[i].Down <= left[i - 1].Exit, $"s{i - 1} was stopped before s{i} was down");
            Assert.True(left[i - 1].Enter <= left[i].Enter, $"s{i} was up before s{i - 1}");
        }
    }

    [Fact]
    public void Keeper_and_manager_together_stay_under_15_megabytes_with_two_hundred_services()
    {
        Live.Require();
        Assert.SkipUnless(Live.IsAot, "only the executable compiled ahead of time is held to its weight: publish to out/");
        Assert.SkipUnless(File.Exists("/proc/self/smaps_rollup"), "the kernel has no smaps_rollup");
        using var sereno = new LiveInstance(Prepare);
        sereno.Do("start", "all.target");
        Assert.Equal(Count, Running(sereno).Count);
        sereno.Disconnect();
        int keeper = 0, manager = 0;
        bool light = Live.Within(12, () =>
        {
            Thread.Sleep(200);
            (keeper, manager) = (Proc.PssKilobytes(sereno.Pid), Proc.PssKilobytes(sereno.ManagerPid));
            return keeper + manager < MaxPssKilobytes;
        });
        Assert.True(light, $"keeper {keeper} kB, manager {manager} kB");
        TestContext.Current.TestOutputHelper?.WriteLine($"keeper {keeper} kB, manager {manager} kB, journal {Proc.PssKilobytes(sereno.JournalPid)} kB");
    }

    [Fact]
    public void Two_hundred_orphans_are_reaped()
    {
        using var sereno = new LiveInstance(folder => File.WriteAllText($"{folder}/units/orphans.service",
            $"[Service]\nExecStart=/bin/sh -c 'for i in $(seq {Count}); do (setsid sh -c \"sleep 0.3\" &); done; exec sleep infinity'\n"));
        sereno.Do("start", "orphans");
        Live.Eventually(() => sereno.Manager.GetUnitProcesses("orphans.service").Count > 10, () => "orphans");
        Live.Eventually(() => sereno.Manager.GetUnitProcesses("orphans.service").Count == 1, () => "their end");
        Live.Eventually(() => !Proc.Zombies(sereno.Pid).Any(), () => "no zombie");
        sereno.Expect("orphans.service", "active", "running");
    }

    private static void Prepare(string folder)
    {
        for (int i = 0; i < Count; i++)
            File.WriteAllText($"{folder}/units/s{i}.service", "[Unit]\nPartOf=all.target\n[Service]\nExecStart=/bin/sleep infinity\n");
        File.WriteAllText($"{folder}/units/all.target", "[Unit]\nWants=" + string.Join(' ', Enumerable.Range(0, Count).Select(i => $"s{i}.service")) + "\n");
    }

    private static void Round(LiveInstance sereno)
    {
        sereno.Do("start", "all.target");
        var running = Running(sereno);
        Assert.Equal(Count, running.Count);
        Assert.All(running, pid => Assert.True(Proc.IsAlive(pid)));
        sereno.Do("stop", "all.target");
        Assert.Empty(Running(sereno));
        Assert.All(running, pid => Assert.False(Proc.IsAlive(pid)));
        Live.Eventually(() => !Proc.Zombies(sereno.Pid).Any(), () => "no zombie");
        // Only its roles are left below the keeper.
        Live.Eventually(() => ProcessTable.Take().Descendants(sereno.Pid).Count == 2, () => "nothing but the roles");
        sereno.Disconnect();
    }

    private static List<int> Running(LiveInstance sereno) => [.. sereno.Manager.ListUnits()
        .Where(u => u.Id.EndsWith(".service", StringComparison.Ordinal) && u.SubState == "running")
        .Select(u => (int)sereno.Manager.Unit(u.Id).MainPid)];

    /// <summary>Closing lags a little behind: the journal reads a pipe to its end first.</summary>
    private static int SettledDescriptors(int pid)
    {
        int least = int.MaxValue;
        for (int i = 0; i < 20; i++, Thread.Sleep(50))
            least = Math.Min(least, Proc.Descriptors(pid));
        return least;
    }
}
