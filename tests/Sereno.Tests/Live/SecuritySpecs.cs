using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Capabilities and system call filters, proven from inside the service (systemd.exec(5)).</summary>
[Collection(Live.Name)]
public sealed class SecuritySpecs(Probe probe) : IClassFixture<Probe>
{
    [Theory]
    [InlineData("CapabilityBoundingSet=CAP_CHOWN CAP_KILL", "CapBnd=0000000000000021", "CapEff=0000000000000021")]
    [InlineData("CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=CAP_KILL", "CapBnd=0000000000000021", "CapPrm=0000000000000021")]
    [InlineData("CapabilityBoundingSet=CAP_CHOWN CAP_KILL\nCapabilityBoundingSet=~CAP_KILL", "CapBnd=0000000000000001", "")]
    [InlineData("CapabilityBoundingSet=", "CapBnd=0000000000000000", "CapEff=0000000000000000")]
    [InlineData("User=nobody\nAmbientCapabilities=CAP_NET_BIND_SERVICE", "CapAmb=0000000000000400", "CapEff=0000000000000400")]
    [InlineData("User=nobody", "CapAmb=0000000000000000", "CapEff=0000000000000000")]
    [InlineData("User=nobody\nCapabilityBoundingSet=CAP_KILL\nAmbientCapabilities=CAP_KILL CAP_CHOWN", "CapAmb=0000000000000020", "CapInh=0000000000000020")]
    [InlineData("AmbientCapabilities=CAP_CHOWN", "CapAmb=0000000000000001", "CapInh=0000000000000001")]
    [InlineData("NoNewPrivileges=yes", "NoNewPrivs=1", "")]
    [InlineData("RestrictRealtime=yes", "NoNewPrivs=0", "Seccomp=2")]
    [InlineData("User=nobody\nRestrictRealtime=yes", "NoNewPrivs=1", "Seccomp=2")]
    [InlineData("", "NoNewPrivs=0", "Seccomp=0")]
    public void Capabilities_are_those_that_were_asked_for(string settings, string one, string other)
    {
        NeedsRoot();
        string said = probe.Tell(settings, "status CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp");
        Assert.Contains(one, said);
        Assert.Contains(other, said);
    }

    /// <summary>capabilities(7): bit 5 is KEEP_CAPS_LOCKED, bit 0 NOROOT; KEEP_CAPS goes at execve.</summary>
    [Theory]
    [InlineData("SecureBits=noroot noroot-locked", "securebits=3")]
    [InlineData("User=nobody\nSecureBits=keep-caps-locked no-setuid-fixup", "securebits=36")]
    [InlineData("", "securebits=0")]
    public void Secure_bits_are_set(string settings, string expected)
    {
        NeedsRoot();
        Assert.Contains(expected, probe.Tell(settings, "securebits"));
    }

    /// <summary>systemd.service(5), "Special executable prefixes".</summary>
    [Theory]
    [InlineData("", "uid=65534,65534,65534", "CapBnd=0000000000000020")]
    [InlineData("+", "uid=0,0,0", "NoNewPrivs=0")]
    [InlineData("!", "uid=0,0,0", "CapBnd=0000000000000020")]
    [InlineData("!!", "uid=65534,65534,65534", "CapBnd=0000000000000020")]
    public void Prefixes_choose_what_applies(string prefix, string user, string capabilities)
    {
        NeedsRoot();
        string said = probe.Tell("User=nobody\nCapabilityBoundingSet=CAP_KILL\nNoNewPrivileges=yes", "who ;; status CapBnd NoNewPrivs", prefix);
        Assert.Contains(user, said);
        Assert.Contains(capabilities, said);
    }

