using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>Ours against the installed ss (iproute2 6.1) and netstat (net-tools 2.10), in a network namespace with sockets of every kind.</summary>
public partial class DropInSpecs
{
    private static readonly Specimen[] s_all = Enum.GetValues<Specimen>();

    [Theory]
    [InlineData("-tan")]
    [InlineData("-uan")]
    [InlineData("-tuan")]
    [InlineData("-tanp")]
    [InlineData("-tane")]
    [InlineData("-tuanpeH")]
    [InlineData("-tln")]
    [InlineData("-tuln")]
    [InlineData("-tunlp")]
    [InlineData("-t")]
    [InlineData("-u")]
    [InlineData("-tua")]
    [InlineData("-tan4")]
    [InlineData("-tuan6")]
    [InlineData("-ta -4 -6")]
    [InlineData("-ta -6 -4")]
    [InlineData("--tcp --all --num --no-header")]
    [InlineData("--udp --listening --ext")]
    [InlineData("-tan state time-wait")]
    [InlineData("-tan exclude listening exclude time-wait")]
    [InlineData("-A tcp,udp -n --cgroup")]
    [InlineData("-f inet -tano")]
    public void Ss_prints_what_iproute2s_ss_prints_byte_for_byte(string options) => NetworkNamespace.Run(() =>
    {
        SkipUnless("ss", "-V", "iproute2-6.1");
        using var zoo = new SocketZoo();
        Array.ForEach(s_all, zoo.Add);
        AssertSame("ss", options, OurSs, WithoutTimes);
    });

    [Fact]
    public void The_sockets_compared_are_in_every_state_that_can_be_held() => NetworkNamespace.Run(() =>
    {
        using var zoo = new SocketZoo();
        Array.ForEach(s_all, zoo.Add);
        string shown = OurSs("-tuan").Output;
        Assert.All((string[])["ESTAB", "SYN-SENT", "FIN-WAIT-", "TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LISTEN", "[::ffff:127.0.0.1]:", "[::]:", "%lo:"],
            state => Assert.Contains(state, shown));
    });

    [Fact]
    public void Ss_prints_what_iproute2s_ss_prints_of_any_sockets() => Gen.Int[0, s_all.Length - 1].Array[0, 12].Sample(specimens => NetworkNamespace.Run(() =>
    {
        SkipUnless("ss", "-V", "iproute2-6.1");
        using var zoo = new SocketZoo();
        foreach (int specimen in specimens)
            zoo.Add(s_all[specimen]);
        foreach (string options in (string[])["-tuanpe", "-tn", "-lt"])
            AssertSame("ss", options, OurSs, WithoutTimes);
    }), iter: 8, threads: 1);

    [Theory]
    [InlineData("-tan")]
    [InlineData("-uan")]
    [InlineData("-tulpn")]
    [InlineData("-tn")]
    [InlineData("-un")]
    [InlineData("-tuanp")]
    [InlineData("-tuanW")]
    [InlineData("-tuan -4")]
    [InlineData("-tuan6")]
    [InlineData("-tua --numeric-hosts")]
    [InlineData("--tcp --listening --numeric --programs")]
    public void Netstat_prints_the_lines_that_net_tools_netstat_prints(string options) => NetworkNamespace.Run(() =>
    {
        SkipUnless("netstat", "--version", "net-tools 2.10");
        using var zoo = new SocketZoo();
        Array.ForEach(s_all, zoo.Add);
        AssertSame("netstat", options, OurNetstat, Sorted);
    });

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
        SkipUnless(program, "-V", "");
        var theirs = RunProgram(program, options);
        var ours = program == "ss" ? OurSs(options) : OurNetstat(options);
        Assert.Equal((theirs.ExitCode, FirstLine(theirs.Errors)), (ours.ExitCode, FirstLine(ours.Errors)));
    }

    private readonly record struct Outcome(int ExitCode, string Output, string Errors);

    // Sockets change between two listings (timers, a child of another test between fork and exec): one equal pair is proof.
    private static void AssertSame(string program, string options, Func<string, Outcome> ours, Func<string, string> normalize)
    {
        for (int attempt = 1; ; attempt++)
        {
            var expected = RunProgram(program, options);
            var actual = ours(options);
            string want = normalize(expected.Output), have = normalize(actual.Output);
            if (want == have || attempt == 5)
            {
                Assert.Equal(want, have);
                Assert.Equal((expected.ExitCode, expected.Errors), (actual.ExitCode, actual.Errors));
                return;
            }
        }
    }

    private static Outcome OurSs(string options)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        int exit = SsVerb.Run(options.Split(' '), output, errors, terminalWidth: null);
        return new(exit, Encoding.UTF8.GetString(output.ToArray()), errors.ToString());
    }

    private static Outcome OurNetstat(string options)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        int exit = NetstatVerb.Run(options.Split(' '), output, errors);
        return new(exit, Encoding.UTF8.GetString(output.ToArray()), errors.ToString());
    }

    private static Outcome RunProgram(string program, string options)
    {
        using var process = Process.Start(new ProcessStartInfo(program, options) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result);
    }

    private static void SkipUnless(string program, string versionOption, string version)
    {
        string found = "";
        try
        {
            found = RunProgram(program, versionOption).Output;
        }
        catch (System.ComponentModel.Win32Exception) { } // not installed
        Assert.SkipUnless(found.Length > 0 && found.Contains(version), $"{program} of {version} isn't here");
    }

    private static string WithoutTimes(string text) => Timer().Replace(text, "timer:($1,,");

    private static string Sorted(string text)
    {
        string[] lines = text.Split('\n');
        return string.Join('\n', [.. lines.Take(2), .. lines.Skip(2).Order(StringComparer.Ordinal)]);
    }

    private static string FirstLine(string text) => text.Split('\n')[0];

    [GeneratedRegex(@"timer:\((\w+),[^,]*,")]
    private static partial Regex Timer();
}
