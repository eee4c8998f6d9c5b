using Xunit;

namespace Sereno.Tests.Live;

/// <summary>[X-Sereno] AllowStart=: other accounts start units through the bus, with our verbs and with the real systemctl.</summary>
[Collection(Live.Name)]
public sealed class AllowStartSpecs
{
    private const string Alice = "65533", Starters = "64001";

    private static readonly string[] s_asAlice = ["setpriv", $"--reuid={Alice}", $"--regid={Alice}", $"--groups={string.Join(',', Enumerable.Range(64100, 200))},{Starters}", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"];

    [Fact]
    public void Who_is_permitted_starts_and_nothing_else_and_who_is_not_is_told_and_logged()
    {
        using var sereno = new LiveInstance(folder =>
        {
            void Unit(string name, string more) => File.WriteAllText($"{folder}/units/{name}.service", $"{more}\n[Service]\nExecStart=/bin/sleep 1h\n");
            Unit("user", $"[X-Sereno]\nAllowStart={Alice}");
            Unit("group", $"[X-Sereno]\nAllowStart=root @{Starters}");
            Unit("other", "[X-Sereno]\nAllowStart=65532 @64003");
            Unit("none", "");
            Unit("rival", $"[Unit]\nConflicts=none.service\n[X-Sereno]\nAllowStart={Alice}");
        });
        Outcome AsAlice(params string[] words) => Command.Run(s_asAlice[0], [.. s_asAlice[1..], Live.Executable!, "--dir", sereno.Folder, "--unit-path", sereno.Units, .. words]);

        foreach (string name in (string[])["user.service", "group.service"])
        {
            Assert.Equal(0, AsAlice("start", name).Status);
            sereno.Expect(name, "active", "running", seconds: 0);
        }
        foreach (string verb in (string[])["stop", "restart", "reload-or-restart", "kill", "reset-failed"])
            Assert.NotEqual(0, AsAlice(verb, "user.service").Status);
        sereno.Expect("user.service", "active", "running", seconds: 0);
        Assert.Equal(4, AsAlice("start", "--job-mode=ignore-dependencies", "group.service").Status);
        Assert.Equal(4, AsAlice("start", "other.service").Status);
        var refused = AsAlice("start", "none.service");
        Assert.Equal(4, refused.Status);
        Assert.Contains($"none.service: Access denied for user {Alice} (uid {Alice}): only root may; AllowStart={Alice} in [X-Sereno] of the unit would permit it.", refused.Errors);
        sereno.Do("start", "none.service");
        Assert.Contains("starting rival.service would stop none.service, which only root may", AsAlice("start", "rival.service").Errors);
        sereno.Expect("none.service", "active", "running", seconds: 0);
        Live.Eventually(() => sereno.Do("logs").Output is var log && log.Contains($"none.service: Refused a start that user {Alice} (uid {Alice}), PID ")
            && log.Contains($"user.service: Start asked for by user {Alice} (uid {Alice}), PID "), () => sereno.Do("logs").Output);
    }

    [Fact]
    public void The_real_systemctl_of_another_account_is_permitted_and_refused_alike()
    {
        Assert.SkipUnless(File.Exists("/bin/systemctl"), "systemctl is not installed");
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.service", $"[Service]\nExecStart=/bin/sleep 1h\n[X-Sereno]\nAllowStart=@{Starters}\n");
            File.WriteAllText($"{folder}/units/b.service", "[Service]\nExecStart=/bin/sleep 1h\n");
        });
        // Not as root it looks for sd_booted(3)'s folder first, and then for a bus.
        const string booted = "mkdir -p /run/systemd && mount -t tmpfs none /run/systemd && mkdir /run/systemd/system && exec \"$@\"";
        Outcome Systemctl(params string[] words) => Command.Run("unshare", ["--mount", "sh", "-c", booted, "sh", "env",
            $"DBUS_SYSTEM_BUS_ADDRESS=unix:path={sereno.Folder}/run/private", .. s_asAlice, "/bin/systemctl", "--no-ask-password", .. words]);
        var started = Systemctl("start", "a.service");
        Assert.True(started.Status == 0, $"{started}");
        sereno.Expect("a.service", "active", "running", seconds: 0);
        var refused = Systemctl("start", "b.service");
        Assert.NotEqual(0, refused.Status);
        Assert.Contains("Failed to start b.service: Access denied", refused.Errors); // systemctl has its own words for the error
        Assert.NotEqual(0, Systemctl("stop", "a.service").Status);
        sereno.Expect("a.service", "active", "running", seconds: 0);
    }
}
