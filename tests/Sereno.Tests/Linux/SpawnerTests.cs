using System.Text;
using CsCheck;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public class SpawnerTests
{
    private static PlanWriter Shell(PlanWriter plan, string script, params string[] environment) =>
        plan.Exec(ExitStage.Exec, "/bin/sh", ["sh", "-c", script], ["PATH=/usr/bin:/bin", .. environment]);

    /// <summary>Runs a plan whose descriptor 0 is a pipe, usually its standard output; gives what it wrote and how it ended.</summary>
    private static (string Output, ChildExit Exit, SpawnResult Result) Run(PlanWriter plan, Fd? cgroup = null, params Fd[] more)
    {
        var (read, write) = Pipe.Create();
        using (read)
        {
            SpawnResult result;
            using (write)
                result = Spawner.Spawn(plan.ToArray(), [write, .. more], cgroup);
            Assert.True(result.Ok, $"{result}");
            result.Pidfd!.Dispose();
            var output = new MemoryStream();
            var buffer = new byte[4096];
            for (int n; (n = read.Read(buffer)) > 0;)
                output.Write(buffer, 0, n);
            return (Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n'), ChildWait.For(result.Pid), result);
        }
    }

    private static PlanWriter ToStdout() => new PlanWriter().Dup(ExitStage.Stdout, 0, 1);

    private static SpawnResult Fails(PlanWriter plan)
    {
        var result = Spawner.Spawn(plan.ToArray(), []);
        Assert.False(result.Ok);
        Assert.Null(result.Pidfd);
        return result;
    }

    [Fact]
    public void A_program_runs_and_its_exit_code_comes_back()
    {
        var (output, exit, result) = Run(Shell(ToStdout(), "echo hello; exit 7"));
        Assert.Equal(("hello", new ChildExit(result.Pid, ChildCode.Exited, 7)), (output, exit));
    }

    [Fact]
    public void The_umask_the_folder_and_the_ignored_signal_are_set()
    {
        var plan = ToStdout().Umask(ExitStage.Exec, 0x17 /* 027 */).Chdir(ExitStage.Chdir, "/usr").IgnoreSignal(ExitStage.SignalMask, libc.SIGPIPE);
        var (output, _, _) = Run(Shell(plan, "umask; pwd; grep -E 'SigBlk|SigIgn' /proc/self/status"));
        Assert.Equal("0027\n/usr\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001000", output);
    }

    [Fact]
    public void The_placeholder_becomes_the_pid_of_the_child()
    {
        var (output, _, result) = Run(Shell(ToStdout(), "echo $LISTEN_PID,$OTHER,$LONG,$$", "LISTEN_PID=@@@@@@@@@@", "OTHER=@@@@@@@@@", "LONG=@@@@@@@@@@@"));
        Assert.Equal($"{result.Pid},@@@@@@@@@,@@@@@@@@@@@,{result.Pid}", output);
    }

    [Fact]
    public void The_journals_placeholder_becomes_device_and_inode_of_the_descriptor_that_it_names()
    {
        string marks = new('@', 40);
        var (output, _, _) = Run(Shell(ToStdout().Copy(ExitStage.Stderr, 1, 2), "stat -L -c %d:%i /dev/stdout; echo $JOURNAL_STREAM; echo $OTHER", $"JOURNAL_STREAM=1{marks}", $"OTHER=1{marks}"));
        Assert.Matches(@"^(\d+:\d+)\n\1\n1@{40}$", output);
        Assert.Equal($"2{marks}", Run(Shell(ToStdout(), "echo $JOURNAL_STREAM", $"JOURNAL_STREAM=2{marks}")).Output);
    }

    [Fact]
    public void A_limit_above_the_hard_one_is_clamped()
    {
        // A first rlimit lowers the hard limit; root would be allowed to raise it again, so it becomes somebody else.
        var plan = ToStdout().Rlimit(ExitStage.Limits, libc.RLIMIT_NOFILE, 500, 1000, clamp: false);
        if (Self.Uid == 0)
            plan.SetUid(ExitStage.User, 65534);
        plan.Rlimit(ExitStage.Limits, libc.RLIMIT_NOFILE, 2000, 4000, clamp: true);
        Assert.Equal("1000 1000", Run(Shell(plan, "echo $(ulimit -Sn) $(ulimit -Hn)")).Output);
    }

    [Fact]
    public void A_limit_above_the_hard_one_is_an_error_when_it_may_not_be_clamped()
    {
        var plan = new PlanWriter().Rlimit(ExitStage.Limits, libc.RLIMIT_NOFILE, 10, 10, clamp: false);
        if (Self.Uid == 0)
            plan.SetUid(ExitStage.User, 65534);
        var result = Fails(Shell(plan.Rlimit(ExitStage.Limits, libc.RLIMIT_NOFILE, 20, 20, clamp: false), "true"));
        Assert.Equal((ExitStage.Limits, libc.EPERM), (result.Stage, result.Errno));
    }

    [Fact]
    public void Descriptors_that_trade_places_all_arrive()
    {
        using var a = Memfd.Sealed("a", "A"u8);
        using var b = Memfd.Sealed("b", "B"u8);
        // Targets are the numbers that the attached ones have here, crosswise.
        var plan = ToStdout().Dup(ExitStage.Fds, 1, b.Number).Dup(ExitStage.Fds, 2, a.Number).Dup(ExitStage.Fds, 1, 3).Dup(ExitStage.Fds, 2, 4)
            .CloseFrom(ExitStage.Fds, Math.Max(Math.Max(a.Number, b.Number) + 1, 5));
        string read = $"for f in 3 4 {a.Number} {b.Number}; do readlink /proc/self/fd/$f; done";
        string output = Run(Shell(plan, read), null, a, b).Output;
        var expected = new Dictionary<int, string> { [3] = "a", [4] = "b" };
        (expected[a.Number], expected[b.Number]) = ("b", "a");
        // Later operations win where 3 or 4 are such numbers themselves.
        (expected[3], expected[4]) = ("a", "b");
        Assert.Equal(new[] { 3, 4, a.Number, b.Number }.Select(f => $"/memfd:{expected[f]} (deleted)"), output.Split('\n'));
    }

    /// <summary>The child leaves the shared table with what is its own; what it does then is nobody else's.</summary>
    [Fact]
    public void Children_of_a_process_with_a_window_have_descriptors_of_their_own()
    {
        // Other tests of this process open files at the same time, which the keeper doesn't when it begins.
        Assert.Contains(Enumerable.Range(0, 100), _ => Spawner.ReserveWindow());
        var many = Enumerable.Range(0, 200).Select(_ => Memfd.Sealed("many", "X"u8)).ToList();
        using var a = Memfd.Sealed("a", "A"u8);
        using var b = Memfd.Sealed("b", "B"u8);
        var plan = ToStdout().Dup(ExitStage.Fds, 1, many[0].Number).Dup(ExitStage.Fds, 2, 3).CloseFrom(ExitStage.Fds, 4);
        string output = Run(Shell(plan, "readlink /proc/self/fd/3; ls /proc/self/fd"), null, a, b).Output;
        Assert.Equal("/memfd:b (deleted) 0 1 2 3 4", output.Replace('\n', ' ')); // 4 is the folder that ls reads
        foreach (var fd in many)
        {
            Assert.Equal(1ul, FileStatus.Of(fd).Size);
            fd.Dispose();
        }
        Assert.Equal(ExitStage.Exec, Fails(new PlanWriter().Exec(ExitStage.Exec, "/nonexistent", ["x"], [])).Stage);
        Assert.Equal("again", Run(Shell(ToStdout(), "echo again")).Output);
        // More than the window holds, and still each of them.
        plan = ToStdout();
        for (int i = 0; i < 20; i++)
            plan.Dup(ExitStage.Fds, 1 + i, 3 + i);
        Assert.Equal("20", Run(Shell(plan, "ls -l /proc/self/fd | grep -c memfd:a"), null, [.. Enumerable.Repeat(a, 20)]).Output);
    }

    [Fact]
    public void No_other_descriptor_gets_through()
    {
        string output = Run(Shell(ToStdout().Open(ExitStage.Stdin, 0, libc.O_RDONLY, "/dev/null").CloseFrom(ExitStage.Fds, 3), "ls /proc/self/fd")).Output;
        Assert.Equal("0 1 2 3", output.Replace('\n', ' ')); // 3 is the folder that ls reads
    }

    [Fact]
    public void A_file_is_opened_and_blocks_as_usual()
    {
        string path = Path.GetTempFileName();
        var plan = new PlanWriter().Open(ExitStage.Stdout, 1, libc.O_WRONLY | libc.O_APPEND, path);
        Run(Shell(plan, "echo one; grep flags /proc/self/fdinfo/1"));
        string flags = File.ReadAllText(path);
        File.Delete(path);
        Assert.StartsWith("one\n", flags);
        Assert.Equal(0, Convert.ToInt32(flags.Split('\t')[1].Trim(), 8) & libc.O_NONBLOCK);
    }

    [Fact]
    public void A_fifo_that_nobody_reads_is_an_error_and_no_wait()
    {
        string path = Path.GetTempFileName();
        File.Delete(path);
        Run(Shell(new PlanWriter(), $"mkfifo {path}"));
        var result = Fails(Shell(new PlanWriter().Open(ExitStage.Stdout, 1, libc.O_WRONLY, path), "true"));
        File.Delete(path);
        Assert.Equal((ExitStage.Stdout, 6 /* ENXIO */), (result.Stage, result.Errno));
    }

    [Fact]
    public void A_missing_program_is_stage_203()
    {
        var result = Fails(new PlanWriter().Umask(ExitStage.Exec, 0).Exec(ExitStage.Exec, "/no/such/program", ["x"], []));
        Assert.Equal(((ExitStage)203, libc.ENOENT, 1), (result.Stage, result.Errno, result.Operation));
    }

    [Fact]
    public void A_missing_folder_is_stage_200_unless_it_is_optional()
    {
        var result = Fails(Shell(new PlanWriter().Chdir(ExitStage.Chdir, "/no/such"), "true"));
        Assert.Equal(((ExitStage)200, libc.ENOENT, 0), (result.Stage, result.Errno, result.Operation));
        Assert.Equal("/", Run(Shell(ToStdout().Chdir(ExitStage.Chdir, "/").Chdir(ExitStage.Chdir, "/no/such", optional: true), "pwd")).Output);
    }

    [Fact]
    public void A_folder_is_made_with_its_parents()
    {
        string root = Directory.CreateTempSubdirectory().FullName;
        Run(Shell(new PlanWriter().Directory(ExitStage.RuntimeDirectory, root + "/a/b", 0x1C0 /* 0700 */).Umask(ExitStage.Exec, 0), "true"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root + "/a/b"));
        Assert.True(File.GetUnixFileMode(root + "/a").HasFlag(UnixFileMode.OtherRead));
        File.CreateSymbolicLink(root + "/link", root + "/a");
        Assert.Equal(libc.ENOTDIR, Fails(Shell(new PlanWriter().Directory(ExitStage.RuntimeDirectory, root + "/link", 0x1FF), "true")).Errno);
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void User_and_groups_change_and_we_stay_who_we_are()
    {
        Assert.SkipUnless(Self.Uid == 0, "needs root");
        var plan = ToStdout().SetGroups(ExitStage.Group, 100, 101).SetGid(ExitStage.Group, 100).SetUid(ExitStage.User, 65534);
        Assert.Equal("65534 100 100 101", Run(Shell(plan, "echo $(id -u) $(id -g) $(id -G)")).Output);
        Assert.Equal(0u, Self.Uid);
        Assert.Contains("root", Run(Shell(ToStdout(), $"stat -c %U /proc/{Self.Pid}/environ")).Output);
    }

    [Fact]
    public void The_child_leads_a_session_of_its_own()
    {
        var (output, _, result) = Run(Shell(ToStdout().SetSid(), "cut -d' ' -f6 /proc/self/stat"));
        Assert.Equal($"{result.Pid}", output);
    }

    [Fact]
    public void A_negative_oom_score_is_tolerated_where_it_is_not_permitted()
    {
        var plan = ToStdout().OomScoreAdjust(ExitStage.OomAdjust, 500, tolerate: false);
        if (Self.Uid == 0)
            plan.SetUid(ExitStage.User, 65534);
        plan.OomScoreAdjust(ExitStage.OomAdjust, -900, tolerate: true).Nice(ExitStage.Nice, 3, tolerate: false).Nice(ExitStage.Nice, -3, tolerate: true);
        Assert.Equal("500 3", Run(Shell(plan, "echo $(cat /proc/self/oom_score_adj) $(nice)")).Output);
        Assert.NotEqual("500", File.ReadAllText("/proc/self/oom_score_adj").Trim());
    }

    [Fact]
    public void A_child_starts_in_its_cgroup()
    {
        var own = Cgroup.Writable(out string reason);
        Assert.SkipUnless(own is not null, reason);
        var cgroup = own!.Create($"sereno-test-{Self.Pid}");
        using (var folder = cgroup.Open())
        {
            var (output, _, result) = Run(Shell(ToStdout(), "cat /proc/self/cgroup"), folder);
            Assert.True(result.InCgroup);
            Assert.Contains($"0::{(own!.Folder == Cgroup.Mount ? "" : Cgroup.PathOf())}/sereno-test-{Self.Pid}", output);
        }
        Assert.False(cgroup.Populated);
        Assert.True(cgroup.Remove());
    }

    [Fact]
    public void Something_that_is_no_cgroup_is_passed_over()
    {
        using var folder = Files.OpenFolder("/tmp");
        var (output, _, result) = Run(Shell(ToStdout(), "echo ran"), folder);
        Assert.Equal(("ran", false), (output, result.InCgroup));
    }

    [Fact]
    public void A_cgroup_is_killed_whole()
    {
        var own = Cgroup.Writable(out string reason);
        Assert.SkipUnless(own is not null, reason);
        var cgroup = own!.Create($"sereno-kill-{Self.Pid}");
        using var folder = cgroup.Open();
        var result = Spawner.Spawn(Shell(new PlanWriter(), "sleep 100 & sleep 100").ToArray(), [], folder);
        Assert.True(cgroup.Populated);
        Assert.Contains(result.Pid, cgroup.Processes());
        Assert.True(cgroup.TryKill());
        Assert.Equal((ChildCode.Killed, 9), (ChildWait.For(result.Pid).Code, 9));
        for (int i = 0; i < 100 && !cgroup.Remove(); i++)
            Thread.Sleep(10);
        Assert.False(cgroup.Exists);
    }

    [Fact]
    public void A_plan_in_a_memfd_must_be_sealed()
    {
        byte[] plan = Shell(new PlanWriter(), "exit 3").ToArray();
        using (var open = Memfd.Create("plan"))
        {
            open.WriteAll(plan);
            Assert.Equal(libc.EINVAL, Spawner.Spawn(open, []).Errno);
        }
        using var fd = Memfd.Sealed("plan", plan);
        var result = Spawner.Spawn(fd, []);
        Assert.Equal(3, ChildWait.For(result.Pid).Status);
        result.Pidfd!.Dispose();
    }

    [Fact]
    public void A_thousand_arguments_and_a_long_environment_arrive()
    {
        var arguments = new[] { "sh", "-c", "echo $# ${#BIG}", "sh" }.Concat(Enumerable.Range(0, 1000).Select(i => $"{i}")).ToList();
        Assert.Equal("1000 100000", Run(ToStdout().Exec(ExitStage.Exec, "/bin/sh", arguments, ["BIG=" + new string('x', 100_000)])).Output);
    }

    [Fact]
    public void A_damaged_plan_is_EINVAL_and_never_a_crash()
    {
        byte[] good = Shell(ToStdout().Umask(ExitStage.Exec, 18).Chdir(ExitStage.Chdir, "/").SetGroups(ExitStage.Group, 1, 2)
            .Directory(ExitStage.RuntimeDirectory, "/tmp", 0x3FF), "true").ToArray();
        // Every truncation, with the length that it says or the true one.
        for (int length = 0; length < good.Length; length++)
        {
            byte[] cut = good[..length];
            Assert.Equal(libc.EINVAL, Spawner.Spawn(cut, []).Errno);
            if (length >= 8)
                BitConverter.TryWriteBytes(cut.AsSpan(4), length);
            Assert.Equal(libc.EINVAL, Spawner.Spawn(cut, []).Errno);
        }
        Assert.Equal(libc.EINVAL, Spawner.Spawn(good, []).Errno); // Dup of a descriptor that isn't attached
    }

    [Fact]
    public void Random_operations_never_crash_us()
    {
        // A first operation that always fails keeps whatever passes the check from being played.
        byte[] guard = new PlanWriter().Chdir(ExitStage.Chdir, "/no/such").ToArray()[8..];
        var op = Gen.Select(Gen.UShort[0, 20], Gen.UInt[0, 80], Gen.Byte[0, 3].Array[0, 80]);
        op.Array[0, 6].Sample(ops =>
        {
            var plan = new List<byte>([.. "SRNP"u8, 0, 0, 0, 0, .. guard]);
            foreach (var (code, length, payload) in ops)
            {
                plan.AddRange(BitConverter.GetBytes(code));
                plan.AddRange(BitConverter.GetBytes((ushort)200));
                plan.AddRange(BitConverter.GetBytes(length));
                plan.AddRange(payload);
                while (plan.Count % 8 != 0)
                    plan.Add(0);
            }
            byte[] bytes = [.. plan];
            BitConverter.TryWriteBytes(bytes.AsSpan(4), bytes.Length);
            var result = Spawner.Spawn(bytes, []);
            Assert.True(result.Errno is libc.EINVAL or libc.ENOENT);
        }, iter: 2000);
    }

    [Fact]
    public void A_hundred_spawns_leave_no_descriptor_behind()
    {
        var plans = (Good: Shell(new PlanWriter(), "true").ToArray(), Bad: new PlanWriter().Exec(ExitStage.Exec, "/no", ["no"], []).ToArray());
        var result = Spawner.Spawn(plans.Good, []);
        ChildWait.For(result.Pid);
        result.Pidfd!.Dispose();
        // Other tests open descriptors meanwhile: only pidfds are ours here.
        int before = Pidfds();
        for (int i = 0; i < 100; i++)
        {
            result = Spawner.Spawn(plans.Good, []);
            ChildWait.For(result.Pid);
            result.Pidfd!.Dispose();
            Assert.Equal(libc.ENOENT, Spawner.Spawn(plans.Bad, []).Errno);
        }
        Assert.InRange(Pidfds(), 0, before + 5);

        static int Pidfds() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
            .Count(f => f.LinkTarget?.Contains("pidfd", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Threads_may_spawn_at_the_same_time()
    {
        byte[] plan = Shell(new PlanWriter(), "exit 5").ToArray();
        Parallel.For(0, 40, _ =>
        {
            var result = Spawner.Spawn(plan, []);
            Assert.Equal(5, ChildWait.For(result.Pid).Status);
            result.Pidfd!.Dispose();
        });
    }
}
