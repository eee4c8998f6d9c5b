using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>Ours prints what the installed netstat (net-tools 2.10) prints, byte for byte, of sockets of every kind.</summary>
public class NetstatDifferentialSpecs
{
    [Theory]
    [MemberData(nameof(NetstatCases.Held), MemberType = typeof(NetstatCases))]
    public void Netstat_prints_what_net_tools_netstat_prints(string arguments) =>
        SsDifferentialSpecs.On(Recipes.All, () => Differential.NetstatSays(arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(NetstatCases.Wanted), MemberType = typeof(NetstatCases))]
    public void Netstat_prints_what_net_tools_netstat_prints_also_of(string arguments) =>
        SsDifferentialSpecs.On(Recipes.All, () => Differential.NetstatSays(arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(NetstatCases.Wanted), MemberType = typeof(NetstatCases))]
    public void What_is_compared_stands_still(string arguments) => SsDifferentialSpecs.On(Recipes.All, () => Differential.StandsStill("netstat", arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(NetstatCases.WantedInOrder), MemberType = typeof(NetstatCases))]
    public void What_has_an_order_stands_still(string arguments) =>
        SsDifferentialSpecs.On(Recipes.All, () => Differential.StandsStill("netstat", arguments, inOrder: true));

    [Theory(Explicit = true)]
    [MemberData(nameof(NetstatCases.WantedInOrder), MemberType = typeof(NetstatCases))]
    public void Netstat_prints_tables_in_net_tools_order_also_of(string arguments) =>
        SsDifferentialSpecs.On(Recipes.All, () => Differential.NetstatSaysInOrder(arguments));
}
