using System.Diagnostics;
using System.Text;
using Sereno.Journal;
using Sereno.Keeper;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Keeper;

public class KeeperTests
{
    private static byte[] Log(string unit) => new StreamMetadata(unit, Path.GetFileNameWithoutExtension(unit)).Encode();

    private static List<string> Lines(RealKeeper keeper, string unit) => [.. LogReader.Read([keeper.Folder + "/log"], unit).Select(e => e.Text)];

    [Fact]
    public void The_first_manager_is_welcomed_with_nothing()
    {
        using var keeper = new RealKeeper();
        var welcome = keeper.Next<Welcome>();
        Assert.Empty(welcome.Children);
        Assert.Empty(welcome.Exits);
        Assert.Empty(welcome.Held);
    }

    [Fact]
    public void A_child_is_spawned_and_its_exit_is_told()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(42, "exit 3", tag: [1, 2]);
        var spawned = keeper.Next<Spawned>();
        var exited = keeper.Next<Exited>();
        Assert.Equal(42ul, spawned.Id);
        Assert.NotNull(spawned.Pidfd);
        Assert.Equal((42ul, spawned.Pid, ChildCode.Exited, 3), (exited.Id, exited.Pid, exited.Code, exited.Status));
        Assert.Equal([1, 2], exited.Tag);
    }

    [Fact]
    public void A_failed_spawn_names_stage_and_errno()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "true", before: p => p.Chdir(ExitStage.Chdir, "/no/such"));
        Assert.Equal(new SpawnFailed(1, ExitStage.Chdir, libc.ENOENT, 0), keeper.Next<SpawnFailed>());
        keeper.Client.Spawn(2, [], "no plan at all"u8, null, [], []);
        Assert.Equal(new SpawnFailed(2, ExitStage.None, libc.EINVAL, -1), keeper.Next<SpawnFailed>());
    }

    [Fact]
    public void A_new_manager_gets_children_exits_and_descriptors()
    {
        using var keeper = new RealKeeper();
        keeper.Next<Welcome>();
        using var checkpoint = Memfd.Sealed("checkpoint", "first"u8);
        using var newer = Memfd.Sealed("checkpoint", "second"u8);
        keeper.Client.Hold("checkpoint", [checkpoint]);
        keeper.Client.Hold("checkpoint", [newer, newer]);
        keeper.Client.Hold("gone", [checkpoint]);
        keeper.Client.Drop("gone");
        keeper.Spawn(1, "sleep 1000", tag: "one"u8.ToArray());
        keeper.Spawn(2, "exit 2", tag: "two"u8.ToArray());
        keeper.Spawn(3, "exit 3", tag: "three"u8.ToArray());
        var running = keeper.Next<Spawned>(s => s.Id == 1);
        var exits = new[] { keeper.Next<Exited>(), keeper.Next<Exited>() };
        keeper.Client.Acknowledge(exits[0].Sequence);

        keeper.CrashManager();

        var welcome = keeper.Next<Welcome>();
        var child = Assert.Single(welcome.Children);
        Assert.Equal((1ul, running.Pid, "one"), (child.Id, child.Pid, Encoding.UTF8.GetString(child.Tag)));
        var exit = Assert.Single(welcome.Exits);
        Assert.Equal((exits[1].Sequence, exits[1].Id, exits[1].Status), (exit.Sequence, exit.Id, exit.Status));
        var held = Assert.Single(welcome.Held);
        Assert.Equal(("checkpoint", 2), (held.Name, held.Fds.Count));
        Assert.Equal("second"u8, Memfd.ReadAll(held.Fds[0]));

        Assert.True(Pidfd.Signal(child.Pidfd!, libc.SIGTERM));
        Assert.Equal((1ul, ChildCode.Killed, libc.SIGTERM), keeper.Next<Exited>() is var e ? (e.Id, e.Code, e.Status) : default);
    }

    [Fact]
    public void What_the_manager_asked_for_before_its_crash_is_done()
    {
        using var keeper = new RealKeeper();
        keeper.Next<Welcome>();
        using var state = Memfd.Sealed("state", "last words"u8);
        for (int i = 0; i < 100; i++)
            keeper.Client.Hold($"state {i}", [state]);
        keeper.CrashManager();
        Assert.Equal(100, keeper.Next<Welcome>().Held.Count);
    }

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("sleep 0.1; exit 4", 4)]
    public void What_is_held_for_a_process_goes_to_it_and_is_held_no_longer(string script, int status)
    {
        using var keeper = new RealKeeper();
        var (read, write) = Pipe.Create(nonBlockingRead: true);
        using (read)
        {
            keeper.Client.Hold("its", [write]);
            keeper.Spawn(1, "echo answer; " + script, before: p => p.Dup(ExitStage.Stdout, 0, 1), taken: "its");
            write.Dispose();
            Assert.Equal((1ul, status), keeper.Next<Exited>() is var e ? (e.Id, e.Status) : default);
            byte[] answer = new byte[100];
            Assert.Equal("answer\n", Encoding.UTF8.GetString(answer, 0, read.Read(answer)));
            RealKeeper.Eventually(() => read.Read(answer) == 0, "the end of the pipe that nobody else has");
        }
    }

    [Fact]
    public void What_was_held_for_a_process_that_cannot_be_had_is_dropped()
    {
        using var keeper = new RealKeeper();
        var (read, write) = Pipe.Create(nonBlockingRead: true);
        using (read)
        {
            keeper.Client.Hold("its", [write]);
            keeper.Spawn(1, "true", before: p => p.Chdir(ExitStage.Chdir, "/no/such"), taken: "its");
            write.Dispose();
            Assert.Equal(1ul, keeper.Next<SpawnFailed>().Id);
            RealKeeper.Eventually(() => read.Read(new byte[1]) == 0, "the end of the pipe that nobody has");
        }
    }

    [Fact]
    public void A_process_that_took_something_is_told_of_once_also_to_a_new_manager()
    {
        using var keeper = new RealKeeper();
        using var thing = Memfd.Sealed("x", "x"u8);
        keeper.Next<Welcome>();
        keeper.Client.Hold("its", [thing]);
        keeper.Spawn(1, "exec sleep 1000", taken: "its");
        Assert.Equal(1ul, keeper.Next<Spawned>().Id);
        keeper.Client.Hold("more", [thing]);
        keeper.Spawn(2, "exec sleep 1000", taken: "more");
        keeper.CrashManager(); // maybe before it was told of the second
        var welcome = keeper.Next<Welcome>();
        Assert.Equal<ulong>([1, 2], welcome.Children.Select(c => c.Id).Order());
        Assert.Empty(welcome.Held);
        keeper.Spawn(3, "exec sleep 1000", taken: "its");
        Assert.Equal(new SpawnFailed(3, ExitStage.Fds, libc.EBADF, -1), keeper.Next<SpawnFailed>());
    }

    [Fact]
    public void Three_hundred_spawns_at_once_all_run()
    {
        using var keeper = new RealKeeper();
        using var extra = Memfd.Sealed("x", "x"u8);
        for (ulong id = 1; id <= 300; id++)
            keeper.Spawn(id, "exit 0", tag: new byte[1000], fds: [extra, extra]);
        var ids = new HashSet<ulong>();
        for (int i = 0; i < 300; i++)
            ids.Add(keeper.Next<Exited>().Id);
        Assert.Equal(300, ids.Count);
    }

    [Fact]
    public void An_orphan_is_reaped_and_told_without_an_id()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "(sleep 0.2; exit 9) & exit 0");
        Assert.Equal(1ul, keeper.Next<Exited>().Id);
        var orphan = keeper.Next<Exited>(e => e.Status == 9);
        Assert.Equal(0ul, orphan.Id);
    }

    [Fact]
    public void Signals_reach_the_manager()
    {
        using var keeper = new RealKeeper();
        keeper.Next<Welcome>();
        foreach (int signo in new[] { libc.SIGTERM, libc.SIGHUP, libc.SIGINT, libc.SIGRTMIN + 3 })
        {
            Self.Kill(keeper.Pid, signo);
            Assert.Equal(signo, keeper.Next<SignalReceived>().Signo);
        }
    }

    [Fact]
    public void Output_becomes_lines_of_the_unit()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "echo plain; echo '<3>an error'; echo; printf 'no newline'", log: Log("talk.service"));
        int pid = keeper.Next<Spawned>().Pid;
        keeper.ManagerLog.WriteAll("<5>talk.service\tStarted talk.\n"u8);
        RealKeeper.Eventually(() => Lines(keeper, "talk.service").Count == 4, "four lines");
        var entries = LogReader.Read([keeper.Folder + "/log"], "talk.service");
        Assert.Contains(entries, e => (e.Priority, e.Identifier, e.Pid, e.Text) == (6, "talk", pid, "plain"));
        Assert.Contains(entries, e => (e.Priority, e.Text) == (3, "an error"));
        Assert.Contains(entries, e => e.Text == "no newline");
        Assert.Contains(entries, e => (e.Priority, e.Identifier, e.Pid, e.Text) == (5, "sereno", keeper.Pid, "Started talk."));
    }

    [Fact]
    public void A_crash_of_the_journal_loses_no_line_and_no_service()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "for i in $(seq 1 400); do echo line $i; sleep 0.005; done", log: Log("count.service"));
        for (int crash = 0; crash < 3; crash++)
        {
            int pid = 0;
            RealKeeper.Eventually(() => (pid = TryJournal(keeper)) != 0, "a journal");
            int seen = Lines(keeper, "count.service").Count;
            RealKeeper.Eventually(() => Lines(keeper, "count.service").Count > seen + 5, "more lines");
            Self.Kill(pid, libc.SIGKILL);
        }
        Assert.Equal((ChildCode.Exited, 0), keeper.Next<Exited>() is var e ? (e.Code, e.Status) : default);
        RealKeeper.Eventually(() => Lines(keeper, "count.service").LastOrDefault() == "line 400", "the last line");
        Assert.Equal(Enumerable.Range(1, 400).Select(i => $"line {i}"), Lines(keeper, "count.service"));

        static int TryJournal(RealKeeper keeper)
        {
            try
            {
                return keeper.JournalPid;
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                return 0;
            }
        }
    }

    [Fact]
    public void The_journal_rests_when_a_service_has_ended_and_the_keeper_has_not_heard_of_it_yet()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "echo x; exec sleep 1000", log: Log("a.service"));
        int service = keeper.Next<Spawned>().Pid, journal = keeper.JournalPid;
        RealKeeper.Eventually(() => Lines(keeper, "a.service").Count == 1, "the line");
        string? pipe = new FileInfo($"/proc/{service}/fd/1").LinkTarget;
        Assert.True(Reads(), "the journal doesn't read its pipe");
        Self.Kill(keeper.Pid, libc.SIGSTOP);
        try
        {
            Self.Kill(service, libc.SIGKILL);
            RealKeeper.Eventually(() => !Reads(), "the end of its stream");
            RealKeeper.Eventually(() => Enumerable.Range(0, 100).All(_ => ProcessTable.Stat(journal) is { State: 'S' }), "rest");
        }
        finally
        {
            Self.Kill(keeper.Pid, libc.SIGCONT);
        }

        bool Reads() => Directory.EnumerateFileSystemEntries($"/proc/{journal}/fd").Any(fd => new FileInfo(fd).LinkTarget == pipe);
    }

    [Fact]
    public void Descriptors_of_ended_children_are_closed()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "echo x", log: Log("a.service"));
        keeper.Client.Acknowledge(keeper.Next<Exited>().Sequence);
        RealKeeper.Eventually(() => Lines(keeper, "a.service").Count == 1, "the line");
        int before = 0;
        RealKeeper.Eventually(() => before == (before = Count()), "rest");
        using var extra = Memfd.Sealed("x", "x"u8);
        for (ulong id = 2; id < 52; id++)
        {
            keeper.Spawn(id, "echo y", log: Log("a.service"), fds: [extra]);
            keeper.Client.Acknowledge(keeper.Next<Exited>().Sequence);
        }
        RealKeeper.Eventually(() => Count() <= before, "as many descriptors as before");

        int Count() => Directory.GetFileSystemEntries($"/proc/{keeper.Pid}/fd").Length;
    }

    [Fact]
    public void The_limit_of_descriptors_is_not_passed_on()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "ulimit -Sn", log: Log("limit.service"));
        RealKeeper.Eventually(() => Lines(keeper, "limit.service").Count == 1, "the line");
        // Another spawner may have raised ours in this process meanwhile; the keeper was started with what is our soft limit or less.
        Assert.True(ulong.Parse(Lines(keeper, "limit.service")[0]) <= Self.Limit(libc.RLIMIT_NOFILE).Soft);
    }

    [Fact]
    public void At_the_end_everything_is_killed_and_everything_is_written()
    {
        using var keeper = new RealKeeper();
        keeper.Spawn(1, "trap '' TERM; (sleep 1000 &); setsid sleep 1000 & echo ready; sleep 1000", log: Log("stay.service"));
        keeper.Next<Spawned>();
        RealKeeper.Eventually(() => Lines(keeper, "stay.service").Count == 1, "ready");
        var tree = ProcessTable.Take().Descendants(keeper.Pid);
        Assert.True(tree.Count >= 5, $"{tree.Count} processes");
        keeper.ManagerLog.WriteAll("stay.service\tGood night.\n"u8);
        keeper.Client.Exit(17);
        Assert.Equal(17, keeper.WaitForExit());
        Assert.DoesNotContain(tree, pid => ProcessTable.Stat(pid) is not null);
        Assert.Equal("Good night.", Lines(keeper, "stay.service").Last());
    }

    [Fact]
    public void A_second_keeper_does_not_start()
    {
        using var keeper = new RealKeeper();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Sereno.Tests.Dummy"), ["keeper", keeper.Folder]) { RedirectStandardError = true };
        using var second = Process.Start(start)!;
        Assert.Equal($"sereno: cannot start: another instance holds {keeper.Folder}/lock (pid {keeper.Pid})\n", second.StandardError.ReadToEnd());
        second.WaitForExit();
        Assert.Equal(1, second.ExitCode);
    }

    [Fact]
    public void A_manager_that_keeps_crashing_is_started_with_a_growing_wait()
    {
        using var keeper = new RealKeeper();
        var watch = Stopwatch.StartNew();
        keeper.CrashManager();
        var first = watch.Elapsed;
        for (int i = 0; i < 3; i++)
            keeper.CrashManager();
        Assert.InRange(watch.Elapsed - first, TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(15));
        Assert.Contains("the manager ended (Killed, status 9) and is started again", keeper.Complaints);
    }
}
