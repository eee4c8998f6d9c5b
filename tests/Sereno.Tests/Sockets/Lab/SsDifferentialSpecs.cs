using CsCheck;
using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>Ours prints what the installed ss (iproute2 6.1) prints, byte for byte, of sockets of every kind.</summary>
/// <remarks>Explicit theories say what is wanted and not there yet, and prove of what is compared that only ours can make it differ.</remarks>
public class SsDifferentialSpecs(SharedLab lab) : IClassFixture<SharedLab>
{
    [Theory]
    [MemberData(nameof(SsCases.Held), MemberType = typeof(SsCases))]
    public void Ss_prints_what_iproute2s_ss_prints(string arguments) => lab.RunAmongAll(() => Differential.SsSays(arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.Wanted), MemberType = typeof(SsCases))]
    public void Ss_prints_what_iproute2s_ss_prints_also_of(string arguments) => lab.RunAmongAll(() => Differential.SsSays(arguments));

    [Theory]
    [MemberData(nameof(SsCases.HeldAtWidths), MemberType = typeof(SsCases))]
    public void A_terminal_is_filled_as_iproute2s_ss_fills_it(int width, string arguments) =>
        lab.RunAmongStill(() => Differential.SsSays(arguments, width));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.WantedAtWidths), MemberType = typeof(SsCases))]
    public void A_terminal_is_filled_as_iproute2s_ss_fills_it_also_with(int width, string arguments) =>
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

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.Held), MemberType = typeof(SsCases))]
    [MemberData(nameof(SsCases.Wanted), MemberType = typeof(SsCases))]
    public void What_is_compared_stands_still(string arguments) => lab.RunAmongAll(() => Differential.StandsStill("ss", arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.HeldAtWidths), MemberType = typeof(SsCases))]
    [MemberData(nameof(SsCases.WantedAtWidths), MemberType = typeof(SsCases))]
    public void What_fills_a_terminal_stands_still(int width, string arguments) =>
        lab.RunAmongStill(() => Differential.StandsStill("ss", arguments, width));
}
