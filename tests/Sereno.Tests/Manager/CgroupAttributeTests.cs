using Sereno.Manager.Resources;
using Sereno.Tests.Units;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>From unit files to the files of cgroup v2.</summary>
public class CgroupAttributeTests
{
    [Theory]
    [InlineData("CPUWeight=250", "cpu.weight 250")]
    [InlineData("CPUWeight=idle", "cpu.idle 1")]
    [InlineData("CPUShares=512", "cpu.weight 50")]
    [InlineData("CPUShares=512\nCPUWeight=30", "cpu.weight 30")]
    [InlineData("CPUQuota=20%", "cpu.max 20000 100000")]
    [InlineData("CPUQuota=150%\nCPUQuotaPeriodSec=10ms", "cpu.max 15000 10000")]
    [InlineData("CPUQuota=0.5%\nCPUQuotaPeriodSec=10ms", "cpu.max 1000 200000")]
    [InlineData("AllowedCPUs=0-2 4\nAllowedCPUs=3,8", "cpuset.cpus 0-4,8")]
    [InlineData("MemoryMax=1G\nMemoryHigh=50%\nMemorySwapMax=0", "memory.high 4294967296|memory.max 1073741824|memory.swap.max 0")]
    [InlineData("MemoryLimit=1M", "memory.max 1048576")]
    [InlineData("MemoryMax=infinity\nMemoryMin=8K", "memory.min 8192|memory.max max")]
    [InlineData("TasksMax=10%", "pids.max 3276")]
    [InlineData("TasksMax=infinity", "pids.max max")]
    [InlineData("BlockIOWeight=1000", "io.weight default 200")]
    [InlineData("OOMPolicy=kill\nIOWeight=7", "memory.oom.group 1|io.weight default 7")]
    [InlineData("CPUWeight=0\nMemoryMax=0\nTasksMax=0\nCPUQuota=x\nIOWeight=20000", "")]
    public void Settings_become_attributes(string settings, string expected)
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", $"[Service]\nExecStart=/bin/true\n{settings}\n");
        var service = folder.Load("a.service").Service!;
        Assert.Equal(expected, string.Join('|', CgroupAttributes.Of(service, 8UL << 30, 32_768).Select(a => $"{a.Name} {a.Value}")));
    }
}
