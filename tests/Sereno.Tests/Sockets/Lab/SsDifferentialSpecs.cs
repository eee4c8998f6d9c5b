using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>Ours prints what the installed ss (iproute2 6.1) prints, byte for byte, of sockets of every kind.</summary>
public class SsDifferentialSpecs
{
    /// <summary>A family of specimens, and options with which ss shows it.</summary>
    [Theory]
    [MemberData(nameof(SsCases.Held), MemberType = typeof(SsCases))]
    public void Ss_prints_what_iproute2s_ss_prints(string arguments) => On(Recipes.All, () => Differential.SsSays(arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.Wanted), MemberType = typeof(SsCases))]
    public void Ss_prints_what_iproute2s_ss_prints_also_of(string arguments) => On(Recipes.All, () => Differential.SsSays(arguments));

    [Theory]
    [MemberData(nameof(SsCases.HeldAtWidths), MemberType = typeof(SsCases))]
    public void A_terminal_is_filled_as_iproute2s_ss_fills_it(int width, string arguments) => On(StillOnes, () => Differential.SsSays(arguments, width));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.WantedAtWidths), MemberType = typeof(SsCases))]
    public void A_terminal_is_filled_as_iproute2s_ss_fills_it_also_with(int width, string arguments) => On(StillOnes, () => Differential.SsSays(arguments, width));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.Wanted), MemberType = typeof(SsCases))]
    public void What_is_compared_stands_still(string arguments) => On(Recipes.All, () => Differential.StandsStill("ss", arguments));

    [Theory(Explicit = true)]
    [MemberData(nameof(SsCases.WantedAtWidths), MemberType = typeof(SsCases))]
    public void What_fills_a_terminal_stands_still(int width, string arguments) => On(StillOnes, () => Differential.StandsStill("ss", arguments, width));

    // Without timers that change their number of digits, and with them the layout.
    private static IEnumerable<Specimen> StillOnes => Recipes.All.Where(s => s is not (Specimen.SynSentV4 or Specimen.SynSentV6 or Specimen.SynReceivedV4
        or Specimen.SynReceivedV6 or Specimen.SynReceivedDeferred or Specimen.ListenOverflowing or Specimen.FinWait1Orphaned or Specimen.FinWait2Orphaned
        or Specimen.LastAckOrphaned));

    internal static void On(IEnumerable<Specimen> specimens, Action compare) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(specimens);
        compare();
    });
}
