using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>Ours prints what the installed netstat (net-tools 2.10) prints, byte for byte, of sockets of every kind.</summary>
public class NetstatDifferentialSpecs(SharedLab lab) : IClassFixture<SharedLab>
{
    [Theory]
    [MemberData(nameof(NetstatCases.OfSockets), MemberType = typeof(NetstatCases))]
    public void Netstat_prints_what_net_tools_netstat_prints(string arguments) => lab.RunAmongAll(() => Differential.NetstatSays(arguments));

    [Theory]
    [MemberData(nameof(NetstatCases.InOrder), MemberType = typeof(NetstatCases))]
    public void Netstat_prints_tables_in_net_tools_order(string arguments) => lab.RunAmongAll(() => Differential.NetstatSaysInOrder(arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(NetstatCases.OfSockets), MemberType = typeof(NetstatCases))]
    public void What_is_compared_stands_still(string arguments) => lab.RunAmongAll(() => Differential.StandsStill("netstat", arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(NetstatCases.InOrder), MemberType = typeof(NetstatCases))]
    public void What_has_an_order_stands_still(string arguments) =>
        lab.RunAmongAll(() => Differential.StandsStill("netstat", arguments, inOrder: true));
}
