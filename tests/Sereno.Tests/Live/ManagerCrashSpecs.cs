using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>kill -9 of the part that decides: services live on, and what happened meanwhile is known afterwards.</summary>
[Collection(Live.Name)]
public sealed class ManagerCrashSpecs
{
    [Fact]
    public void Services_keep_their_pids_and_status_is_right_within_a_second()
    {
        using var sereno = new LiveInstance(folder =>
        {
            for (int i = 0; i < 20; i++)
                File.WriteAllText($"{folder}/units/s{i}.service", "[Service]\nExecStart=/bin/sleep infinity\n");
            File.WriteAllText($"{folder}/units/once.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n");
            File.WriteAllText($"{folder}/units/failed.service", "[Service]\nExecStart=/bin/sh -c 'exit 9'\n");
        });
        sereno.Do(["start", "once", "failed", .. Enumerable.Range(0, 20).Select(i => $"s{i}")]);
        sereno.Expect("failed.service", "failed");
        int[] before = Pids(sereno);
        for (int round = 0; round < 20; round++)
        {
            CrashAndWait(sereno);
            Assert.Equal(before, Pids(sereno));
            Assert.All(before, pid => Assert.True(Proc.IsAlive(pid)));
            Assert.Equal(("active", "exited"), (sereno.State("once.service").Active, sereno.State("once.service").Sub));
            Assert.Equal(("failed", "exit-code"), (sereno.State("failed.service").Active, sereno.State("failed.service").Result));
            Assert.Equal("active", sereno.State("basic.target").Active);
        }
        sereno.Do(["stop", .. Enumerable.Range(0, 20).Select(i => $"s{i}")]);
        Assert.All(before, pid => Assert.False(Proc.IsAlive(pid)));
    }

