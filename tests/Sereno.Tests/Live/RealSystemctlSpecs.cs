using Xunit;

namespace Sereno.Tests.Live;

/// <summary>systemd 252's own systemctl, unmodified, with sereno init as the manager: the codes and words that it has with systemd.</summary>
[Collection(Live.Name)]
public sealed class RealSystemctlSpecs : PrivateRootSpecs
{
    public RealSystemctlSpecs(PrivateRoot root) : base(root)
    {
        Write("demo.service", "[Unit]\nDescription=A demonstration\n[Service]\nExecStart=/bin/sleep infinity\nExecReload=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
        Write("bad.service", "[Service]\nExecStart=/bin/false\n");
        Write("broken.service", "[Service]\nExecStart=relative/path\n");
        Root.Do("systemctl", "daemon-reload");
    }

    [Fact]
    public void Start_stop_restart_and_reload_say_nothing_when_all_is_well()
    {
        foreach (string verb in (string[])["start", "restart", "reload", "try-restart", "reload-or-restart", "stop", "try-restart"])
            Assert.Equal(new Outcome(0, "", ""), Root.Enter("systemctl", verb, "demo"));
        Assert.Equal("inactive", Root.Show("demo", "ActiveState"));
    }

    [Theory]
    [InlineData(5, "Failed to start nothing.service: Unit nothing.service not found.\n", "start", "nothing")]
    [InlineData(5, "Failed to stop nothing.service: Unit nothing.service not loaded.\n", "stop", "nothing")]
    [InlineData(1, "Failed to start broken.service: Unit broken.service has a bad unit file setting.\nSee system logs and 'systemctl status broken.service' for details.\n", "start", "broken")]
    [InlineData(3, "Failed to reload bad.service: Job type reload is not applicable for unit bad.service.\n", "reload", "bad")]
    [InlineData(1, "Failed to kill unit nothing.service: Unit nothing.service not loaded.\n", "kill", "nothing")]
    [InlineData(1, "Failed to reset failed state of unit nothing.service: Unit nothing.service not loaded.\n", "reset-failed", "nothing")]
    [InlineData(1, "Failed to enable unit: Unit file nothing.service does not exist.\n", "enable", "nothing")]
    [InlineData(1, "Failed to get unit file state for nothing.service: No such file or directory\n", "is-enabled", "nothing")]
    [InlineData(1, "No files found for nothing.service.\n", "cat", "nothing")]
    [InlineData(4, "Unit nothing.service could not be found.\n", "status", "nothing")]
    public void Refusals_have_systemds_words_and_codes(int code, string errors, params string[] arguments)
    {
        var outcome = Root.Enter(["systemctl", .. arguments]);
        Assert.Equal((code, errors), (outcome.Status, outcome.Errors));
    }

    [Fact]
    public void A_failed_start_of_a_oneshot_is_told_with_code_1()
    {
        Write("once.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
        Root.Do("systemctl", "daemon-reload");
        var outcome = Root.Enter("systemctl", "start", "once");
        Assert.Equal(1, outcome.Status);
        Assert.Equal("Job for once.service failed because the control process exited with error code.\n" +
            "See \"systemctl status once.service\" and \"journalctl -xeu once.service\" for details.\n", outcome.Errors);
        Assert.Equal(new(0, "failed\n", ""), Root.Enter("systemctl", "is-failed", "once"));
        Assert.Equal(new(0, "", ""), Root.Enter("systemctl", "reset-failed", "once"));
        Assert.Equal(new(1, "inactive\n", ""), Root.Enter("systemctl", "is-failed", "once"));
    }

    [Fact]
    public void Is_active_and_is_failed_tell_by_code_and_word()
    {
        Root.Do("systemctl", "start", "demo", "bad");
        Root.Expect("bad.service", "failed", "failed");
        Assert.Equal(new(0, "active\n", ""), Root.Enter("systemctl", "is-active", "demo"));
        Assert.Equal(new(3, "failed\n", ""), Root.Enter("systemctl", "is-active", "bad"));
        Assert.Equal(new(3, "inactive\n", ""), Root.Enter("systemctl", "is-active", "nothing"));
        Assert.Equal(new(0, "active\nfailed\n", ""), Root.Enter("systemctl", "is-active", "demo", "bad"));
        Assert.Equal(new(0, "failed\n", ""), Root.Enter("systemctl", "is-failed", "bad"));
        Assert.Equal(new(1, "active\n", ""), Root.Enter("systemctl", "is-failed", "demo"));
        Assert.Equal(new(0, "", ""), Root.Enter("systemctl", "is-active", "--quiet", "demo"));
        Root.Do("systemctl", "reset-failed");
    }

    [Fact]
    public void Enable_and_disable_make_and_remove_the_links()
    {
        var enabled = Root.Enter("systemctl", "enable", "demo");
        Assert.Equal(new(0, "", "Created symlink /etc/systemd/system/multi-user.target.wants/demo.service → /etc/systemd/system/demo.service.\n"), enabled);
        Assert.Equal(new(0, "enabled\n", ""), Root.Enter("systemctl", "is-enabled", "demo"));
        Assert.Equal("/etc/systemd/system/demo.service\n", Root.Do("readlink", "/etc/systemd/system/multi-user.target.wants/demo.service"));
        Assert.Equal(new(0, "", "Removed \"/etc/systemd/system/multi-user.target.wants/demo.service\".\n"), Root.Enter("systemctl", "disable", "demo"));
        Assert.Equal(new(1, "disabled\n", ""), Root.Enter("systemctl", "is-enabled", "demo"));
        Assert.Equal(new(0, "static\n", ""), Root.Enter("systemctl", "is-enabled", "bad"));
        Assert.Equal(0, Root.Enter("systemctl", "enable", "--now", "demo").Status);
        Assert.Equal(new(0, "active\n", ""), Root.Enter("systemctl", "is-active", "demo"));
        Assert.Equal(0, Root.Enter("systemctl", "disable", "--now", "demo").Status);
        Assert.Equal(new(3, "inactive\n", ""), Root.Enter("systemctl", "is-active", "demo"));
    }

    [Fact]
    public void A_masked_unit_cannot_be_started()
    {
        Write("veiled.service", "[Service]\nExecStart=/bin/sleep infinity\n", "/lib/systemd/system");
        Root.Do("systemctl", "daemon-reload");
        Assert.Equal(new(0, "", "Created symlink /etc/systemd/system/veiled.service → /dev/null.\n"), Root.Enter("systemctl", "mask", "veiled"));
        Assert.Equal(new(1, "", "Failed to start veiled.service: Unit veiled.service is masked.\n"), Root.Enter("systemctl", "start", "veiled"));
        Assert.Equal(new(1, "masked\n", ""), Root.Enter("systemctl", "is-enabled", "veiled"));
        Assert.Equal(new(0, "", "Removed \"/etc/systemd/system/veiled.service\".\n"), Root.Enter("systemctl", "unmask", "veiled"));
        Assert.Equal(new(0, "", ""), Root.Enter("systemctl", "start", "veiled"));
        Root.Do("systemctl", "stop", "veiled");
    }

    [Fact]
    public void Status_has_its_lines_and_codes()
    {
        Root.Do("systemctl", "restart", "demo");
        var status = Root.Enter("systemctl", "status", "demo");
        Assert.Equal((0, ""), (status.Status, status.Errors));
        Assert.StartsWith("● demo.service - A demonstration\n     Loaded: loaded (/etc/systemd/system/demo.service; disabled; preset: enabled)\n     Active: active (running) since ", status.Output);
        Assert.Matches(@"Main PID: \d+ \(sleep\)", status.Output);
        Assert.Matches("CGroup: .*/system.slice/demo.service\n +└─[0-9]+ /bin/sleep infinity", status.Output);
        Root.Do("systemctl", "stop", "demo");
        status = Root.Enter("systemctl", "status", "demo");
        Assert.Equal((3, ""), (status.Status, status.Errors));
        Assert.Contains("Active: inactive (dead)\n", status.Output); // nothing names it: it is forgotten, and read from its file again
        Assert.Equal(0, Root.Enter("systemctl", "status").Status);
    }

    [Fact]
    public void Status_and_show_have_what_a_unit_may_use_and_has_used()
    {
        Write("used.service", "[Service]\nExecStart=/bin/sleep infinity\nIPAccounting=yes\nIPAddressDeny=10.0.0.0/8 ::1\nTasksMax=100\nMemoryMax=1M\nDeviceAllow=/dev/null r\nCPUWeight=7\nCPUQuota=20%\n" +
            "AllowedCPUs=0-2\nSocketBindDeny=ipv4:tcp:80\nRestrictNetworkInterfaces=~eth9\nIOReadBandwidthMax=/dev/sda 5M\nDelegate=pids\nSlice=used.slice\n");
        Root.Do("systemctl", "daemon-reload");
        Root.Do("systemctl", "start", "used");
        var status = Root.Enter("systemctl", "status", "used");
        Assert.Equal((0, ""), (status.Status, status.Errors));
        Assert.Matches("         IP: 0B in, 0B out\n(.*\n)?      Tasks: 1 \\(limit: 100\\)\n", status.Output);
        Assert.Matches(@"\n +CPU: [0-9.]+(us|ms|s)?\n", status.Output);
        string[] expected =
        [
            "AllowedCPUs=0-2", "CPUQuotaPerSecUSec=200ms", "CPUWeight=7", "Delegate=yes", "DelegateControllers=pids", "DeviceAllow=/dev/null r", "DevicePolicy=auto", "IOReadBandwidthMax=/dev/sda 5000000",
            "IPAccounting=yes", "IPAddressDeny=10.0.0.0/8 ::1/128", "IPEgressPackets=0", "IPIngressBytes=0", "MemoryMax=1048576", "RestrictNetworkInterfaces=~eth9", "Slice=used.slice",
            "SocketBindDeny=ipv4:tcp80", "TasksCurrent=1", "TasksMax=100",
        ];
        Assert.Equal(expected.Order(), Root.Do("systemctl", "show", "used", "-p", string.Join(',', expected.Select(e => e[..e.IndexOf('=')]))).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        Assert.Contains("ControlGroup=", Root.Do("systemctl", "show", "used.slice", "-p", "ControlGroup,CPUUsageNSec"));
        var slice = Root.Enter("systemctl", "status", "used.slice");
        Assert.Equal((0, ""), (slice.Status, slice.Errors));
        Assert.Matches("└─used.service\n +└─[0-9]+ /bin/sleep infinity", slice.Output);
        Root.Do("systemctl", "stop", "used");
    }

    [Fact]
    public void Lists_of_units_and_files()
    {
        Root.Do("systemctl", "restart", "demo");
        var units = Root.Enter("systemctl", "list-units", "--plain", "--no-legend", "demo.service");
        Assert.Equal(new(0, "demo.service loaded active running A demonstration\n", ""), units);
        Assert.Contains("loaded units listed", Root.Do("systemctl", "list-units"));
        Assert.Equal("demo.service disabled enabled\n", Root.Do("systemctl", "list-unit-files", "--no-legend", "demo.service"));
        Assert.Equal("No jobs running.\n", Root.Do("systemctl", "list-jobs"));
        Assert.Equal("graphical.target\n", Root.Do("systemctl", "get-default"));
        Assert.Contains("sysinit.target", Root.Do("systemctl", "list-dependencies", "--plain", "demo"));
        Assert.Equal(0, Root.Enter("systemctl", "--failed").Status);
    }

    [Fact]
    public void Show_and_cat_give_what_the_file_says()
    {
        Root.Do("systemctl", "restart", "demo");
        Assert.Equal("Description=A demonstration\nActiveState=active\nSubState=running\nType=simple\n".Split('\n').Order(),
            Root.Do("systemctl", "show", "demo", "-p", "Type,Description,ActiveState,SubState").Split('\n').Order());
        Assert.StartsWith("# /etc/systemd/system/demo.service\n[Unit]\nDescription=A demonstration\n", Root.Do("systemctl", "cat", "demo"));
        var all = Root.Enter("systemctl", "show", "demo");
        Assert.Equal((0, ""), (all.Status, all.Errors));
        Assert.Equal((0, ""), (Root.Enter("systemctl", "show") is var manager ? manager.Status : -1, manager.Errors));
    }

    [Fact]
    public void Kill_sends_the_signal_that_was_asked_for()
    {
        Root.Do("systemctl", "restart", "demo");
        Assert.Equal(new(0, "", ""), Root.Enter("systemctl", "kill", "-s", "HUP", "demo"));
        Root.Expect("demo.service", "inactive", "dead");
        Root.Do("systemctl", "start", "demo");
        Root.Do("systemctl", "kill", "-s", "KILL", "demo");
        Root.Expect("demo.service", "failed", "failed");
        Root.Do("systemctl", "reset-failed", "demo");
        Root.Expect("demo.service", "inactive", "dead");
    }

    [Fact]
    public void A_changed_file_is_warned_of_until_daemon_reload()
    {
        Write("changes.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        Root.Do("systemctl", "daemon-reload");
        Root.Do("systemctl", "start", "changes");
        Root.Do("sh", "-c", "sleep 0.05; echo '# more' >>/etc/systemd/system/changes.service");
        var outcome = Root.Enter("systemctl", "restart", "changes");
        Assert.Equal(new(0, "", "Warning: The unit file, source configuration file or drop-ins of changes.service changed on disk. Run 'systemctl daemon-reload' to reload units.\n"), outcome);
        Assert.Equal(new(0, "", ""), Root.Enter("systemctl", "daemon-reload"));
        Assert.Equal(new(0, "", ""), Root.Enter("systemctl", "restart", "changes"));
        Root.Do("systemctl", "stop", "changes");
    }

    [Fact]
    public void No_wait_is_left_over_when_many_ask_at_once()
    {
        Write("busy.service", "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sleep infinity\n");
        Root.Do("systemctl", "daemon-reload");
        string script = string.Concat(Enumerable.Range(0, 20).Select(i => $"systemctl {(i % 3 == 0 ? "stop" : i % 3 == 1 ? "start" : "restart")} busy & "));
        Assert.Equal(0, Root.Enter("sh", "-c", $"{script} wait").Status);
        Assert.Equal("No jobs running.\n", Root.Do("systemctl", "list-jobs"));
        Root.Do("systemctl", "stop", "busy");
        Root.Expect("busy.service", "inactive", "dead");
    }

    private void Write(string name, string text, string folder = "/etc/systemd/system") => Root.Do("sh", "-c", $"printf %s '{text}' >{folder}/{name}");
}
