using Xunit;

namespace Sereno.Tests.Bus;

/// <summary>The real systemctl, unmodified, against the fake manager: it finds our socket at /run/systemd/private of a mount namespace of its own.</summary>
public sealed class SystemctlTests : IDisposable
{
    /// <summary>Its own /run, which says that systemd runs and leads to our socket.</summary>
    private const string Enter = """
        mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && ln -s "$0" /run/systemd/private && exec systemctl --no-pager "$@"
        """;

    private static readonly string? s_unavailable =
        !File.Exists("/usr/bin/systemctl") ? "systemctl is not installed"
        : Tool.Run("unshare", "-m", "true").Status != 0 ? "mount namespaces are not permitted here"
        : null;

    private readonly BusHost _host;

    public SystemctlTests()
    {
        Assert.SkipWhen(s_unavailable is not null, s_unavailable ?? "");
        _host = new();
    }

    public void Dispose() => _host?.Dispose();

    [Fact]
    public void List_units_shows_a_row_for_each()
    {
        var (status, output, _) = Systemctl("list-units", "--all", "--plain");
        Assert.Equal(0, status);
        Assert.Matches(@"redis-server\.service +loaded +active +running +Advanced key-value store", output);
        Assert.Matches(@"broken\.service +loaded +failed +failed", output);
        Assert.Contains("5 loaded units listed", output);
    }

    [Fact]
    public void Failed_units_are_filtered_by_the_manager() =>
        Assert.Equal("broken.service loaded failed failed A service that fails\n", Systemctl("list-units", "--failed", "--plain", "--no-legend").Output);

    [Theory]
    [InlineData("redis-server", 0, "active\n")]
    [InlineData("broken", 3, "failed\n")]
    [InlineData("nothing", 3, "inactive\n")]
    public void Is_active_answers_with_state_and_code(string unit, int code, string state)
    {
        var (status, output, errors) = Systemctl("is-active", unit);
        Assert.Equal((code, state, ""), (status, output, errors));
    }

    [Fact]
    public void Is_failed_and_is_system_running_answer_too()
    {
        Assert.Equal((0, "failed\n", ""), Systemctl("is-failed", "broken"));
        Assert.Equal((1, "degraded\n", ""), Systemctl("is-system-running"));
    }

    [Fact]
    public void Status_tells_all_about_a_service()
    {
        var (status, output, errors) = Systemctl("status", "redis-server");
        Assert.Equal("", errors);
        Assert.Equal(0, status);
        Assert.Contains("redis-server.service - Advanced key-value store", output);
        Assert.Contains("; enabled; preset: enabled)", output);
        Assert.Contains("Active: active (running) since Tue 2023-11-14 22:13:20 UTC", output);
        Assert.Contains("Docs: man:redis-server(1)", output);
        Assert.Contains("Main PID: 4242", output);
        Assert.Contains("Status: \"Ready to accept connections\"", output);
        Assert.Contains("Tasks: 5", output);
        Assert.Contains("Memory: 8.0M", output);
        Assert.Contains("CPU: 1.500s", output);
        Assert.Contains("CGroup: /system.slice/redis-server.service", output);
        Assert.Contains("4242 /usr/bin/redis-server 127.0.0.1:6379", output);
    }

    [Fact]
    public void Status_of_a_failed_service_says_how_it_ended()
    {
        var (status, output, _) = Systemctl("status", "broken");
        Assert.Equal(3, status);
        Assert.Contains("Active: failed (Result: exit-code)", output);
        Assert.Contains("Main PID: 77 (code=exited, status=3)", output);
    }

    [Fact]
    public void Status_of_nothing_and_of_everything_work()
    {
        Assert.Equal((4, "", "Unit nothing.service could not be found.\n"), Systemctl("status", "nothing"));
        var (status, output, _) = Systemctl("status");
        Assert.Equal(0, status);
        Assert.Contains("State: degraded", output);
        Assert.Contains("Units: 5 loaded", output);
        Assert.Contains("systemd: 252 (Sereno)", output);
    }

