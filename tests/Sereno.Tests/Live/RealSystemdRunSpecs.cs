using Xunit;

namespace Sereno.Tests.Live;

/// <summary>systemd 252's own systemd-run, unmodified, with sereno init as the manager.</summary>
[Collection(Live.Name)]
public sealed class RealSystemdRunSpecs(PrivateRoot root) : PrivateRootSpecs(root)
{
    [Theory]
    [InlineData(0, "", "-q", "true")]
    [InlineData(0, "", "-q", "--wait", "true")]
    [InlineData(7, "", "-q", "--wait", "--collect", "sh", "-c", "exit 7")]
    [InlineData(0, "piped\n", "-q", "--pipe", "echo", "piped")]
    [InlineData(0, "a scope\n", "-q", "--scope", "--slice", "demo", "echo", "a scope")]
    [InlineData(0, "5\n", "-q", "--pipe", "--wait", "-p", "Nice=5", "nice")]
    [InlineData(0, "b d e\n", "-q", "--pipe", "-p", "Environment=A=b \"C=d e\"", "sh", "-c", "echo $$A $$C")]
    [InlineData(0, "100\n", "-q", "--pipe", "-p", "LimitNOFILE=100:200", "sh", "-c", "ulimit -n")]
    [InlineData(0, "0000000000000400\n", "-q", "--pipe", "-p", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "sh", "-c", "sed -n 's/CapBnd:\\t//p' /proc/self/status")]
    [InlineData(0, "0077\n", "-q", "--pipe", "-p", "UMask=077", "sh", "-c", "umask")]
    [InlineData(0, "typed", "-q", "--wait", "--pipe", "-p", "StandardInputText=typed", "-p", "StandardInput=data", "-p", "SuccessExitStatus=3", "sh", "-c", "printf typed; exit 3")]
    [InlineData(0, "", "-q", "--wait", "-p", "ConditionPathExists=/", "-p", "BindPaths=/tmp:/mnt", "-p", "IPAddressDeny=any", "-p", "CPUAffinity=0", "-p", "DeviceAllow=/dev/null rw", "-p", "LoadCredential=x:/etc/passwd", "-p", "TemporaryFileSystem=/opt", "true")]
    public void Its_commands_run_and_end_as_with_systemd(int status, string output, params string[] arguments)
    {
        var outcome = Root.Enter(["env", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/systemd/private", "systemd-run", .. arguments]);
        Assert.Equal((status, output), (outcome.Status, outcome.Output.TrimStart('\0')));
    }

    /// <summary>Its standard input has to stay open: systemd-run stops reading the terminal when that ends.</summary>
    [Fact]
    public void A_command_has_a_terminal_of_its_own()
    {
        var outcome = Root.Enter("env", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/systemd/private", "sh", "-c",
            "sleep 5 | systemd-run -q --pty sh -c 'test -t 0 && echo in a terminal; sleep 1; exit 3'");
        Assert.Equal((3, "in a terminal\r\n"), (outcome.Status, outcome.Output.TrimStart('\0')));
    }

    [Fact]
    public void Triggers_are_made_with_what_they_start()
    {
        Root.Do("systemd-run", "-q", "--unit", "tick", "--on-active=1h", "true");
        Assert.Equal("waiting", Root.Show("tick.timer", "SubState"));
        Root.Do("systemd-run", "-q", "--unit", "look", "--path-property=PathExists=/nonexistent", "true");
        Assert.Equal("waiting", Root.Show("look.path", "SubState"));
        Root.Do("systemctl", "stop", "tick.timer", "look.path");
        Assert.Equal("not-found", Root.Show("tick.timer", "LoadState"));
        Assert.Equal("not-found", Root.Show("tick.service", "LoadState"));
    }
}
