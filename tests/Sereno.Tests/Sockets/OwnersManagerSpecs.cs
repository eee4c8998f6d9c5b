using Sereno.Sockets;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>A socket unit's listener is held by the manager too, and before the service by nobody else: whose is it then?</summary>
public class OwnersManagerSpecs
{
    private const int Manager = 1, UserManager = 700, Service = 900;
    private const uint Listener = 5000;

    private static readonly SocketRecord s_record = new() { Protocol = SocketProtocol.Tcp, State = TcpState.Listen, Inode = Listener };

    [Fact]
    public void It_is_the_services_as_soon_as_the_service_has_it()
    {
        Assert.Equal("web.service", UnitOf(s_record, Manager, Service));
        Assert.Equal("web.service", UnitOf(s_record, Service, UserManager + 1000)); // a manager that started later
    }

    [Fact]
    public void Before_that_it_is_the_units_in_whose_cgroup_it_was_made()
    {
        Assert.Equal("web.socket", UnitOf(s_record with { CgroupId = 77 }, Manager));
        Assert.Equal("web.socket", UnitOf(s_record with { CgroupId = 77 }, Manager, UserManager));
    }

    [Fact]
    public void Made_in_the_managers_own_cgroup_it_is_the_managers()
    {
        Assert.Equal("init.scope", UnitOf(s_record, Manager));
        Assert.Equal("init.scope", UnitOf(s_record with { CgroupId = 1 }, Manager));
    }

    [Fact]
    public void A_process_without_a_unit_takes_it_from_no_other_unit() =>
        Assert.Equal("init.scope", UnitOf(s_record with { CgroupId = 77 }, Manager, 12345));

    [Fact]
    public void The_holders_are_all_told_in_any_case()
    {
        var owner = Table(s_record with { CgroupId = 77 }, Manager).OwnerOf(s_record with { CgroupId = 77 });
        Assert.Equal((OwnerKind.Exact, "web.socket", Manager), (owner.Kind, owner.Unit, Assert.Single(owner.Holders).Pid));
    }

    private static string? UnitOf(SocketRecord record, params int[] holders) => Table(record, holders).UnitOf(record);

    private static SocketTable Table(SocketRecord record, params int[] holders)
    {
        var builder = new OwnerIndexBuilder();
        foreach (int pid in holders)
        {
            builder.BeginProcess(pid, [.. "x"u8]);
            builder.Add(3, Listener);
        }
        return new([record], builder.Build(OwnerMethod.Proc, byThread: false), new Units());
    }

    private sealed class Units : IUnitResolver
    {
        public string? UnitOf(int pid) => pid switch { Manager or UserManager or UserManager + 1000 => "init.scope", Service => "web.service", _ => null };

        public string? UnitOfCgroup(ulong cgroupId) => cgroupId switch { 1 => "init.scope", 77 => "web.socket", _ => null };

        public bool IsManager(int pid) => UnitOf(pid) == "init.scope";
    }
}
