using System.Text;
using Sereno.Tests.Sockets.Lab;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>The whole of ss: every option against the installed one on one set of sockets, and what can't be compared by a table.</summary>
public class SsSpecs
{
    // Ours has its own words for help and version, and options of newer versions.
    private static readonly string[] s_ownWords = ["-V", "-h", "-tanQ", "-Q -tan", "-tan --no-queues"];

    [Fact]
    public void Every_option_and_filter_says_what_iproute2s_ss_says() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Recipes.All);
        var failures = new StringBuilder();
        foreach (string arguments in SsCases.Wanted.Select(row => row.Data).Except(s_ownWords))
            Try(arguments, null, failures);
        Assert.True(failures.Length == 0, failures.ToString());
    });

    [Fact]
    public void Terminals_of_every_width_are_filled_the_same() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(SsDifferentialSpecs.StillOnes);
        var failures = new StringBuilder();
        foreach (var (width, arguments) in SsCases.WantedAtWidths.Select(row => row.Data))
            if (!s_ownWords.Contains(arguments))
                Try(arguments, width, failures);
        Assert.True(failures.Length == 0, failures.ToString());
    });

    private static void Try(string arguments, int? width, StringBuilder failures)
    {
        try
        {
            Differential.SsSays(arguments, width);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            failures.Append($"ss {arguments} ({width}): {e.Message}\n");
        }
    }
}
