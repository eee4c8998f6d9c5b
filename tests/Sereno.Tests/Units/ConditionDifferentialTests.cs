using Sereno.Roles;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>Every Condition*= by systemd-analyze condition and by us, on this machine.</summary>
public class ConditionDifferentialTests
{
    [Theory]
    [InlineData("Architecture", "x86-64", "native", "arm64", "bogus")]
    [InlineData("Firmware", "uefi", "device-tree", "bogus", "device-tree-compatible(x)", "smbios-field(sys_vendor = x)", "smbios-field(bogus)")]
    [InlineData("Virtualization", "yes", "no", "vm", "container", "private-users", "docker", "kvm", "podman", "bogus")]
    [InlineData("Host", "*", "bogus", "00000000000000000000000000000001", "[a-z0-9]*")]
    [InlineData("KernelCommandLine", "quiet", "root", "bogus=1", "ro")]
    [InlineData("KernelVersion", ">=5.0", "<5.0", ">= 5.0", "*", "6.*", "=5", ">4 <99", ">4 < 99", "$=6*", "!$=6*", "<>1", ">", "!=6.18", "'>= 5'", "bogus")]
    [InlineData("OSRelease", "ID=debian", "ID=bogus", "VERSION_ID>=11", "VERSION_ID<11", "VERSION_ID>11 ID=debian", "ID$=deb*", "ID!$=deb*", "BOGUS=", "BOGUS=x", "ID", "ID= debian", "ID!=x", "VERSION_ID==12")]
    [InlineData("Environment", "PATH", "BOGUS", "PATH=x")]
    [InlineData("Security", "selinux", "apparmor", "smack", "audit", "ima", "tomoyo", "uefi-secureboot", "tpm2", "bogus")]
    [InlineData("Capability", "CAP_CHOWN", "CAP_SYS_RESOURCE", "cap_net_admin", "bogus", "CAP_BOGUS", "chown")]
    [InlineData("ACPower", "yes", "no", "bogus")]
    [InlineData("NeedsUpdate", "/etc", "/var", "/bogus")]
    [InlineData("FirstBoot", "yes", "no", "bogus")]
    [InlineData("PathExists", "/etc", "/bogus", "/proc/1")]
    [InlineData("PathExistsGlob", "/etc/pass*", "/bogus*", "/*c/passwd")]
    [InlineData("PathIsDirectory", "/etc", "/etc/passwd")]
    [InlineData("PathIsSymbolicLink", "/bin", "/etc", "/proc/self/exe")]
    [InlineData("PathIsMountPoint", "/", "/proc", "/etc", "/usr/bin", "/bogus")]
    [InlineData("PathIsReadWrite", "/tmp", "/proc", "/sys", "/bogus")]
    [InlineData("DirectoryNotEmpty", "/etc", "/bogus", "/etc/passwd")]
    [InlineData("FileNotEmpty", "/etc/passwd", "/etc", "/dev/null", "/bogus")]
    [InlineData("FileIsExecutable", "/bin/sh", "/etc/passwd", "/etc", "/bogus")]
    [InlineData("User", "root", "0", "@system", "nobody", "1000", "bogus")]
    [InlineData("Group", "root", "0", "daemon", "65534", "bogus")]
    [InlineData("ControlGroupController", "v1", "v2", "memory", "cpu", "pids", "bogus", "cpu memory")]
    [InlineData("Memory", "1G", ">1G", "<1G", ">=1M", "=1K", "bogus", "99999T", "!=5", "<>5")]
    [InlineData("CPUs", "1", ">1", "<1", ">=2", "=2", "bogus", "100")]
    [InlineData("CPUFeature", "sse2", "avx512f", "lm", "fma3", "bogus", "pclmul", "osxsave")]
    [InlineData("MemoryPressure", "100%", "0%/10sec", "50%/1min", "bogus", "50%/2min", "101%", "-.slice:100%")]
    [InlineData("CPUPressure", "100%", "100%/5min", "bogus")]
    [InlineData("IOPressure", "100%", "bogus")]
    public void A_condition_is_met_where_systemd_finds_it_met(string kind, params string[] arguments)
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        var conditions = new Conditions();
        var differences = new List<string>();
        foreach (string argument in arguments)
        {
            var (status, _, errors) = Oracle.Run("systemd-analyze", ["condition", $"Condition{kind}={argument}"]);
            bool? ours = conditions.Test(kind, argument);
            if (status == 0 != (ours == true))
                differences.Add($"Condition{kind}={argument}: systemd {status} ({string.Join(" ", errors)}), ours {ours}");
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Theory]
    [InlineData("1.2", "1.10", -1)]
    [InlineData("1.0", "1", 1)]
    [InlineData("1~rc1", "1", -1)]
    [InlineData("123-9", "123.1-1", -1)]
    [InlineData("1^a", "1", 1)]
    [InlineData("5.4.0-42-generic", "5.4.0-42-generic", 0)]
    [InlineData("00123", "123", 0)]
    [InlineData("1a", "1b", -1)]
    [InlineData("1.a", "1.1", -1)]
    [InlineData("_1_", "1", 0)]
    public void Versions_have_an_order(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(Comparisons.Versions(left, right)));
        Assert.Equal(-order, Math.Sign(Comparisons.Versions(right, left)));
    }
}
