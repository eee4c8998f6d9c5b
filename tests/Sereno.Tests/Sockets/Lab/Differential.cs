using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Sereno.Sockets.Diag;
using Sereno.Tests.Verbs;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>What a program left behind.</summary>
internal readonly record struct Outcome(int ExitCode, string Output, string Errors);

/// <summary>Ours against the program that it stands in for, on the same sockets.</summary>
internal static partial class Differential
{
    /// <summary>Sockets change between two listings: one equal pair is proof.</summary>
    private const int Attempts = 8;

    public static void SsSays(string arguments, int? width = null)
    {
        SkipUnless("ss", "-V", "iproute2-6.1");
        string[] split = Split(arguments);
        // The threads that we look with would be listed among those of this process, which holds the sockets.
        bool threads = split.Any(a => a == "--threads" || (a is ['-', not '-', ..] && a.Contains('T')));
        AssertSame(() => Process("ss", split), () => threads ? Process(SerenoProcess.Executable, ["ss", .. split]) : OurSs(split, width), Settled);

        Outcome Process(string program, string[] words) => width is int w ? Terminal.Run(program, words, w) : Run(program, words);
    }

    public static void NetstatSays(string arguments)
    {
        SkipUnless("netstat", "--version", "net-tools 2.10");
        string[] split = Split(arguments);
        AssertSame(() => Run("netstat", split), () => OurNetstat(split), Settled);
    }

    /// <summary>Byte for byte with the same order too: of what isn't a list of sockets.</summary>
    public static void NetstatSaysInOrder(string arguments)
    {
        SkipUnless("netstat", "--version", "net-tools 2.10");
        string[] split = Split(arguments);
        AssertSame(() => Run("netstat", split), () => OurNetstat(split), text => text);
    }

    /// <summary>That the real program, asked twice, says the same: what differs from ours is then ours.</summary>
    public static void StandsStill(string program, string arguments, int? width = null, bool inOrder = false)
    {
        string[] split = Split(arguments);
        Outcome Ask() => width is int w ? Terminal.Run(program, split, w) : Run(program, split);
        AssertSame(Ask, Ask, inOrder ? text => text : Settled);
    }

    public static Outcome OurSs(string[] arguments, int? width = null, ProcFiles? files = null)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        int exit = SsVerb.Run(arguments, output, errors, width, files);
        return new(exit, Encoding.UTF8.GetString(output.ToArray()), errors.ToString());
    }

    public static Outcome OurNetstat(string[] arguments)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        int exit = NetstatVerb.Run(arguments, output, errors);
        return new(exit, Encoding.UTF8.GetString(output.ToArray()), errors.ToString());
    }

    public static Outcome Run(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = new Timer(_ => process.Kill(), null, TimeSpan.FromSeconds(30), Timeout.InfiniteTimeSpan);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result);
    }

    /// <summary>What the text says when nothing in it moves: rows in one order, clocks stopped.</summary>
    /// <remarks>
    /// Rows come in the order of the kernel's hash tables. A row is a line and the lines after it that begin with a blank: the
    /// second line of -i and -m, and what a narrow terminal broke. A line that begins with a column's name stays where it is.
    /// </remarks>
    public static string Settled(string text)
    {
        string stopped = Moving().Replace(text, match => match.Groups["keep"].Value);
        if (stopped != text)
            stopped = Trimmed(stopped); // the last column is filled up to its longest cell, whose clock has other digits
        var settled = new StringBuilder(text.Length);
        foreach (var section in Sections(Rows(stopped)))
            settled.AppendJoin("", section.Order(StringComparer.Ordinal));
        return settled.ToString();
    }

    public static string Trimmed(string text) => BlanksAtEnd().Replace(text, "");

    public static string[] Split(string arguments) => arguments.Length == 0 ? [] : arguments.Split(' ');

    private static void AssertSame(Func<Outcome> theirs, Func<Outcome> ours, Func<string, string> settle)
    {
        for (int attempt = 1; ; attempt++)
        {
            var want = Settle(theirs(), settle);
            var have = Settle(ours(), settle);
            if (want == have)
                return;
            Assert.Equal((want.Errors, want.ExitCode), (have.Errors, have.ExitCode));
            if (attempt == Attempts)
                Assert.Equal(want.Output, have.Output);
            Thread.Sleep(30 * attempt);
        }
    }

    // The page that follows a refusal is each program's own.
    private static Outcome Settle(Outcome outcome, Func<string, string> settle) =>
        outcome with { Output = settle(outcome.Output), Errors = UsagePage().Replace(outcome.Errors, "Usage:") };

    private static IEnumerable<string> Rows(string text)
    {
        int begin = 0;
        for (int end = text.IndexOf('\n'); end >= 0; end = text.IndexOf('\n', end + 1))
            if (end + 1 == text.Length || text[end + 1] is not (' ' or '\t'))
            {
                yield return text[begin..(end + 1)];
                begin = end + 1;
            }
        if (begin < text.Length)
            yield return text[begin..];
    }

    private static IEnumerable<List<string>> Sections(IEnumerable<string> rows)
    {
        List<string> section = [];
        foreach (string row in rows)
            if (Header().IsMatch(row))
            {
                yield return section;
                yield return [row];
                section = [];
            }
            else
                section.Add(row);
        yield return section;
    }

    public static void SkipUnless(string program, string versionOption, string version)
    {
        string found = "";
        try
        {
            found = Run(program, [versionOption]).Output;
        }
        catch (System.ComponentModel.Win32Exception) { } // not installed
        Assert.SkipUnless(found.Contains(version), $"{program} of {version} isn't here");
    }

    // Timers count down; "last" times, busy times and the share that they are of each other count up, and ss leaves them out at zero; who
    // asks by netlink has a socket of its own for that: ss by its name, ours by a number, since the specimen has this process's. With -n
    // they can't be told apart, and all of protocol 4 (sock_diag) go. Of -s, what the kernel counts over all network namespaces.
    [GeneratedRegex(@"(?<keep>timer:\(\w+,)[^,)]*| (lastsnd|lastrcv|lastack):\d+| (busy|rwnd_limited|sndbuf_limited):\d+ms(\([\d.]+%\))?|(?<keep>^(Total|TCP): +)\d+|(?<keep> closed )\d+(?<keep>, orphaned )\d+|^.* (tcpdiag:(ss/\d+|-\d+)|4:-?\d+) .*\n([ \t].*\n)*|(?<keep>(off|on|keepalive|timewait|probe) \()[\d.]+", RegexOptions.Multiline)]
    private static partial Regex Moving();

    [GeneratedRegex(@"^Usage: (.|\n)*", RegexOptions.Multiline)]
    private static partial Regex UsagePage();

    [GeneratedRegex(@"[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex BlanksAtEnd();

    [GeneratedRegex(@"^(Netid|State|Recv-Q|Active|Proto|Kernel|Iface|IPv6|Interface|Destination|-{5}) ?")]
    private static partial Regex Header();
}
