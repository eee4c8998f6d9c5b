using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>The notify protocol with the real systemd-notify, and with programs that speak it badly.</summary>
[Collection(Live.Name)]
public class NotifySpecs
{
    private const string Said = "/usr/bin/systemd-notify";

    [Fact]
    public void Systemd_notify_is_heard_though_it_is_a_grandchild_that_is_soon_gone()
    {
        Assert.SkipUnless(File.Exists(Said), "systemd-notify is not installed");
        using var instance = Start(("a", "Type=notify\nNotifyAccess=all", "systemd-notify --ready --status='half way'; exec sleep infinity"));
        Assert.Equal(("active", "running"), (instance.State("a.service").Active, instance.State("a.service").Sub));
        Assert.Equal("half way", instance.Do("show", "a.service", "-p", "StatusText", "--value").Output.Trim());
    }

    [Fact]
    public void A_barrier_is_answered_when_what_was_said_before_has_been_taken()
    {
        Assert.SkipUnless(File.Exists(Said), "systemd-notify is not installed");
        // Without --no-block systemd-notify returns when its descriptor has been closed here, or fails after 5 s.
        using var instance = Start(("a", "Type=notify\nNotifyAccess=all", "for i in 1 2 3 4 5; do systemd-notify --status=$i || exit 9; done; systemd-notify --ready || exit 9; exec sleep infinity"));
        Assert.Equal("running", instance.State("a.service").Sub);
    }

    [Fact]
    public void Stored_descriptors_survive_the_manager_and_the_service()
    {
        using var instance = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/a.service", $"[Service]\nType=notify\nFileDescriptorStoreMax=4\nRestart=always\nRestartSec=0\nExecStart={folder}/notifier store\n");
            Wants(folder, "a.service");
        });
        string Status() => instance.Do("show", "a.service", "-p", "StatusText", "--value").Output.Trim();
        Assert.Equal("nothing//", Status());
        Assert.Equal("1", instance.Do("show", "a.service", "-p", "NFileDescriptorStore", "--value").Output.Trim());
        int manager = instance.ManagerPid;
        Pidfd.Signal(Pidfd.Open(manager)!, 9);
        Live.Eventually(() => instance.ManagerPid is var now && now != 0 && now != manager, () => "a new manager");
        Pidfd.Signal(Pidfd.Open(instance.State("a.service").Main)!, 9);
        Live.Eventually(() => Status() == "remembered/memory/mine", () => $"the second run's status; it is {Status()}");
    }

    [Fact]
    public void A_daemon_whose_pid_file_names_somebody_else_does_not_get_it()
    {
        using var stranger = Command.Start("sleep", "infinity");
        try
        {
            // The file isn't root's: it could have been written by anybody.
            using var instance = Start(("a", "Type=forking\nPIDFile=%t/a/pid\nTimeoutStartSec=6\nUser=nobody\nRuntimeDirectory=a",
                $"echo {stranger.Id} >\"$PIDFILE\"; (exec sleep infinity) &"));
            Live.Eventually(() => instance.State("a.service").Active == "failed", () => $"failure; it is {instance.State("a.service")}", 30);
            Assert.Contains($"New main PID {stranger.Id} does not belong to service, and PID file is not owned by root. Refusing.", instance.Do("logs", "a.service").Output);
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
            stranger.WaitForExit();
        }
    }

    [Fact]
    public void A_flood_of_notifications_stops_nobody_else()
    {
        using var instance = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/a.service", $"[Service]\nType=notify\nExecStart={folder}/notifier flood\n");
            File.WriteAllText($"{folder}/units/b.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n");
            Wants(folder, "a.service");
        });
        instance.Do("start", "b.service");
        Live.Eventually(() => instance.Do("show", "a.service", "-p", "StatusText", "--value").Output.Trim() == "over", () => "the flood's end", 60);
        instance.Do("stop", "a.service");
        Assert.Equal("inactive", instance.State("a.service").Active);
    }

    [Fact]
    public void A_service_that_ignores_SIGTERM_is_killed_when_its_time_is_up()
    {
        using var instance = Start(("a", "TimeoutStopSec=1", "trap '' TERM; echo up; while :; do sleep 1; done"));
        instance.Do("stop", "a.service");
        Assert.Equal(("failed", "timeout"), (instance.State("a.service").Active, instance.State("a.service").Result));
    }

    [Fact]
    public void A_dbus_service_is_up_while_its_name_is_on_the_bus()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dbus-daemon"), "dbus-daemon is not installed");
        string bus = Directory.CreateTempSubdirectory("sereno-bus-").FullName;
        string? before = Environment.GetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS");
        using var daemon = Command.Start("dbus-daemon", "--session", "--nofork", "--nopidfile", $"--address=unix:path={bus}/socket");
        try
        {
            Live.Eventually(() => File.Exists($"{bus}/socket"), () => "the bus");
            Environment.SetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS", $"unix:path={bus}/socket");
            using var instance = new LiveInstance(folder =>
                File.WriteAllText($"{folder}/units/a.service", "[Service]\nType=dbus\nBusName=org.example.A\nExecStart=/bin/sleep infinity\n"));
            instance.Do("start", "--no-block", "a.service");
            instance.Expect("a.service", "activating", "start");
            using (var owner = BusClient.Connect($"{bus}/socket"))
            {
                Call(owner, "Hello", "");
                Call(owner, "RequestName", "su", w =>
                {
                    w.WriteString("org.example.A");
                    w.WriteUInt32(0);
                });
                instance.Expect("a.service", "active", "running");
            }
            instance.Expect("a.service", "inactive", "dead", "success");
        }
        finally
        {
            Environment.SetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS", before);
            daemon.Kill();
            daemon.WaitForExit();
            Directory.Delete(bus, recursive: true);
        }

        static void Call(BusClient bus, string member, string signature, Action<MessageWriter>? body = null) =>
            bus.Call("/org/freedesktop/DBus", "org.freedesktop.DBus", member, signature, body, destination: "org.freedesktop.DBus");
    }

    private static LiveInstance Start(params (string Name, string Settings, string Script)[] services) => new(folder =>
    {
        foreach (var (name, settings, script) in services)
        {
            File.WriteAllText($"{folder}/{name}.sh", script + "\n");
            File.WriteAllText($"{folder}/units/{name}.service", $"[Service]\n{settings}\nExecStart=/bin/sh {folder}/{name}.sh\n");
            Wants(folder, $"{name}.service");
        }
    });

    private static void Compile(string folder) =>
        Assert.Equal(0, Command.Run("cc", "-O1", "-o", $"{folder}/notifier", $"{AppContext.BaseDirectory}/Live/notifier.c").Status);

    private static void Wants(string folder, string unit)
    {
        Directory.CreateDirectory($"{folder}/units/basic.target.wants");
        File.CreateSymbolicLink($"{folder}/units/basic.target.wants/{unit}", $"../{unit}");
    }
}
