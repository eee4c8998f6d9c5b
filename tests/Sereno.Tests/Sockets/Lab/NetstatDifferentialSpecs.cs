using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>Ours prints what the installed netstat (net-tools 2.10) prints, byte for byte, of sockets of every kind.</summary>
public class NetstatDifferentialSpecs
{
    [Fact]
    public void Netstat_prints_what_net_tools_netstat_prints() =>
        SsDifferentialSpecs.On(Recipes.All, () => Assert.All(NetstatCases.OfSockets, Differential.NetstatSays));

    [Fact]
    public void Netstat_prints_tables_in_net_tools_order() =>
        SsDifferentialSpecs.On(Recipes.All, () => Assert.All(NetstatCases.InOrder, Differential.NetstatSaysInOrder));

    [Fact(Explicit = true)]
    public void What_is_compared_stands_still() =>
        SsDifferentialSpecs.On(Recipes.All, () => Assert.All(NetstatCases.OfSockets, arguments => Differential.StandsStill("netstat", arguments)));
}
