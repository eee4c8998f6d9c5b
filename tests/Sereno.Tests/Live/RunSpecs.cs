using Xunit;

namespace Sereno.Tests.Live;

/// <summary>run against a real instance: streams, exit statuses, refusals, and what stays behind.</summary>
[Collection(Live.Name)]
public sealed class RunSpecs(RunSpecs.Instance instance) : IClassFixture<RunSpecs.Instance>
{
    /// <summary>One for all: each leaves nothing behind.</summary>
    public sealed class Instance : IDisposable
    {
        internal LiveInstance Sereno { get; } = new(folder => File.WriteAllText($"{folder}/units/basic.target", "[Unit]\nDescription=nothing\n"));

        public void Dispose() => Sereno.Dispose();
    }

    private readonly LiveInstance _sereno = instance.Sereno;

    [Theory]
    [InlineData(0, "true")]
    [InlineData(7, "sh", "-c", "exit 7")]
    [InlineData(255, "sh", "-c", "kill -9 $$$$")]
    public void Waiting_for_a_command_ends_with_its_status(int status, params string[] command)
    {
        Assert.Equal(status, _sereno.Run(["run", "--quiet", "--wait", "--collect", .. command]).Status);
        Assert.Equal(status, _sereno.Run(["run", "--quiet", "--pipe", "--collect", .. command]).Status);
    }

    [Theory]
    [InlineData("Failed to find executable nonexist: No such file or directory", "nonexist")]
    [InlineData("Failed to parse MemoryMax=abc: Invalid argument", "-p", "MemoryMax=abc", "true")]
    [InlineData("Failed to parse RuntimeMaxSec=soon: Invalid argument", "-p", "RuntimeMaxSec=soon", "true")]
    [InlineData("Failed to parse PrivateTmp: maybe", "-p", "PrivateTmp=maybe", "true")]
    [InlineData("Failed to parse resource limit: x", "-p", "LimitNOFILE=x", "true")]
    [InlineData("Failed to parse nice value: 99", "--nice", "99", "true")]
    [InlineData("CPU quota '5' invalid.", "-p", "CPUQuota=5", "true")]
    [InlineData("Not an assignment: Foo", "-p", "Foo", "true")]
    [InlineData("Unknown assignment: Foo=1", "-p", "Foo=1", "true")]
    [InlineData("Failed to start transient service unit: Invalid Type setting: foo", "-p", "Type=foo", "true")]
    [InlineData("Failed to parse calendar event specification: Invalid argument", "--on-calendar", "never", "true")]
    [InlineData("Failed to parse OnActiveSec=soon: Invalid argument", "--on-active", "soon", "true")]
    [InlineData("Command line to execute required.", "--unit", "x")]
    [InlineData("If --shell is used, no command line is expected.", "--shell", "true")]
    [InlineData("--pty/--pipe is not compatible with --no-block.", "--pty", "--no-block", "true")]
    [InlineData("--wait may not be combined with --scope.", "--wait", "--scope", "true")]
    public void What_cannot_be_is_refused_in_systemd_runs_words(string words, params string[] arguments) =>
        Assert.Equal(new(1, "", words + "\n"), _sereno.Run(["run", .. arguments]));

    [Fact]
    public void The_descriptors_themselves_are_handed_over()
    {
        File.WriteAllText($"{_sereno.Folder}/in", "one\ntwo\nthree\n");
        string run = $"{Live.Executable} --dir {_sereno.Folder} run -q -P";
        Assert.Equal("two\nthree\n", Command.Run("sh", "-c", $"cd {_sereno.Folder}; (read first; {run} cat) < in").Output);
        Assert.Equal(0, Command.Run("sh", "-c", $"cd {_sereno.Folder}; (echo first; {run} echo second; echo third) > out").Status);
        Assert.Equal("first\nsecond\nthird\n", File.ReadAllText($"{_sereno.Folder}/out"));
    }

    [Fact]
    public void A_terminal_is_the_commands_own()
    {
        var outcome = Command.Run("sh", "-c", $"echo 'tty; exit 3' | {Live.Executable} --dir {_sereno.Folder} run -q -G -t sh -i");
        Assert.Equal(3, outcome.Status);
        Assert.Matches("/dev/pts/[0-9]+", outcome.Output);
    }

    [Fact]
    public void A_scope_is_the_caller_with_what_was_asked_for()
    {
        var outcome = _sereno.Run("run", "-q", "--scope", "--slice", "demo", "--nice", "5", "-E", "WORD=said", "--unit", "mine", "sh", "-c", "echo $WORD; nice; cat /proc/self/cgroup; echo $INVOCATION_ID");
        string[] lines = outcome.Output.TrimEnd().Split('\n');
        Assert.Equal(["said", "5"], lines[..2]);
        Assert.Contains(lines, l => l.EndsWith("/demo.slice/mine.scope", StringComparison.Ordinal));
        Assert.Matches("^[0-9a-f]{32}$", lines[^1]);
    }

    [Fact]
    public void Nothing_stays_of_what_ended_well_and_what_failed_stays_unless_collected()
    {
        _sereno.Do("run", "--quiet", "--wait", "--unit", "well", "true");
        _sereno.Run("run", "--quiet", "--wait", "--unit", "badly", "false");
        _sereno.Run("run", "--quiet", "--wait", "--collect", "--unit", "collected", "false");
        Assert.Equal(["badly.service"], Transient());
        _sereno.Do("reset-failed", "badly");
        Assert.Empty(Transient());
    }

    [Fact]
    public void A_time_starts_it_and_nothing_stays_of_both()
    {
        string mark = $"{_sereno.Folder}/mark";
        var outcome = _sereno.Do("run", "--on-active", "100ms", "--timer-property", "AccuracySec=1us", "--unit", "soon", "touch", mark);
        Assert.Equal("Running timer as unit: soon.timer\nWill run service as unit: soon.service\n", outcome.Errors);
        Live.Eventually(() => File.Exists(mark), () => "the timer elapses");
        Live.Eventually(() => Transient().Count == 0, () => $"both go, not {string.Join(' ', Transient())}");
    }

    [Fact]
    public void One_that_ended_under_a_dead_manager_is_forgotten_by_the_next()
    {
        _sereno.Do("run", "--quiet", "--unit", "brief", "sleep", "0.5");
        int manager = _sereno.ManagerPid;
        Proc.Kill(manager);
        Live.Eventually(() => _sereno.ManagerPid is not 0 and var now && now != manager && Transient().Count == 0, () => $"nothing is left, not {string.Join(' ', Transient())}");
        Assert.Equal(4, _sereno.Run("status", "brief").Status);
    }

    private List<string> Transient() =>
        Directory.Exists($"{_sereno.Folder}/run/transient") ? [.. Directory.EnumerateFileSystemEntries($"{_sereno.Folder}/run/transient").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)] : [];
}
