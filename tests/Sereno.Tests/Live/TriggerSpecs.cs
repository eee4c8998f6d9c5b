using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Timers and paths with the kernel's clock and inotify.</summary>
[Collection(Live.Name)]
public sealed class TriggerSpecs
{
    /// <summary>A service that appends what the environment says of its trigger to {folder}/ran-NAME, after it has removed what the path unit waits for.</summary>
    private static void Unit(string folder, string name, string kind, string settings, string also = "")
    {
        File.WriteAllText($"{folder}/units/{name}.{kind.ToLowerInvariant()}", $"[Unit]\nDescription=waits for {name}\nStartLimitIntervalSec=0\n[{kind}]\n{settings}\n");
        File.WriteAllText($"{folder}/units/{name}.service",
            $"[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/bin/sh -c '{also} echo \"$TRIGGER_UNIT $TRIGGER_PATH\" >> {folder}/ran-{name}'\n");
    }

    private static int Runs(LiveInstance sereno, string name) => File.Exists($"{sereno.Folder}/ran-{name}") ? File.ReadAllLines($"{sereno.Folder}/ran-{name}").Length : 0;

    private static void Ran(LiveInstance sereno, string name, int times) =>
        Live.Eventually(() => Runs(sereno, name) >= times, () => $"{name} to run {times} times; it ran {Runs(sereno, name)}; said:\n{sereno.Said}");

    /// <summary>What hasn't happened can't be waited for: long enough that it would have been seen.</summary>
    private static void Settled(LiveInstance sereno, string unit) => sereno.Expect(unit, "active", "waiting");

    [Fact]
    public void Timers_elapse_and_leave_their_stamp()
    {
        using var sereno = new LiveInstance(folder =>
        {
            Unit(folder, "soon", "Timer", "OnActiveSec=100ms\nAccuracySec=1us");
            Unit(folder, "often", "Timer", "OnCalendar=*:*:*\nPersistent=yes");
            Unit(folder, "later", "Timer", "OnCalendar=*-01-01 00:00 Europe/Madrid\nOnBootSec=10y");
            File.WriteAllText($"{folder}/units/empty.timer", "[Timer]\nPersistent=yes\n");
            File.WriteAllText($"{folder}/units/lonely.timer", "[Timer]\nOnActiveSec=1\nUnit=nobody.service\n");
        });
        sereno.Do("start", "soon.timer", "often.timer", "later.timer");
        Ran(sereno, "soon", 1);
        sereno.Expect("soon.timer", "active", "elapsed");
        Ran(sereno, "often", 2);
        Assert.StartsWith("often.timer ", File.ReadAllText($"{sereno.Folder}/ran-often"));
        Assert.True(File.Exists($"{sereno.Folder}/state/systemd/timers/stamp-often.timer"));
        sereno.Expect("later.timer", "active", "waiting");

        string list = sereno.Do("list-timers").Output;
        Assert.Contains("NEXT", list);
        Assert.Contains("-12-31 23:00:00 UTC ", sereno.Do("list-timers", "later").Output);
        Assert.Contains("soon.service", list);
        Assert.Contains("\"activates\":\"later.service\"", sereno.Do("list-timers", "-o", "json").Output);
        Assert.Contains("TimersCalendar", sereno.Do("show", "later.timer").Output);

        Assert.NotEqual(0, sereno.Run("start", "empty.timer").Status);
        Assert.NotEqual(0, sereno.Run("start", "lonely.timer").Status);
        int before = Runs(sereno, "often");
        Proc.Kill(sereno.ManagerPid);
        sereno.Disconnect();
        Ran(sereno, "often", before + 2);
        sereno.Do("stop", "often.timer");
        sereno.Expect("often.timer", "inactive", "dead");
    }

