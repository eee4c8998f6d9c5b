using Sereno.Units.Check;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

public class DirectiveTests
{
    private static ServiceDefinition Read(string service) => UnitFolder.LoadService("ExecStart=/bin/true\n" + service).Service!;

    private static string Command(string line)
    {
        var commands = UnitFolder.LoadService("Type=oneshot\nExecStart=" + line).Service!.ExecStart;
        return string.Join(" ; ", commands.Select(c => $"{c.Flags} {c.Path} [{string.Join("|", c.Arguments)}]"));
    }

    [Theory]
    [InlineData("/bin/a b 'c d' \"e\\tf\"", "None /bin/a [/bin/a|b|c d|e\tf]")]
    [InlineData("-@/bin/a zero one", "IgnoreFailure /bin/a [zero|one]")]
    [InlineData(":+/bin/a $X", "NoEnvironmentExpansion, FullyPrivileged /bin/a [/bin/a|$X]")]
    [InlineData("!/bin/a", "NoSetuid /bin/a [/bin/a]")]
    [InlineData("!!/bin/a", "AmbientMagic /bin/a [/bin/a]")]
    [InlineData("/bin/a b ; c d \\; e", "None /bin/a [/bin/a|b] ; None c [c|d|;|e]")]
    [InlineData("/bin//a/./b", "None /bin/a/b [/bin//a/./b]")]
    [InlineData("/bin/echo %n %% %i", "None /bin/echo [/bin/echo|a.service|%|]")]
    public void Commands_are_cut_as_systemd_cuts_them(string line, string expected) => Assert.Equal(expected, Command(line));

    [Fact]
    public void Defaults_follow_from_other_settings()
    {
        Assert.Equal(ServiceType.Simple, Read("").Type);
        Assert.Equal(ServiceType.Dbus, Read("BusName=a.b").Type);
        Assert.Equal(ServiceType.Oneshot, UnitFolder.LoadService("ExecStop=/bin/true\nRemainAfterExit=yes").Service!.Type);
        Assert.Equal(ServiceDefinition.Infinity, Read("Type=oneshot").TimeoutStartUsec);
        Assert.Equal(90_000_000ul, Read("").TimeoutStartUsec);
        Assert.Equal(NotifyAccess.Main, Read("Type=notify").NotifyAccess);
        Assert.Equal(NotifyAccess.All, Read("Type=notify\nNotifyAccess=all").NotifyAccess);
        Assert.Equal(StreamTarget.Journal, Read("StandardOutput=inherit").Exec.StandardOutput);
        Assert.Equal(StreamTarget.Inherit, Read("StandardInput=tty").Exec.StandardOutput);
    }

    [Fact]
    public void Times_read_zero_as_no_limit() => Assert.Equal((ServiceDefinition.Infinity, ServiceDefinition.Infinity), (Read("TimeoutSec=0").TimeoutStartUsec, Read("TimeoutSec=0").TimeoutStopUsec));

    [Fact]
    public void Environment_assignments_replace_earlier_ones_in_place()
    {
        var exec = Read("Environment=A=1 \"B=two words\" C=\\x41\nEnvironment=A=3\nEnvironmentFile=-/etc/x\nEnvironmentFile=/etc/%p\nPassEnvironment=P Q").Exec;
        Assert.Equal(["A=3", "B=two words", "C=A"], exec.Environment);
        Assert.Equal([new("/etc/x", true), new("/etc/a", false)], exec.EnvironmentFiles);
        Assert.Equal(["P", "Q"], exec.PassEnvironment);
        Assert.Empty(Read("Environment=A=1\nEnvironment=").Exec.Environment);
    }

    [Fact]
    public void Folders_have_names_and_a_mode()
    {
        var exec = Read("RuntimeDirectory=a b/c\nRuntimeDirectoryMode=0750\nStateDirectory=s\nRuntimeDirectoryPreserve=restart").Exec;
        Assert.Equal(["a", "b/c"], exec.Directories[DirectoryKind.Runtime].Names);
        Assert.Equal((488u, 493u), (exec.Directories[DirectoryKind.Runtime].Mode, exec.Directories[DirectoryKind.State].Mode));
        Assert.Equal(DirectoryPreserve.Restart, exec.RuntimeDirectoryPreserve);
    }

    [Fact]
    public void Exit_statuses_take_numbers_as_codes_and_names_as_either()
    {
        var set = Read("SuccessExitStatus=1 TEMPFAIL SIGHUP\nSuccessExitStatus=TERM").SuccessExitStatus;
        Assert.Equal([1, 75], set.Codes.Order());
        Assert.Equal([1, 15], set.Signals.Order());
    }

    [Fact]
    public void Conditions_are_taken_apart_and_reset_together()
    {
        var unit = UnitFolder.LoadService("ExecStart=/bin/true", "ConditionPathExists=/x\nConditionHost=\nConditionPathExists=|!/a//b/\nAssertUser= root\nConditionHost=| ! h");
        Assert.Equal([new("PathExists", false, true, true, "/a/b"), new("User", true, false, false, "root"), new("Host", false, true, true, "h")], unit.Conditions);
    }