    /// <summary>System call numbers are x86-64's; <c>-</c> is a path that isn't there.</summary>
    [Theory]
    [InlineData("SystemCallFilter=~@chown\nSystemCallErrorNumber=EPERM", "call 92 - 0 0", "EPERM")]
    [InlineData("SystemCallFilter=~@chown\nSystemCallErrorNumber=EPERM", "call 90 - 0", "ENOENT")]
    [InlineData("SystemCallFilter=~@chown", "call 92 - 0 0", "SIGSYS")]
    [InlineData("SystemCallFilter=~chown:ELOOP lchown", "call 92 - 0 0", "ELOOP")]
    [InlineData("SystemCallFilter=@system-service\nSystemCallFilter=~@chown\nSystemCallErrorNumber=ENOTTY", "call 92 - 0 0", "ENOTTY")]
    [InlineData("SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM", "call 92 - 0 0", "ENOENT")]
    [InlineData("SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM", "call 161 -", "EPERM")]
    [InlineData("SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM", "oldcall 61 0", "EPERM")]
    [InlineData("User=nobody\nSystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM", "call 161 -", "EPERM")]
    [InlineData("SystemCallFilter=~@mount\nSystemCallFilter=\nSystemCallErrorNumber=ELOOP", "call 161 -", "ENOENT")]
    [InlineData("SystemCallArchitectures=native", "call 39", "ok")]
    [InlineData("SystemCallArchitectures=native", "oldcall 20", "SIGSYS")]
    [InlineData("SystemCallArchitectures=x86", "oldcall 20", "ok")]
    [InlineData("RestrictAddressFamilies=AF_UNIX", "call 41 2 1 0", "EAFNOSUPPORT")]
    [InlineData("RestrictAddressFamilies=AF_UNIX", "call 41 1 1 0", "ok")]
    [InlineData("RestrictAddressFamilies=~AF_INET", "call 41 2 1 0", "EAFNOSUPPORT")]
    [InlineData("RestrictAddressFamilies=none", "call 41 1 1 0", "EAFNOSUPPORT")]
    [InlineData("RestrictNamespaces=yes", "call 272 0x40000000", "EPERM")]
    [InlineData("RestrictNamespaces=net", "call 272 0x40000000", "ok")]
    [InlineData("RestrictNamespaces=net", "call 272 0x04000000", "EPERM")]
    [InlineData("RestrictNamespaces=~uts", "call 272 0x04000000", "EPERM")]
    [InlineData("RestrictNamespaces=yes", "call 435 0 0", "ENOSYS")]
    [InlineData("RestrictRealtime=yes", "call 144 0 1 0", "EPERM")]
    [InlineData("RestrictRealtime=no", "call 144 0 1 0", "EFAULT|EINVAL")]
    [InlineData("RestrictSUIDSGID=yes", "call 90 - 04755", "EPERM")]
    [InlineData("RestrictSUIDSGID=yes", "call 90 - 0755", "ENOENT")]
    [InlineData("RestrictSUIDSGID=yes", "call 437 -100 - 0 0", "ENOSYS")]
    [InlineData("MemoryDenyWriteExecute=yes", "call 9 0 4096 7 0x22 -1 0", "EPERM")]
    [InlineData("MemoryDenyWriteExecute=yes", "call 9 0 4096 3 0x22 -1 0", "ok")]
    [InlineData("LockPersonality=yes", "call 135 8", "EPERM")]
    [InlineData("LockPersonality=yes", "call 135 0", "ok")]
    [InlineData("ProtectKernelModules=yes", "call 313 -1 - 0", "EPERM")]
    [InlineData("ProtectKernelLogs=yes", "call 103 10 0 0", "EPERM")]
    [InlineData("ProtectClock=yes", "call 227 99 0", "EPERM")]
    [InlineData("ProtectClock=no", "call 227 99 0", "EINVAL|EFAULT")]
    [InlineData("PrivateDevices=yes", "call 173 0 1 0", "EPERM")]
    [InlineData("ProtectHostname=yes", "call 170 0 0", "EPERM")]
    [InlineData("ProtectKernelTunables=yes", "call 156 0", "EPERM")]
    public void System_calls_are_answered_as_the_filters_say(string settings, string command, string expected)
    {
        NeedsRoot();
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "the numbers are x86-64's");
        Assert.Contains(probe.Tell(settings, command).Trim(), expected.Split('|').Select(e => $"call: {e}"));
    }

    [Theory]
    [InlineData("ProtectKernelModules=yes", 16)]
    [InlineData("ProtectKernelLogs=yes", 34)]
    [InlineData("ProtectClock=yes", 25)]
    [InlineData("ProtectClock=yes", 35)]
    [InlineData("PrivateDevices=yes", 27)]
    [InlineData("PrivateDevices=yes", 17)]
    public void Protections_take_their_capabilities_along(string settings, int capability)
    {
        NeedsRoot();
        string said = probe.Tell(settings, "status CapBnd").Trim();
        Assert.Equal(0ul, Convert.ToUInt64(said["CapBnd=".Length..], 16) >> capability & 1);
    }

    [Fact]
    public void A_filter_that_forbids_to_run_the_program_is_the_units_failure_and_nobody_elses()
    {
        NeedsRoot();
        string? unit = null;
        probe.Run("SystemCallFilter=~execve\nSystemCallErrorNumber=EPERM", "who", "", ref unit, out int status);
        Assert.Equal(1, status);
        probe.Sereno.Expect(unit!, "failed", result: "exit-code");
        Assert.Contains("uid=0", probe.Tell("", "who"));
    }

    private static void NeedsRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
}
