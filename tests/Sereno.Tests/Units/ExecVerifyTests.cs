using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>Values of systemd.exec(5)'s directives: what is wrong is said as systemd says it, what is right is read.</summary>
public class ExecVerifyTests
{
    private const string Start = "ExecStart=/bin/true\n";

    [Fact]
    public void Bad_security_settings_are_found_as_systemd_finds_them() => VerifyDifferentialTests.SameService(Start + """
        CapabilityBoundingSet=CAP_CHOWN CAP_NONSENSE
        AmbientCapabilities=nonsense
        SecureBits=keep-caps nonsense
        SystemCallFilter=@nonsense
        SystemCallFilter=nonsense read
        SystemCallFilter=read:EPERM
        SystemCallFilter=~write:EPERM open:nonsense
        SystemCallFilter=~@clock:kill :EPERM
        SystemCallLog=nonsense @nonsense
        SystemCallErrorNumber=ENONSENSE
        SystemCallErrorNumber=0
        SystemCallErrorNumber=5000
        SystemCallErrorNumber=kill
        SystemCallArchitectures=native nonsense
        RestrictAddressFamilies=AF_INET AF_NONSENSE
        RestrictAddressFamilies=~inet
        RestrictNamespaces=net nonsense
        RestrictNamespaces=~nonsense
        RestrictRealtime=perhaps
        RestrictSUIDSGID=2
        MemoryDenyWriteExecute=nonsense
        LockPersonality=-
        ProtectClock=nonsense
        NoNewPrivileges=nonsense
        """);

    [Fact]
    public void Bad_scheduling_settings_are_found_as_systemd_finds_them() => VerifyDifferentialTests.SameService(Start + """
        CPUSchedulingPolicy=nonsense
        CPUSchedulingPriority=100
        CPUSchedulingPriority=x
        CPUSchedulingPriority=
        CPUSchedulingResetOnFork=x
        CPUAffinity=0-x
        CPUAffinity=5-3
        CPUAffinity=99999
        CPUAffinity=-1
        NUMAPolicy=nonsense
        NUMAMask=nonsense
        IOSchedulingClass=nonsense
        IOSchedulingClass=9
        IOSchedulingPriority=8
        IOSchedulingPriority=-1
        TimerSlackNSec=soon
        TimerSlackNSec=-1
        CoredumpFilter=nonsense
        CoredumpFilter=0xzz
        Personality=vax
        Personality=s390x
        KeyringMode=nonsense
        UtmpMode=nonsense
        """);

    [Fact]
    public void Bad_stream_settings_are_found_as_systemd_finds_them() => VerifyDifferentialTests.SameService(Start + """
        StandardInputText=a\qb
        StandardInputData=!!
        TTYPath=rel
        TTYReset=x
        TTYRows=x
        TTYColumns=-1
        ExecSearchPath=/a:rel
        PermissionsStartOnly=x
        """);

    [Theory]
    [InlineData("10", 10ul)]
    [InlineData("1.5us 3", 1503ul)]
    [InlineData("2 ms", 2_000_000ul)]
    [InlineData("1s 1min", 61_000_000_000ul)]
    [InlineData("infinity", null)]
    public void Timer_slack_counts_nanoseconds(string text, ulong? expected) =>
        Assert.Equal(expected, Load($"TimerSlackNSec={text}").Scheduling.TimerSlackNsec);

    [Theory]
    [InlineData("CPUAffinity=0-2,5\nCPUAffinity=64", "0 1 2 5 64")]
    [InlineData("CPUAffinity=1\nCPUAffinity=\nCPUAffinity=3 4", "3 4")]
    public void Processors_add_up(string settings, string expected)
    {
        var set = Load(settings).Scheduling.Affinity!;
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, IndexSet.Max).Where(set.Contains)));
    }

    [Theory]
    [InlineData("CPUSchedulingPolicy=fifo", 1, 1)]
    [InlineData("CPUSchedulingPolicy=rr\nCPUSchedulingPriority=30", 2, 30)]
    [InlineData("CPUSchedulingPriority=30\nCPUSchedulingPolicy=rr", 2, 30)]
    [InlineData("CPUSchedulingPolicy=rr\nCPUSchedulingPriority=30\nCPUSchedulingPolicy=idle", 5, 0)]
    public void A_priority_fits_its_policy(string settings, int policy, int priority)
    {
        var scheduling = Load(settings).Scheduling;
        Assert.Equal((policy, priority), (scheduling.CpuPolicy, scheduling.CpuPriority));
    }

    [Theory]
    [InlineData("IOSchedulingClass=realtime", 1 << 13 | 4)]
    [InlineData("IOSchedulingPriority=6", 2 << 13 | 6)]
    [InlineData("IOSchedulingClass=idle\nIOSchedulingPriority=2", 3 << 13 | 2)]
    [InlineData("IOSchedulingClass=idle\nIOSchedulingClass=none", 2 << 13 | 4)]
    [InlineData("IOSchedulingClass=idle\nIOSchedulingPriority=", null)]
    public void Class_and_level_of_io_are_one_number(string settings, int? expected) => Assert.Equal(expected, Load(settings).Scheduling.IoPriority);

    [Theory]
    [InlineData("CoredumpFilter=default private-file-backed", 0x37ul)]
    [InlineData("CoredumpFilter=0x3\nCoredumpFilter=10", 0x13ul)]
    [InlineData("CoredumpFilter=all", 0xfffffffful)]
    [InlineData("CoredumpFilter=all\nCoredumpFilter=", null)]
    public void Parts_of_a_core_dump_add_up(string settings, ulong? expected) => Assert.Equal(expected, Load(settings).Scheduling.CoredumpFilter);

    [Theory]
    [InlineData("SystemCallFilter=read write", true, "read write", "chown")]
    [InlineData("SystemCallFilter=~read write", false, "read write", "execve")]
    [InlineData("SystemCallFilter=@basic-io\nSystemCallFilter=~write", true, "read execve", "write")]
    [InlineData("SystemCallFilter=~@basic-io\nSystemCallFilter=write", false, "read", "write")]
    [InlineData("SystemCallFilter=~read\nSystemCallFilter=\nSystemCallFilter=read", true, "read execve", "write")]
    public void Lists_of_system_calls_are_changed_by_later_ones(string settings, bool allow, string listed, string others)
    {
        var filter = Load(settings).Security.SystemCalls!;
        var names = filter.Calls.Select(c => Sereno.Units.Values.SystemCalls.Name(c.Call)).ToHashSet();
        Assert.Equal(allow, filter.AllowList);
        Assert.Subset(names, listed.Split(' ').ToHashSet());
        Assert.DoesNotContain(others, names);
    }

    [Theory]
    [InlineData("RestrictNamespaces=yes", 0u)]
    [InlineData("RestrictNamespaces=no", 0x7e020080u)]
    [InlineData("RestrictNamespaces=net ipc", 0x48000000u)]
    [InlineData("RestrictNamespaces=~net ipc", 0x36020080u)]
    [InlineData("RestrictNamespaces=net\nRestrictNamespaces=ipc", 0x48000000u)]
    [InlineData("RestrictNamespaces=net\nRestrictNamespaces=~net", 0u)]
    [InlineData("RestrictNamespaces=net\nRestrictNamespaces=", null)]
    public void Namespaces_are_permitted_by_name(string settings, uint? expected) => Assert.Equal(expected, Load(settings).Security.PermittedNamespaces);

    private static ExecContext Load(string settings) => UnitFolder.LoadService(Start + settings).Service!.Exec;
}