    [Fact]
    public void The_exit_code_of_a_service_that_ends_in_the_gap_is_known_afterwards()
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/dies.service", $"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sh -c 'until test -e {folder}/die; do sleep 0.02; done; exit 17'\n");
            File.WriteAllText($"{folder}/units/returns.service", $"[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=10ms\nExecStart=/bin/sleep infinity\n");
        });
        for (int round = 0; round < 5; round++)
        {
            File.Delete($"{sereno.Folder}/die");
            sereno.Do("restart", "dies", "returns");
            int main = sereno.State("dies.service").Main, returning = sereno.State("returns.service").Main;
            // Stopped, it can't react while they end; then it is gone before it could.
            int manager = sereno.ManagerPid;
            Self.Kill(manager, 19 /* SIGSTOP */);
            File.WriteAllText($"{sereno.Folder}/die", "");
            Proc.Kill(returning);
            Live.Eventually(() => !Proc.IsAlive(main), () => "the end of the service");
            Proc.Kill(manager);
            sereno.Disconnect();
            sereno.Expect("dies.service", "failed", "failed", "exit-code");
            Assert.Equal("17\n", sereno.Do("show", "dies", "-p", "ExecMainStatus", "--value").Output);
            Live.Eventually(() => sereno.State("returns.service") is { Active: "active", Main: > 0 } now && now.Main != returning, () => "its restart");
        }
    }

    [Fact]
    public void A_stop_that_was_queued_before_is_finished()
    {
        using var sereno = new LiveInstance(folder =>
            File.WriteAllText($"{folder}/units/slow.service",
                "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sh -c 'trap \"sleep 0.4; exit 0\" TERM; while :; do sleep 0.02; done'\nExecStopPost=/bin/sh -c 'echo $SERVICE_RESULT >>" + folder + "/post'\n"));
        for (int round = 1; round <= 5; round++)
        {
            sereno.Do("start", "slow");
            Thread.Sleep(100);
            sereno.Do("stop", "--no-block", "slow");
            CrashAndWait(sereno);
            sereno.Expect("slow.service", "inactive", "dead", "success");
            Assert.Empty(sereno.Manager.ListJobs());
            Assert.Equal(round, File.ReadAllLines($"{sereno.Folder}/post").Length);
        }
    }

    [Fact]
    public void A_limit_on_the_run_time_holds_across_a_crash()
    {
        using var sereno = new LiveInstance(folder => File.WriteAllText($"{folder}/units/short.service", "[Service]\nRuntimeMaxSec=6\nExecStart=/bin/sleep infinity\n"));
        sereno.Do("start", "short");
        CrashAndWait(sereno);
        sereno.Expect("short.service", "active", "running");
        sereno.Expect("short.service", "failed", "failed", "timeout", 30);
    }

    [Fact]
    public void Twenty_crashes_under_activity_lose_nothing()
    {
        const int count = 12;
        using var sereno = new LiveInstance(folder =>
        {
            for (int i = 0; i < count; i++)
                File.WriteAllText($"{folder}/units/s{i}.service", i % 3 == 0
                    ? "[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStartPre=/bin/sleep 0.02\nExecStart=/bin/sleep 0.03\nExecStop=/bin/sleep 0.02\n"
                    : "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStartPre=/bin/sleep 0.02\nExecStart=/bin/sleep infinity\nExecStopPost=/bin/sleep 0.02\n");
        });
        var random = new Random(20);
        for (int round = 0; round < 20; round++)
        {
            bool up = round % 2 == 0;
            string[] names = [.. Enumerable.Range(0, count).Select(i => $"s{i}")];
            sereno.Run([up ? "start" : "stop", "--no-block", .. names]);
            Thread.Sleep(random.Next(0, 90));
            CrashAndWait(sereno);
            foreach (string name in names)
                sereno.Expect($"{name}.service", up ? "active" : "inactive");
            Live.Eventually(() => sereno.Manager.ListJobs().Count == 0, () => "no job left");
            // One process each: nothing was started twice, and nothing forgotten.
            Live.Eventually(() => ProcessTable.Take().Descendants(sereno.Pid).Count == 2 + (up ? count - count / 3 : 0),
                () => $"round {round}: {string.Join(", ", ProcessTable.Take().Descendants(sereno.Pid).Select(Proc.CommandLine))}");
        }
        Assert.Empty(Proc.Zombies(sereno.Pid));
    }

    [Fact]
    public void The_journal_comes_back_too_and_goes_on_writing()
    {
        using var sereno = new LiveInstance(folder => File.WriteAllText($"{folder}/units/talks.service",
            "[Service]\nExecStart=/bin/sh -c 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done'\n"));
        sereno.Do("start", "talks");
        Live.Eventually(() => sereno.Run("logs", "talks").Output.Contains("line 3"), () => "the first lines");
        int journal = sereno.JournalPid;
        Proc.Kill(journal);
        Live.Eventually(() => sereno.JournalPid is not 0 and var now && now != journal, () => "another journal");
        Live.Eventually(() => sereno.Run("logs", "talks").Output.Contains("line 40"), () => "the later lines");
        sereno.Expect("talks.service", "active", "running");
    }

    /// <summary>Kills it, and expects the next one to answer rightly a second later at most; a JIT start or a busy machine gets more.</summary>
    private static void CrashAndWait(LiveInstance sereno)
    {
        int manager = 0;
        Live.Eventually(() => (manager = sereno.ManagerPid) != 0, () => "a manager");
        Proc.Kill(manager);
        sereno.Disconnect();
        Live.Eventually(() => !Proc.IsAlive(manager), () => "its end");
        // The first crash is answered at once; a manager that dies again and again is started with a pause of up to a second.
        Live.Eventually(() => sereno.ManagerPid is not 0 and var now && now != manager, () => "another manager", 5);
        long started = Environment.TickCount64;
        _ = sereno.State("basic.target");
        Assert.InRange(Environment.TickCount64 - started, 0, Live.IsAot ? 1000 : 5000);
    }

    private static int[] Pids(LiveInstance sereno) => [.. Enumerable.Range(0, 20).Select(i => sereno.State($"s{i}.service").Main)];
}
