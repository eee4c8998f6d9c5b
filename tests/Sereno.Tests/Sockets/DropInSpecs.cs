using Sereno.Tests.Sockets.Lab;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>Command lines of ss (iproute2 6.1) and netstat (net-tools 2.10) that can't be.</summary>
public class DropInSpecs
{
    [Theory]
    [InlineData("ss", "--bogus")]
    [InlineData("ss", "-k")]
    [InlineData("ss", "--tcp=1")]
    [InlineData("ss", "--n")]
    [InlineData("ss", "-f")]
    [InlineData("ss", "--family")]
    [InlineData("netstat", "--bogus")]
    [InlineData("netstat", "--num")]
    [InlineData("netstat", "-k")]
    public void A_command_line_that_cant_be_is_refused_in_the_same_words_and_exit_code(string program, string options)
    {
        Differential.SkipUnless(program, "-V", "");
        string[] arguments = Differential.Split(options);
        var theirs = Differential.Run(program, arguments);
        var ours = program == "ss" ? Differential.OurSs(arguments) : Differential.OurNetstat(arguments);
        Assert.Equal((theirs.ExitCode, FirstLine(theirs.Errors)), (ours.ExitCode, FirstLine(ours.Errors)));
    }

    private static string FirstLine(string text) => text.Split('\n')[0];
}