    [Fact]
    public void Status_by_pid_finds_the_unit() => Assert.Contains("redis-server.service", Systemctl("status", "4242").Output);

    [Fact]
    public void Show_prints_properties_with_systemd_s_types()
    {
        var (status, output, errors) = Systemctl("show", "redis-server");
        Assert.Equal((0, ""), (status, errors));
        foreach (string line in (string[])["Id=redis-server.service", "Type=notify", "Restart=always", "MainPID=4242", "TimeoutStartUSec=1min 30s",
            "WantedBy=multi-user.target", "Environment=LANG=C EMPTY=", "KillMode=control-group", "SuccessExitStatus=143 TERM", "CanReload=yes",
            "ExecMainStartTimestamp=Tue 2023-11-14 22:13:20 UTC", "InvocationID=0102030405060708090a0b0c0d0e0f10", "LimitNOFILE=infinity", "UMask=0022"])
            Assert.Contains("\n" + line + "\n", "\n" + output);
        Assert.Contains("ExecStart={ path=/usr/bin/redis-server ; argv[]=/usr/bin/redis-server /etc/redis/redis.conf ; ignore_errors=no ;", output);
        Assert.Contains("ExecStopEx={ path=/bin/kill ; argv[]=kill $MAINPID ; flags=ignore-failure ;", output);
    }

    [Fact]
    public void Show_of_single_properties_and_of_the_manager_work()
    {
        Assert.Equal((0, "ActiveState=active\nMainPID=4242\n", ""), Systemctl("show", "-p", "MainPID,ActiveState", "redis-server").Sorted());
        Assert.Equal((0, "not-found\n", ""), Systemctl("show", "-P", "LoadState", "nothing"));
        var (status, output, errors) = Systemctl("show");
        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("Version=252 (Sereno)\n", output);
    }

    [Theory]
    [InlineData("start", "Start redis-server.service Replace")]
    [InlineData("stop", "Stop redis-server.service Replace")]
    [InlineData("restart", "Restart redis-server.service Replace")]
    [InlineData("reload", "Reload redis-server.service Replace")]
    [InlineData("try-restart", "TryRestart redis-server.service Replace")]
    [InlineData("reload-or-restart", "ReloadOrRestart redis-server.service Replace")]
    [InlineData("try-reload-or-restart", "ReloadOrTryRestart redis-server.service Replace")]
    public void A_job_verb_queues_its_job_and_waits_for_its_end(string verb, string order)
    {
        Assert.Equal((0, "", ""), Systemctl(verb, "redis-server"));
        Assert.Equal([order], _host.Manager.Orders);
        Assert.Equal(verb == "stop" ? 3 : 0, Systemctl("is-active", "redis-server").Status);
    }

    [Fact]
    public void A_job_that_fails_fails_the_command()
    {
        var (status, _, errors) = Systemctl("start", "broken");
        Assert.Equal(1, status);
        Assert.Contains("Job for broken.service failed because the control process exited with error code.", errors);
    }

    [Fact]
    public void Starting_what_is_not_there_is_exit_code_5() =>
        Assert.Equal((5, "", "Failed to start nothing.service: Unit nothing.service not found.\n"), Systemctl("start", "nothing"));

    [Fact]
    public void Several_units_and_other_modes_are_passed_on()
    {
        Assert.Equal(0, Systemctl("start", "--job-mode=ignore-dependencies", "redis-server", "multi-user.target").Status);
        Assert.Equal(0, Systemctl("isolate", "multi-user.target").Status);
        Assert.Equal(["Start redis-server.service IgnoreDependencies", "Start multi-user.target IgnoreDependencies", "Start multi-user.target Isolate"],
            _host.Manager.Orders);
    }

    [Fact]
    public void The_transaction_is_shown_on_request() =>
        Assert.Contains("Enqueued anchor job 1 redis-server.service/start.", Systemctl("start", "--show-transaction", "redis-server").Errors);