    /// <summary>systemd's own systemctl over our bus, as an account's manager is asked.</summary>
    [Fact]
    public void Systemctl_lists_timers_and_paths_as_we_do()
    {
        Assert.SkipUnless(Units.Oracle.HasSystemctl, Units.Oracle.Missing);
        using var sereno = new LiveInstance(folder =>
        {
            Unit(folder, "later", "Timer", "OnCalendar=*-01-01 00:00 Europe/Madrid\nOnCalendar=monthly\nRandomizedDelaySec=0");
            Unit(folder, "boot", "Timer", "OnBootSec=20y\nOnUnitActiveSec=1h");
            Unit(folder, "over", "Timer", "OnUnitInactiveSec=1h");
            Unit(folder, "seen", "Path", $"PathExists={folder}/never\nPathChanged={folder}/units\nDirectoryMode=0700");
            Directory.CreateDirectory($"{folder}/systemd");
            File.CreateSymbolicLink($"{folder}/systemd/private", $"{folder}/run/private");
        });
        sereno.Do("start", "later.timer", "boot.timer", "over.timer", "seen.path");
        string Theirs(params string[] arguments) =>
            Units.Oracle.RunWhole("systemctl", ["--user", .. arguments], ("XDG_RUNTIME_DIR", sereno.Folder), ("COLUMNS", "200")) is (0, var output, _) ? output : "";
        string theirs = "", ours = "";
        // What is left or has passed may change between the two.
        Live.Eventually(() => (theirs = Theirs("list-timers")) == (ours = sereno.Do("--lang", "en", "list-timers").Output), () => $"the same list\n{theirs}\n{ours}");
        Assert.Equal(["later.timer", "boot.timer", "over.timer"], theirs.Split('\n')[1..4].Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]));
        string shown = Theirs("show", "later.timer", "seen.path");
        foreach (string line in (string[])["Unit=later.service", "TimersCalendar={ OnCalendar=*-*-01 00:00:00 ; next_elapse=", "AccuracyUSec=1min", "Result=success",
            "/units (PathChanged)", "MakeDirectory=no", "DirectoryMode=0700", "TriggerLimitBurst=200", "TriggerLimitIntervalUSec=2s"])
            Assert.Contains(line, shown);
        Assert.Contains("Trigger: ", Theirs("status", "later.timer"));
    }

    [Fact]
    public void Paths_that_come_and_go_are_seen_wherever_they_come_from()
    {
        using var sereno = new LiveInstance(folder =>
        {
            // It takes away what it was started for; the folders above come later.
            Unit(folder, "deep", "Path", $"PathExists={folder}/a/b/c", $"rm -rf {folder}/a;");
            Unit(folder, "glob", "Path", $"PathExistsGlob={folder}/spool/*.job", $"rm -f {folder}/spool/*.job;");
            Unit(folder, "full", "Path", $"DirectoryNotEmpty={folder}/queue\nMakeDirectory=yes\nDirectoryMode=0750", $"rm -f {folder}/queue/*;");
        });
        Directory.CreateDirectory($"{sereno.Folder}/spool");
        sereno.Do("start", "deep.path", "glob.path", "full.path");
        Assert.Equal((UnixFileMode)0x1E8, File.GetUnixFileMode($"{sereno.Folder}/queue"));
        for (int round = 1; round <= 3; round++)
        {
            foreach (string unit in (string[])["deep.path", "glob.path", "full.path"])
                Settled(sereno, unit);
            Directory.CreateDirectory($"{sereno.Folder}/a");
            Directory.CreateDirectory($"{sereno.Folder}/a/b");
            File.WriteAllText($"{sereno.Folder}/a/b/c", "");
            Ran(sereno, "deep", round);
            File.WriteAllText($"{sereno.Folder}/spool/{round}.job", "");
            File.WriteAllText($"{sereno.Folder}/queue/{round}", "");
            Ran(sereno, "full", round);
        }
        Assert.Contains($"deep.path {sereno.Folder}/a/b/c", File.ReadAllText($"{sereno.Folder}/ran-deep"));
    }

    [Fact]
    public void Changes_are_told_from_what_is_only_there()
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/closed", "");
            File.WriteAllText($"{folder}/written", "");
            Unit(folder, "closed", "Path", $"PathChanged={folder}/closed");
            Unit(folder, "written", "Path", $"PathModified={folder}/written");
            Unit(folder, "linked", "Path", $"PathChanged={folder}/link");
            File.CreateSymbolicLink($"{folder}/link", $"{folder}/closed");
        });
        sereno.Do("start", "closed.path", "written.path", "linked.path");
        using (var open = File.OpenWrite($"{sereno.Folder}/written"))
        {
            open.Write("x"u8);
            open.Flush(flushToDisk: true);
            Ran(sereno, "written", 1);
        }
        Assert.Equal(0, Runs(sereno, "closed"));
        File.AppendAllText($"{sereno.Folder}/closed", "y");
        Ran(sereno, "closed", 1);
        Ran(sereno, "linked", 1);
        // It vanishes, and comes again.
        Settled(sereno, "closed.path");
        File.Delete($"{sereno.Folder}/closed");
        Ran(sereno, "closed", 2);
        Settled(sereno, "closed.path");
        File.WriteAllText($"{sereno.Folder}/closed", "z");
        Ran(sereno, "closed", 3);
        // A manager that dies leaves its watches to the next.
        Settled(sereno, "closed.path");
        Proc.Kill(sereno.ManagerPid);
        sereno.Disconnect();
        Settled(sereno, "closed.path");
        int before = Runs(sereno, "closed");
        File.AppendAllText($"{sereno.Folder}/closed", "y");
        Ran(sereno, "closed", before + 1);
    }

    [Fact]
    public void A_flood_of_events_ends_at_the_limit_and_disturbs_nobody()
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/always", "");
            Unit(folder, "always", "Path", $"PathExists={folder}/always\nTriggerLimitBurst=5\nTriggerLimitIntervalSec=1h");
            Directory.CreateDirectory($"{folder}/busy");
            File.WriteAllText($"{folder}/units/busy.path", $"[Path]\nPathModified={folder}/busy\nUnit=sleeper.service\n");
            File.WriteAllText($"{folder}/units/sleeper.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        });
        sereno.Run("start", "always.path");
        sereno.Expect("always.path", "failed", "failed", "trigger-limit-hit");
        Assert.Equal(5, Runs(sereno, "always"));
        sereno.Do("start", "busy.path");
        for (int i = 0; i < 5_000; i++)
            File.WriteAllText($"{sereno.Folder}/busy/{i % 100}", "x");
        sereno.Expect("sleeper.service", "active");
        sereno.Expect("busy.path", "active", "running");
    }
}
