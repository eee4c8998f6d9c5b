using System.Diagnostics;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>What Tab offers, asked of the program and of real shells.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-tab-").FullName;

    public CompletionTests()
    {
        Directory.CreateDirectory($"{_folder}/units");
        foreach (string name in (string[])["my@one.service", "my@.service", @"dev-a\x2db.service", "other.service", "a:b.service", "some.target", "web.socket"])
            File.WriteAllText($"{_folder}/units/{name}", "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("start status", "sta")]
    [InlineData("--no-block", "start", "--no-")]
    [InlineData("isolate ignore-dependencies ignore-requirements", "start", "--job-mode", "i")]
    [InlineData("--job-mode=fail --job-mode=flush", "start", "--job-mode=f")]
    [InlineData("main", "kill", "--signal=HUP", "--kill-whom", "m")]
    [InlineData("HUP", "kill", "-s", "H")]
    [InlineData("service socket swap slice scope", "list-units", "-t", "s")]
    [InlineData("enabled enabled-runtime", "list-unit-files", "--state", "en")]
    [InlineData("close-wait closing closed", "sockets", "--state", "clos")]
    [InlineData("--no-queues --no-header", "ss", "--no-")]
    [InlineData("timespan timestamp", "man", "times")]
    [InlineData("en es", "--lang", "e")]
    [InlineData(":folders", "--dir", "")]
    [InlineData(":files", "check", "./x")]
    [InlineData(":files", "link", "")]
    [InlineData(":commands", "run", "--wait", "l")]
    [InlineData(":files", "run", "ls", "-")]
    [InlineData("", "nonsense", "")]
    [InlineData("", "start", "--", "--no-")]
    [InlineData("bash zsh fish", "completion", "")]
    [InlineData("", "completion", "bash", "")]
    public void Words_that_may_follow(string expected, params string[] words) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), Complete(words).Select(c => c.Split('\t')[0]).Order());

    [Fact]
    public void Units_are_those_of_the_place_that_the_line_names_and_suit_the_verb()
    {
        string[] at = ["--dir", $"{_folder}/none", $"--unit-path={_folder}/units"];
        Assert.Equal([@"dev-a\x2db.service"], Complete([.. at, "cat", "dev-"]));
        Assert.Equal(["my@.service", "my@one.service"], Complete([.. at, "enable", "my@"]));
        Assert.Equal(["my@one.service"], Complete([.. at, "start", "my@"]));
        Assert.Empty(Complete([.. at, "stop", "my@"]));
        Assert.Equal(["some.target"], Complete([.. at, "set-default", "so"]));
        Assert.Equal(["web.socket"], Complete([.. at, "connect", ""]));
        Assert.Equal([":files"], Complete([.. at, "connect", "/run/"]));
    }

    [Fact]
    public void Every_verb_of_the_help_is_offered_with_its_sentence()
    {
        string[] offered = Complete([""]);
        Assert.Contains("start\tStart (activate) units", offered);
        string help = SerenoProcess.Run("--lang", "en", "--help").Output;
        var listed = help[(help.IndexOf("Verbs:\n", StringComparison.Ordinal) + 7)..help.IndexOf("\n\nOptions:", StringComparison.Ordinal)].Split('\n').Select(l => l.Trim().Split(' ')[0]);
        Assert.Equal(listed, offered.Select(o => o.Split('\t')[0]));
        Assert.DoesNotContain("complete", listed);
    }

    [Theory]
    [InlineData("sereno --dir none --unit-path units cat my@o", "--dir none --unit-path units cat my@one.service")]
    [InlineData("sereno --dir none --unit-path units cat dev-", @"--dir none --unit-path units cat dev-a\x2db.service")]
    [InlineData("sereno --dir none --unit-path units cat a:", "--dir none --unit-path units cat a:b.service")]
    [InlineData("sereno start --job-mode=iso", "start --job-mode=isolate")]
    [InlineData("sereno check ./units/oth", "check ./units/other.service")]
    [InlineData("sereno daemon-r", "daemon-reload")]
    public void Bash_and_zsh_complete_the_line_at_a_terminal(string line, string expected)
    {
        Assert.Equal(expected, AtTerminal("bash", "bash --norc --noprofile -i", "source <(sereno completion bash); bind 'set enable-bracketed-paste off'", line));
        if (Find("zsh"))
            Assert.Equal(expected, AtTerminal("zsh", "zsh -f -i", $"autoload -Uz compinit; compinit -u -d {_folder}/dump; unsetopt ZLE_BRACKETED_PASTE 2>/dev/null; source <(sereno completion zsh)", line));
    }

    [Fact]
    public void Fish_has_the_candidates()
    {
        Assert.SkipUnless(Find("fish"), "fish isn't installed");
        string Ask(string line) => Shell("fish", "--no-config", "-c", "sereno completion fish | source; complete -C \"$argv\"", line);
        Assert.Equal("my@one.service\n", Ask("sereno --dir none --unit-path units cat my@o"));
        Assert.Equal("--job-mode=isolate\n", Ask("sereno start --job-mode=iso"));
        Assert.Equal("daemon-reload\tRead all unit files again\n", Ask("sereno daemon-r"));
        Assert.Equal("./units/other.service\n", Ask("sereno check ./units/oth"));
    }

    private static bool Find(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists($"{p}/{program}"));

    private static string[] Complete(string[] words)
    {
        var (status, output, errors) = SerenoProcess.Run(["complete", "--", .. words]);
        Assert.Equal((0, ""), (status, errors));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A line and a Tab; "sereno" answers the script in earnest and otherwise prints what it was given.</summary>
    private string AtTerminal(string shell, string command, string setup, string line)
    {
        WriteStandIn();
        using var process = Start("script", "-qec", $"stty -echo; {command}", "/dev/null");
        var seen = new System.Text.StringBuilder();
        void Send(string keys)
        {
            process.StandardInput.Write(keys);
            process.StandardInput.Flush();
        }
        void Await(string mark)
        {
            var buffer = new char[1024];
            for (int from = seen.Length; !seen.ToString(from, seen.Length - from).Contains(mark, StringComparison.Ordinal);)
            {
                var read = process.StandardOutput.ReadAsync(buffer, 0, buffer.Length);
                Assert.True(read.Wait(30_000) && read.Result > 0, $"{shell} stopped at:\n{seen}");
                seen.Append(buffer, 0, read.Result);
            }
        }
        try
        {
            Send($"{setup}; PS1=; PS2=; echo re''ady\n");
            Await("ready");
            Send(line + "\t");
            // What the shell has not written of the line it completes: the file that the stand-in leaves behind says that it has asked.
            Live.Live.Eventually(() => File.Exists($"{_folder}/asked") || line.Contains("./", StringComparison.Ordinal), () => $"{shell} asks; it said:\n{seen}");
            Send("\n");
            Live.Live.Eventually(() => File.Exists($"{_folder}/given"), () => $"{shell} runs the line; it said:\n{seen}");
            return File.ReadAllText($"{_folder}/given").TrimEnd('\n');
        }
        finally
        {
            File.Delete($"{_folder}/asked");
            File.Delete($"{_folder}/given");
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    private string Shell(string program, params string[] arguments)
    {
        WriteStandIn();
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private void WriteStandIn()
    {
        Directory.CreateDirectory($"{_folder}/bin");
        File.WriteAllText($"{_folder}/bin/sereno", $"""
            #!/bin/sh
            case $1 in
                complete) '{SerenoProcess.Executable}' "$@"; : > '{_folder}/asked' ;;
                completion) exec '{SerenoProcess.Executable}' "$@" ;;
                *) echo "$*" > '{_folder}/.given'; mv '{_folder}/.given' '{_folder}/given' ;;
            esac

            """);
        File.SetUnixFileMode($"{_folder}/bin/sereno", (UnixFileMode)0b111_101_101);
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        start.Environment["PATH"] = $"{_folder}/bin:{start.Environment["PATH"]}";
        start.Environment["TERM"] = "dumb";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["HOME"] = _folder;
        return Process.Start(start)!;
    }
}
