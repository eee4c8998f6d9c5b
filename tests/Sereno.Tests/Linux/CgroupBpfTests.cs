using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Linux;

/// <summary>Programs at a cgroup are replaced by name, and go when told to.</summary>
public class CgroupBpfTests
{
    [Theory]
    [InlineData(CgroupHook.Ingress)]
    [InlineData(CgroupHook.Egress)]
    [InlineData(CgroupHook.Bind4)]
    [InlineData(CgroupHook.Bind6)]
    [InlineData(CgroupHook.Device)]
    public void There_is_one_of_each_name(CgroupHook hook)
    {
        var own = Cgroup.Writable(out string why);
        Assert.SkipUnless(own is not null && Self.HasCapability(libc.CAP_SYS_ADMIN), $"needs CAP_SYS_ADMIN and a control group: {why}");
        var cgroup = own.Create($"sereno-bpf-{Self.Pid}-{hook}");
        try
        {
            using var group = cgroup.Open();
            for (int i = 0; i < 3; i++)
                Assert.Equal(0, Put("one"));
            Assert.Equal(0, Put("two"));
            Assert.Equal((1, 1), (Count("one"), Count("two")));
            Assert.Equal(0, CgroupBpf.Replace(group, hook, "one", null));
            Assert.Equal((0, 1), (Count("one"), Count("two")));

            int Put(string name)
            {
                using var program = CgroupBpf.TryLoad(hook, new BpfCode().Return(1), name, out int errno);
                Assert.True(program is not null, Errno.Text(errno));
                return CgroupBpf.Replace(group, hook, name, program);
            }

            int Count(string name)
            {
                var found = CgroupBpf.Find(group, hook, name);
                found.ForEach(f => f.Dispose());
                return found.Count;
            }
        }
        finally
        {
            cgroup.Remove();
        }
    }

    [Fact]
    public void A_counter_is_found_through_the_program_that_uses_it()
    {
        Assert.SkipUnless(Self.HasCapability(libc.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
        using var map = BpfMap.TryCreateCounters(2, "counter", out int errno);
        Assert.True(map is not null, Errno.Text(errno));
        using var program = CgroupBpf.TryLoad(CgroupHook.Ingress, new BpfCode().LoadMap(1, map).Return(1), "counts", out errno);
        Assert.True(program is not null, Errno.Text(errno));
        using var found = BpfMap.FindOf(program, "counter");
        Assert.NotNull(found);
        Assert.Equal(0ul, BpfMap.ReadCounter(found, 1));
        Assert.Null(BpfMap.FindOf(program, "other"));
    }
}