    /// <summary>For --wait systemctl wants a bus, where it refers to the unit and watches its properties.</summary>
    [Fact]
    public void Start_and_wait_watches_the_unit_until_it_has_stopped()
    {
        _host.Manager.StopsAfterStart = true;
        Assert.Equal((0, "", ""), Tool.Run("env", $"DBUS_SYSTEM_BUS_ADDRESS=unix:path={_host.Socket}",
            "timeout", "20", "unshare", "-m", "--propagation", "private", "sh", "-c", Enter, _host.Socket, "start", "--wait", "redis-server"));
        Assert.Equal(["Start redis-server.service Replace", "ref redis-server.service", "unref redis-server.service"], _host.Manager.Orders);
    }

    [Fact]
    public void Kill_and_reset_failed_and_daemon_reload_reach_the_manager()
    {
        Assert.Equal((0, "", ""), Systemctl("kill", "redis-server"));
        Assert.Equal((0, "", ""), Systemctl("kill", "--kill-whom=main", "--signal=HUP", "redis-server"));
        Assert.Equal((0, "", ""), Systemctl("reset-failed", "broken"));
        Assert.Equal((0, "", ""), Systemctl("reset-failed"));
        Assert.Equal((0, "", ""), Systemctl("daemon-reload"));
        Assert.Equal((0, "", ""), Systemctl("set-environment", "A=b"));
        Assert.Equal(["kill redis-server.service All 15", "kill redis-server.service Main 1", "reset-failed broken.service", "reset-failed all",
            "reload", "environment - +A=b"], _host.Manager.Orders);
    }

    [Fact]
    public void Enable_prints_the_links_and_reloads()
    {
        var (status, _, errors) = Systemctl("enable", "redis-server");
        Assert.Equal(0, status);
        Assert.Contains("Created symlink /etc/systemd/system/multi-user.target.wants/redis-server.service", errors);
        Assert.Equal(0, Systemctl("disable", "redis-server").Status);
        Assert.Equal(0, Systemctl("mask", "--runtime", "redis-server").Status);
        Assert.Equal(0, Systemctl("enable", "--now", "redis-server").Status);
        Assert.Equal(["Enable redis-server.service", "reload", "Disable redis-server.service", "reload", "Mask redis-server.service runtime", "reload",
            "Enable redis-server.service", "reload", "Start redis-server.service Replace"], _host.Manager.Orders);
    }

    [Fact]
    public void Unit_files_are_listed_and_asked_about()
    {
        var (status, output, _) = Systemctl("list-unit-files", "--no-legend");
        Assert.Equal(0, status);
        Assert.Matches(@"cron\.service +disabled", output);
        Assert.Equal((0, "enabled\n", ""), Systemctl("is-enabled", "redis-server"));
        Assert.Equal((0, "multi-user.target\n", ""), Systemctl("get-default"));
    }

    [Fact]
    public void Cat_prints_the_file()
    {
        var (status, output, errors) = Systemctl("cat", "redis-server");
        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("ExecStart=/usr/bin/redis-server", output);
    }

    [Fact]
    public void Sockets_timers_jobs_and_dependencies_are_listed()
    {
        Assert.Contains("[::]:8080 app.socket app.service", Systemctl("list-sockets", "--no-legend").Output);
        Assert.Matches(@"backup\.timer +backup\.service", Systemctl("list-timers", "--no-legend").Output);
        Assert.Equal((0, "No jobs running.\n", ""), Systemctl("list-jobs"));
        Assert.Equal(0, Systemctl("list-dependencies", "--plain", "redis-server").Status);
    }

    private (int Status, string Output, string Errors) Systemctl(params string[] arguments) =>
        Tool.Run("unshare", ["-m", "--propagation", "private", "sh", "-c", Enter, _host.Socket, .. arguments]);
}

file static class Results
{
    /// <summary>systemctl show prints in the order of the reply: compare without it.</summary>
    public static (int, string, string) Sorted(this (int Status, string Output, string Errors) result) =>
        (result.Status, string.Concat(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().Select(l => l + "\n")), result.Errors);
}