    [Fact]
    public void Start_limits_are_read_from_both_sections()
    {
        var unit = UnitFolder.LoadService("ExecStart=/bin/true\nStartLimitBurst=3\nStartLimitInterval=1min");
        Assert.Equal((3u, 60_000_000ul), (unit.StartLimitBurst, unit.StartLimitIntervalUsec));
    }

    [Fact]
    public void Every_assignment_carries_how_far_it_holds()
    {
        var unit = UnitFolder.LoadService("ExecStart=/bin/true\nType=idle\nSmackProcessLabel=x\nBogus=1\n[X-Sereno]\nScope=local\n[X-Other]\nA=b");
        Assert.Equal(
            ["ExecStart Enforced ", "Type Enforced ", "SmackProcessLabel Ignored not supported: security modules",
             "Bogus Ignored unknown", "Scope Enforced ", "A Ignored a section for other programs"],
            unit.Directives.Select(d => $"{d.Key} {d.Support} {d.Reason}"));
    }

    [Fact]
    public void Nothing_that_is_ignored_lacks_a_reason() =>
        Assert.All(UnitFolder.LoadService("ExecStart=/bin/true\nPAMName=login\nRestrictFileSystems=ext4").Directives.Skip(1),
            d => Assert.True(d.Support == Support.Ignored && d.Reason!.StartsWith("not supported: ", StringComparison.Ordinal), $"{d.Key}: {d.Reason}"));

    [Fact]
    public void Install_lists_are_kept_as_written()
    {
        var install = UnitFolder.LoadService("ExecStart=/bin/true\n[Install]\nWantedBy=a.target b@%i.target\nAlso=c.socket\nAlias=d.service\nDefaultInstance=x", name: "t@x.service").Install;
        Assert.Equal(["a.target", "b@%i.target"], install.WantedBy);
        Assert.Equal(["c.socket", "d.service", "x"], [.. install.Also, .. install.Alias, install.DefaultInstance!]);
    }

    [Theory]
    [InlineData("%n|%N|%p|%i|%I|%j|%J", "a-b\\x20c@d-e.service|a-b\\x20c@d-e|a-b\\x20c|d-e|d/e|b\\x20c|b c")]
    [InlineData("%f|%t|%S|%C|%L|%E|%d", "/d/e|/run|/var/lib|/var/cache|/var/log|/etc|/run/credentials/a-b\\x20c@d-e.service")]
    [InlineData("%u %U %g %G %h %s|%H %l|%%|100%", "root 0 root 0 /root /bin/sh|localhost localhost|%|100%")]
    [InlineData("%T|%V|%o|% x", "/tmp|/var/tmp|debian|% x")]
    public void Specifiers_stand_for_facts(string format, string expected)
    {
        var specifiers = new Specifiers(UnitName.Parse("a-b\\x20c@d-e.service"), null, new() { OsRelease = new Dictionary<string, string> { ["ID"] = "debian" } });
        Assert.True(specifiers.TryText(format, out string result, out _));
        Assert.Equal(expected, result);
    }

    private sealed class NoHost : ICheckHost
    {
        public string? WhyNotExecutable(string command) => command == "/bin/there" ? null : "No such file or directory";
        public bool UserExists(string nameOrId) => false;
        public bool GroupExists(string nameOrId) => true;
        public bool HasController(string name) => name == "memory";
    }

    [Fact]
    public void A_check_says_which_controllers_the_machine_has_not_got()
    {
        var report = UnitCheck.Run(UnitFolder.LoadService("ExecStart=/bin/there\nMemoryMax=1M\nTasksMax=5\nCPUQuota=10%\nAllowedCPUs=0\nIOWeight=5\nIPAddressDeny=any\nTasksAccounting=yes"), new NoHost());
        Assert.Equal(["TasksMax: no pids controller here", "CPUQuota: no cpu controller here", "AllowedCPUs: no cpuset controller here", "IOWeight: no io controller here", "TasksAccounting: no pids controller here"],
            report.Directives.Where(d => d.Support == Support.Ignored).Select(d => $"{d.Key}: {d.Reason}"));
    }

    [Fact]
    public void A_check_adds_missing_commands_and_accounts_to_what_loading_found()
    {
        var report = UnitCheck.Run(UnitFolder.LoadService("ExecStart=/bin/there\nExecStop=-/bin/gone\nExecReload=/bin/gone\nUser=who\nRestart=x"), new NoHost());
        Assert.Equal(["Failed to parse service restart specifier, ignoring: x", "Command /bin/gone is not executable: No such file or directory", "User who does not exist"],
            report.Diagnostics.Select(d => d.Message));
        Assert.Equal(5, report.Directives.Length);
    }
}
