using CsCheck;
using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>Ours prints what the installed ss (iproute2 6.1) prints, byte for byte, of sockets of every kind.</summary>
/// <remarks>The explicit theories prove of what is compared that only ours can make it differ: the real ss is compared with itself.</remarks>
public class SsDifferentialSpecs(SharedLab lab) : IClassFixture<SharedLab>
{
    [Theory]
    [MemberData(nameof(SsCases.Held), MemberType = typeof(SsCases))]
    public void Ss_prints_what_iproute2s_ss_prints(string arguments) => lab.RunAmongAll(() => Differential.SsSays(arguments));

    [Theory]
    [MemberData(nameof(SsCases.HeldAtWidths), MemberType = typeof(SsCases))]
    public void A_terminal_is_filled_as_iproute2s_ss_fills_it(int width, string arguments) =>
        lab.RunAmongStill(() => Differential.SsSays(arguments, width));

    [Fact]
    public void Ss_prints_what_iproute2s_ss_prints_of_any_sockets() =>
        Gen.OneOf([.. Recipes.All.Select(Gen.Const)]).Array[0, 12].Sample(specimens => NetworkNamespace.Run(() =>
        {
            using var few = new SocketLab();
            few.Add(specimens);
            foreach (string arguments in (string[])["-tuanpe", "-tn", "-lt"])
                Differential.SsSays(arguments);
        }), iter: 8, threads: 1);

    /// <summary>Twice the same sockets, since who kills them takes them away from the other.</summary>
    [Theory]
    [InlineData("-K -tan sport = :22")]
    [InlineData("-K -tan state listening src 127.0.0.1")]
    [InlineData("-K -uan")]
    [InlineData("-K -tan src 192.0.2.1")]
    public void Ss_kills_the_sockets_that_iproute2s_ss_kills(string arguments)
    {
        Outcome[] outcomes = [.. new[] { (string[] a) => Differential.Run("ss", a), a => Differential.OurSs(a) }.Select(kill =>
        {
            Outcome outcome = default;
            NetworkNamespace.Run(() =>
            {
                using var few = new SocketLab();
                few.Add([Specimen.ListenV4, Specimen.ListenAnyV4, Specimen.ListenV6, Specimen.UdpV4, Specimen.UdpLoopbackV4]);
                outcome = kill(Differential.Split(arguments));
                outcome = outcome with { Output = Differential.Settled(outcome.Output + Differential.Run("ss", ["-tuanH"]).Output) };
            });
            return outcome;
        })];
        Assert.Equal(outcomes[0], outcomes[1]);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.Held), MemberType = typeof(SsCases))]
    public void What_is_compared_stands_still(string arguments) => lab.RunAmongAll(() => Differential.StandsStill("ss", arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.HeldAtWidths), MemberType = typeof(SsCases))]
    public void What_fills_a_terminal_stands_still(int width, string arguments) =>
        lab.RunAmongStill(() => Differential.StandsStill("ss", arguments, width));
}
