using Xunit;

namespace Sereno.Tests.Live;

/// <summary>How the kernel runs a service, told from inside (systemd.exec(5), "Scheduling" and "Process Properties").</summary>
[Collection(Live.Name)]
public sealed class SchedulingSpecs(Probe probe) : IClassFixture<Probe>
{
    /// <summary>The numbers are SCHED_*, ioprio_set(2)'s and personality(2)'s.</summary>
    [Theory]
    [InlineData("CPUSchedulingPolicy=batch", "scheduling", "policy=3 priority=0")]
    [InlineData("CPUSchedulingPolicy=idle\nCPUSchedulingResetOnFork=yes", "scheduling", "policy=1073741829 priority=0")]
    [InlineData("Nice=7", "scheduling", "nice=7")]
    [InlineData("CPUAffinity=0", "scheduling", "cpus=1")]
    [InlineData("CPUAffinity=0\nCPUAffinity=", "scheduling", "cpus={cpus}")]
    [InlineData("IOSchedulingClass=idle", "scheduling", "io=24580")]
    [InlineData("IOSchedulingPriority=2", "scheduling", "io=16386")]
    [InlineData("TimerSlackNSec=1ms", "scheduling", "slack=1000000")]
    [InlineData("Personality=x86", "scheduling", "personality=8")]
    [InlineData("CoredumpFilter=all", "file /proc/self/coredump_filter", ": 000001ff")]
    [InlineData("OOMScoreAdjust=300", "file /proc/self/oom_score_adj", ": 300")]
    [InlineData("UMask=0077", "status Umask", "Umask=0077")]
    [InlineData("IgnoreSIGPIPE=yes", "status SigIgn", "SigIgn=0000000000001000")]
    [InlineData("IgnoreSIGPIPE=no", "status SigIgn", "SigIgn=0000000000000000")]
    [InlineData("RestrictRealtime=yes", "limits RTPRIO", "RTPRIO=0:0")]
    [InlineData("LimitNOFILE=100:200", "limits NOFILE", "NOFILE=100:200")]
    [InlineData("LimitCORE=0", "limits CORE", "CORE=0:0")]
    [InlineData("LimitNPROC=50", "limits NPROC", "NPROC=50:50")]
    public void What_was_asked_for_is_so(string settings, string command, string expected)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.Contains(expected.Replace("{cpus}", Environment.ProcessorCount.ToString()), probe.Tell(settings, command));
    }

    /// <summary>More than the hard limit needs CAP_SYS_RESOURCE: without it, as much as there is.</summary>
    [Fact]
    public void A_limit_that_cannot_be_had_is_the_nearest()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string[] limits = probe.Tell("LimitNOFILE=infinity", "limits NOFILE").Trim()["NOFILE=".Length..].Split(':');
        Assert.Equal(limits[1], limits[0]);
    }

    [Fact]
    public void A_service_has_a_keyring_with_its_invocation_id()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string said = probe.Tell("KeyringMode=private", "keyring");
        Assert.SkipWhen(said.Contains("keyring: E"), "key rings are forbidden here");
        Assert.Matches("keyring: [0-9a-f]{32}", said);
    }
}
