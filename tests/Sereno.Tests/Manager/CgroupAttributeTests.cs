using Sereno.Manager.Resources;
using Sereno.Tests.Units;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>From unit files to the files of cgroup v2.</summary>
public class CgroupAttributeTests
{
    private static readonly MachineResources s_machine = new(8UL << 30, 32_768) { BlockDevice = path => path.StartsWith("/dev/sd", StringComparison.Ordinal) ? $"8:{(path[7] - 'a') * 16}" : null };

    private static string Text(GroupSettings settings, MachineResources machine) =>
        string.Join('|', CgroupAttributes.Of(settings, machine).Select(a => $"{a.Name} {a.Value}"));

    [Theory]
    [InlineData("CPUWeight=250", "cpu.weight 250")]
    [InlineData("CPUWeight=idle", "cpu.idle 1")]
    [InlineData("CPUShares=512", "cpu.weight 50")]
    [InlineData("CPUShares=512\nCPUWeight=30", "cpu.weight 30")]
    [InlineData("StartupCPUWeight=30", "cpu.weight 100")]
    [InlineData("CPUShares=2\nStartupCPUWeight=30", "cpu.weight 100")]
    [InlineData("CPUQuota=20%", "cpu.max 20000 100000")]
    [InlineData("CPUQuota=150%\nCPUQuotaPeriodSec=10ms", "cpu.max 15000 10000")]
    [InlineData("CPUQuota=0.5%\nCPUQuotaPeriodSec=10ms", "cpu.max 1000 200000")]
    [InlineData("CPUQuota=400%\nCPUQuotaPeriodSec=10s", "cpu.max 4000000 1000000")]
    [InlineData("AllowedCPUs=0-2 4\nAllowedCPUs=3,8", "cpuset.cpus 0-4,8")]
    [InlineData("AllowedCPUs=0-2\nAllowedCPUs=\nAllowedMemoryNodes=0", "cpuset.mems 0")]
    [InlineData("MemoryMax=1G\nMemoryHigh=50%\nMemorySwapMax=0", "memory.high 4294967296|memory.max 1073741824|memory.swap.max 0")]
    [InlineData("MemoryLimit=1M", "memory.max 1048576")]
    [InlineData("MemoryLimit=1M\nMemoryHigh=2M", "memory.high 2097152")]
    [InlineData("MemoryMax=infinity\nMemoryMin=8K", "memory.min 8192|memory.max max")]
    [InlineData("TasksMax=10%", "pids.max 3276")]
    [InlineData("TasksMax=infinity", "pids.max max")]
    [InlineData("TasksMax=7\nTasksMax=", "")]
    [InlineData("BlockIOWeight=1000", "io.bfq.weight 109|io.weight default 200")]
    [InlineData("BlockIOWeight=1000\nIOAccounting=yes", "")]
    [InlineData("StartupIOWeight=1000", "io.bfq.weight 100|io.weight default 100")]
    [InlineData("IODeviceWeight=/dev/sda 10000\nIODeviceWeight=/dev/sdb 50", "io.bfq.weight 8:0 1000|io.weight 8:0 10000|io.bfq.weight 8:16 50|io.weight 8:16 50")]
    [InlineData("IOReadBandwidthMax=/dev/sda 5M\nIOWriteIOPSMax=/dev/sda 1K\nIOReadIOPSMax=/dev/nothing 1", "io.max 8:0 rbps=5000000 wbps=max riops=max wiops=1000")]
    [InlineData("IOReadBandwidthMax=/dev/sda 5M\nIOReadBandwidthMax=", "io.max 8:0 rbps=max wbps=max riops=max wiops=max")]
    [InlineData("BlockIOReadBandwidth=/dev/sda 1M\nBlockIODeviceWeight=/dev/sda 10", "io.bfq.weight 8:0 2|io.weight 8:0 2|io.max 8:0 rbps=1000000 wbps=max riops=max wiops=max")]
    [InlineData("IODeviceLatencyTargetSec=/dev/sdc 25ms", "io.latency 8:32 target=25000")]
    [InlineData("OOMPolicy=kill\nIOWeight=7", "io.bfq.weight 7|io.weight default 7|memory.oom.group 1")]
    [InlineData("CPUWeight=0\nMemoryMax=0\nTasksMax=0\nCPUQuota=0%\nIOWeight=20000", "")]
    public void Settings_become_attributes(string settings, string expected)
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", $"[Service]\nExecStart=/bin/true\n{settings}\n");
        Assert.Equal(expected, Text(new(folder.Load("a.service"), []), s_machine));
    }

    [Theory]
    [InlineData("StartupCPUWeight=30\nCPUWeight=200", "cpu.weight 30", "cpu.weight 200")]
    [InlineData("StartupCPUShares=512\nCPUShares=2048", "cpu.weight 50", "cpu.weight 200")]
    [InlineData("StartupAllowedCPUs=0\nAllowedCPUs=0-3\nStartupAllowedMemoryNodes=1", "cpuset.cpus 0|cpuset.mems 1", "cpuset.cpus 0-3")]
    [InlineData("StartupIOWeight=40\nIOWeight=60", "io.bfq.weight 40|io.weight default 40", "io.bfq.weight 60|io.weight default 60")]
    [InlineData("StartupBlockIOWeight=250", "io.bfq.weight 50|io.weight default 50", "io.bfq.weight 100|io.weight default 100")]
    public void What_is_meant_for_the_startup_goes_with_it(string settings, string atStartup, string later)
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", $"[Service]\nExecStart=/bin/true\n{settings}\n");
        var group = new GroupSettings(folder.Load("a.service"), []);
        Assert.True(group.IsOtherAtStartup);
        Assert.Equal(atStartup, Text(group, s_machine with { IsStartingUp = true }));
        Assert.Equal(later, Text(group, s_machine));
    }

    [Fact]
    public void Slices_say_what_holds_for_those_below_them_that_say_nothing()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.slice", "[Slice]\nDefaultMemoryLow=1M\nDefaultMemoryMin=4K\nMemoryMax=1G\nTasksMax=10\nIPAddressDeny=any\nDisableControllers=cpu io\n")
            .File("lib/a-b.slice", "[Slice]\nDefaultMemoryLow=2M\nIPAddressAllow=localhost\nDelegate=yes\n")
            .File("lib/x.service", "[Service]\nExecStart=/bin/true\nMemoryMin=0\nCPUWeight=3\nIOWeight=3\nSlice=a-b.slice\nDelegate=cpuset\n");
        var (a, ab) = (folder.Load("a.slice"), folder.Load("a-b.slice"));
        var service = new GroupSettings(folder.Load("x.service"), [ab, a]);
        Assert.Equal("cpu.weight 3|io.bfq.weight 3|io.weight default 3|memory.min 0|memory.low 2097152|pids.max 4915",
            Text(service, s_machine with { DefaultTasksMax = new(1500, IsShare: true) }));
        Assert.Equal("memory.min 4096|memory.low 1048576", Text(new(ab, [a]), s_machine with { DefaultTasksMax = new(1500, IsShare: true) }));
        Assert.Equal("memory.max 1073741824|pids.max 10", Text(new(a, []), s_machine));
        Assert.Equal(Controllers.CpuSet | Controllers.Memory | Controllers.Pids, service.Needed);
        Assert.Equal(["0.0.0.0/0", "::/0"], service.Prefixes(n => n.Deny).Select(p => p.ToString()));
        Assert.Equal(["127.0.0.0/8", "::1/128"], service.Prefixes(n => n.Allow).Select(p => p.ToString()));
        folder.File("lib/-.slice", "[Slice]\nIPAddressAllow=10.0.0.1\nDefaultMemoryMin=7\nMemoryMax=1\n");
        var root = folder.Load("-.slice");
        Assert.Equal("memory.min 7", Text(new(folder.Load("x.service") with { Resources = null }, []) { Root = root }, s_machine));
        Assert.Equal(["127.0.0.0/8", "::1/128", "10.0.0.1/32"], (service with { Root = root }).Prefixes(n => n.Allow).Select(p => p.ToString()));
        Assert.Contains(ab.Diagnostics, d => d.Message == "Delegate= setting not supported for this unit type, ignoring.");
    }

    [Theory]
    [InlineData("", Controllers.Memory | Controllers.Pids)]
    [InlineData("MemoryAccounting=no\nTasksAccounting=no", Controllers.None)]
    [InlineData("MemoryAccounting=no\nMemoryMax=1G\nTasksAccounting=no\nTasksMax=infinity", Controllers.Memory)]
    [InlineData("MemoryAccounting=no\nTasksAccounting=no\nDelegate=yes", Controllers.Unified)]
    [InlineData("MemoryAccounting=no\nTasksAccounting=no\nDelegate=", Controllers.None)]
    [InlineData("MemoryAccounting=no\nTasksAccounting=no\nCPUQuota=1%\nAllowedCPUs=0\nBlockIOAccounting=yes", Controllers.Cpu | Controllers.CpuSet | Controllers.Io)]
    public void A_unit_needs_the_controllers_of_what_it_says(string settings, Controllers expected)
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", $"[Service]\nExecStart=/bin/true\n{settings}\n");
        Assert.Equal(expected, new GroupSettings(folder.Load("a.service"), []).Needed);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("PrivateDevices=yes", "Closed ")]
    [InlineData("PrivateDevices=yes\nDevicePolicy=strict", "Strict ")]
    [InlineData("DeviceAllow=/dev/sda r\nDeviceAllow=char-pts", "Auto /dev/sda r,char-pts rwm")]
    [InlineData("DeviceAllow=/dev/sda r\nDeviceAllow=", null)]
    [InlineData("ProtectClock=yes", null)]
    [InlineData("ProtectClock=yes\nPrivateDevices=yes", "Closed char-rtc r")]
    public void Devices_are_closed_by_what_implies_it(string settings, string? expected)
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", $"[Service]\nExecStart=/bin/true\n{settings}\n");
        var devices = new GroupSettings(folder.Load("a.service"), []).Devices;
        Assert.Equal(expected, devices is null ? null : $"{devices.Policy} {string.Join(',', devices.Allow.Select(d => $"{d.Device} {d.Rights}"))}");
    }
}
