using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>What the other tests compare with: each specimen is in the state that it is named for, by the real ss's word.</summary>
public partial class SpecimenSpecs
{
    public static TheoryData<string> Names { get; } = [.. Enum.GetNames<Specimen>()];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_specimen_is_in_its_state(string name) => NetworkNamespace.Run(() =>
    {
        var specimen = Enum.Parse<Specimen>(name);
        var recipe = Recipes.Of(specimen);
        using var lab = new SocketLab();
        string before = Show(recipe.Options);
        lab.Add(specimen);
        string shown = Show(recipe.Options);
        if (recipe.Row is null)
            Assert.Equal(before, shown);
        else
            Assert.True(Regex.IsMatch(shown, recipe.Row, RegexOptions.Multiline), $"{recipe.Row} isn't in\n{shown}");
    });

    [Fact]
    public void All_specimens_live_together() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Recipes.All);
        lab.Add(Recipes.All);
        string shown = Show("-tuwxan");
        Assert.All((string[])["LISTEN", "SYN-SENT", "SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT", "UNCONN"],
            state => Assert.True(Regex.Count(shown, $" {state} ") >= 2, state));
    });

    /// <summary>The state that no version of ss before 6.9 can show: by its port being taken and by nobody answering there.</summary>
    [Fact]
    public void A_bound_inactive_socket_takes_its_port_without_listening() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Specimen.BoundInactiveV4);
        int other = lab.Tcp("127.0.0.1");
        Assert.NotEqual(25, SocketLab.Port(SocketLab.Bind(other, "127.0.0.1", 25)));
        var refused = Assert.Throws<LabException>(() => SocketLab.Connect(lab.Tcp("127.0.0.1"), "127.0.0.1", 25));
        Assert.Equal(111, refused.Errno); // ECONNREFUSED
    });

    private static string Show(string options)
    {
        using var ss = Process.Start(new ProcessStartInfo("ss", options) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = ss.StandardOutput.ReadToEnd();
        ss.WaitForExit();
        return Blanks().Replace(output, " ");
    }

    // Of a row and its continuation lines, one line.
    [GeneratedRegex("\n?[ \t]+")]
    private static partial Regex Blanks();
}
