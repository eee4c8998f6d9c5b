using System.Diagnostics;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Verbs that wait outlive the manager they wait for: its successor tells them how it ended.</summary>
[Collection(Live.Name)]
public sealed class WaitingSpecs
{
    [Theory]
    [InlineData("start", "good", 0)]
    [InlineData("start", "bad", 1)]
    [InlineData("stop", "ends", 0)]
    [InlineData("restart", "good", 0)]
    public void A_verb_learns_how_its_job_ended_though_the_manager_was_killed(string verb, string unit, int expected)
    {
        using var sereno = new LiveInstance(folder =>
        {
            string wait = $"/bin/sh -c 'until test -e {folder}/go; do sleep 0.02; done; exit";
            File.WriteAllText($"{folder}/units/good.service", $"[Service]\nType=oneshot\nExecStart={wait} 0'\n");
            File.WriteAllText($"{folder}/units/bad.service", $"[Service]\nType=oneshot\nExecStart={wait} 3'\n");
            File.WriteAllText($"{folder}/units/ends.service", $"[Service]\nExecStart=/bin/sleep infinity\nExecStop={wait} 0'\n");
        });
        if (verb == "stop")
            sereno.Do("start", unit);
        using var process = Start(sereno, verb, unit);
        KillManagerOnce(sereno, () => sereno.Manager.ListJobs().Exists(j => j.Unit == $"{unit}.service"));
        // Known to the successor, the job is still under way; then it may end.
        Live.Eventually(() => Try(sereno, () => sereno.Manager.ListJobs().Exists(j => j.Unit == $"{unit}.service")), () => "the job is carried on");
        Assert.False(process.HasExited);
        File.WriteAllText($"{sereno.Folder}/go", "");
        Assert.Equal(expected, End(process));
    }

    [Fact]
    public void A_job_that_ended_while_there_was_no_manager_is_told_by_the_state_of_its_unit()
    {
        using var sereno = new LiveInstance(folder => File.WriteAllText($"{folder}/units/good.service", $"[Service]\nType=oneshot\nExecStart=/bin/sh -c 'until test -e {folder}/go; do sleep 0.02; done'\n"));
        using var process = Start(sereno, "start", "good");
        Live.Eventually(() => sereno.Manager.ListJobs().Count == 1, () => "queued");
        int manager = sereno.ManagerPid;
        Sereno.Linux.Self.Kill(manager, Sereno.Linux.Headers.libc.SIGSTOP);
        File.WriteAllText($"{sereno.Folder}/go", "");
        Proc.Kill(manager);
        sereno.Disconnect();
        Assert.Equal(0, End(process));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_wait_has_the_exit_status_of_a_command_that_outlived_a_manager(bool endsInTheGap)
    {
        using var sereno = new LiveInstance(_ => { });
        using var process = Start(sereno, "run", "--wait", "--unit", "job", "sh", "-c", $"until test -e {sereno.Folder}/go; do sleep 0.02; done; exit 7");
        Live.Eventually(() => sereno.State("job.service").Active == "active" && sereno.Manager.ListJobs().Count == 0, () => "it runs");
        if (endsInTheGap)
        {
            Sereno.Linux.Self.Kill(sereno.ManagerPid, Sereno.Linux.Headers.libc.SIGSTOP);
            File.WriteAllText($"{sereno.Folder}/go", "");
        }
        Proc.Kill(sereno.ManagerPid);
        sereno.Disconnect();
        if (!endsInTheGap)
        {
            Live.Eventually(() => Try(sereno, () => sereno.State("job.service").Active == "active"), () => "it runs on");
            File.WriteAllText($"{sereno.Folder}/go", "");
        }
        Assert.Equal(7, End(process));
    }

    [Fact]
    public void Nothing_of_an_instance_that_ended_in_order_is_in_the_way_of_the_next()
    {
        using var sereno = new LiveInstance(_ => { });
        Assert.True(File.Exists($"{sereno.Folder}/run/lock"));
        Assert.Equal(0, sereno.Exit());
        Assert.Equal([], ((string[])["lock", "notify", "private"]).Where(name => Path.Exists($"{sereno.Folder}/run/{name}")));
    }

    private static Process Start(LiveInstance sereno, params string[] words) => Command.Start(Live.Executable!, ["--dir", sereno.Folder, "--unit-path", sereno.Units, .. words]);

    private static void KillManagerOnce(LiveInstance sereno, Func<bool> ready)
    {
        Live.Eventually(ready, () => "the job is queued");
        int manager = sereno.ManagerPid;
        Proc.Kill(manager);
        sereno.Disconnect();
        Live.Eventually(() => sereno.ManagerPid is var now && now != 0 && now != manager, () => "a successor");
    }

    private static bool Try(LiveInstance sereno, Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (Exception e) when (e is Sereno.Bus.BusException or Sereno.Linux.LinuxException)
        {
            sereno.Disconnect();
            return false;
        }
    }

    private static int End(Process process)
    {
        Assert.True(process.WaitForExit(60_000), "it still waits");
        return process.ExitCode;
    }
}
