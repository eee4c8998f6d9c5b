using System.Diagnostics.CodeAnalysis;

namespace Sereno.Tests.Sockets.Lab;

/// <param name="Make">Makes the specimen in a lab and waits until it is in its state.</param>
/// <param name="Options">The options with which iproute2's ss shows it.</param>
/// <param name="Row">What its line matches when runs of blanks are one; null where ss 6.1 can't show it.</param>
internal sealed record Recipe(Action<SocketLab> Make, string Options, [StringSyntax(StringSyntaxAttribute.Regex)] string? Row);

/// <summary>How each specimen is made, and how the real ss shows it. One file a family.</summary>
internal static partial class Recipes
{
    /// <summary>Those of one family, for tests of that family's options.</summary>
    public static IReadOnlyCollection<Specimen> Tcp => [.. s_tcpStates.Keys, .. s_tcpOptions.Keys];
    public static IReadOnlyCollection<Specimen> Owned => [.. s_owned.Keys];
    public static IReadOnlyCollection<Specimen> Udp => [.. s_udp.Keys];
    public static IReadOnlyCollection<Specimen> Raw => [.. s_raw.Keys];
    public static IReadOnlyCollection<Specimen> Unix => [.. s_unix.Keys];
    public static IReadOnlyCollection<Specimen> Packet => [.. s_packet.Keys];
    public static IReadOnlyCollection<Specimen> Netlink => [.. s_netlink.Keys];
    public static IReadOnlyCollection<Specimen> All => [.. Tcp, .. Owned, .. Udp, .. Raw, .. Unix, .. Packet, .. Netlink];

    public static Recipe Of(Specimen specimen) =>
        new[] { s_tcpStates, s_tcpOptions, s_owned, s_udp, s_raw, s_unix, s_packet, s_netlink }.First(family => family.ContainsKey(specimen))[specimen];
}
