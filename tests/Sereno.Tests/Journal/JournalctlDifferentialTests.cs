using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>What journalctl prints of a file, we print: each byte of it, and its exit code.</summary>
public sealed class JournalctlDifferentialTests : IClassFixture<JournalctlDifferentialTests.Files>
{
    /// <summary>The same entries in files of several kinds.</summary>
    public sealed class Files : IDisposable
    {
        private readonly JournalScratch _scratch = new();

        public Files()
        {
            var sample = new JournalSample(seed: 1, count: 700, boots: 3);
            sample.Write(_scratch, "compact.journal", JournalScratch.Options with { CompressFrom = 512 });
            sample.Write(_scratch, "plain.journal", JournalScratch.Options with { IsCompact = false, IsKeyed = false });
            new JournalSample(seed: 2, count: 150, boots: 1).Write(_scratch, "other.journal", JournalScratch.Options);
            if (JournalSample.Remote is not null)
                sample.WriteByRemote(Path("remote.journal"));
        }

        public string Folder => _scratch.Path;

        public string Path(string name) => $"{_scratch.Path}/{name}";

        public void Dispose() => _scratch.Dispose();
    }

    private static readonly string[] s_modes =
        ["short", "short-full", "short-iso", "short-iso-precise", "short-precise", "short-monotonic", "short-delta", "short-unix", "verbose", "export", "cat", "with-unit"];

    private readonly Files _files;

    public JournalctlDifferentialTests(Files files)
    {
        _files = files;
        Assert.SkipWhen(!File.Exists("/usr/bin/journalctl"), "journalctl is not installed");
    }

    public static TheoryData<string> Modes => [.. s_modes];

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_mode_prints_the_same(string mode)
    {
        foreach (string file in (string[])["compact.journal", "plain.journal"])
            foreach (string more in (string[])["", "-a", "--utc", "--no-hostname", "--no-full", "--output-fields=MESSAGE", "-x"])
                Same(file, [], ["-o", mode, .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_mode_prints_the_same_of_a_file_of_systemds(string mode)
    {
        Assert.SkipWhen(JournalSample.Remote is null, "systemd-journal-remote is not installed");
        Same("remote.journal", [], "-o", mode);
        Same("remote.journal", [], "-o", mode, "-a", "-r");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Colours_and_links_are_the_same(string mode)
    {
        Same("compact.journal", [("SYSTEMD_COLORS", "1"), ("SYSTEMD_URLIFY", null)], "-o", mode);
        Same("compact.journal", [("SYSTEMD_COLORS", "16"), ("SYSTEMD_URLIFY", null)], "-o", mode, "-a", "-n", "300");
        Same("compact.journal", [("SYSTEMD_COLORS", "256"), ("SYSTEMD_URLIFY", null)], "-o", mode, "-g", "unit 3|word1|red", "-x");
    }

    [Theory]
    [InlineData("json")]
    [InlineData("json-pretty")]
    [InlineData("json-sse")]
    [InlineData("json-seq")]
    public void Objects_have_the_same_members(string mode)
    {
        foreach (string more in (string[])["-q", "-a", "--output-fields=MESSAGE,MULTI"])
        {
            var (real, ours) = (Real("compact.journal", [], "-o", mode, more), Ours("compact.journal", [], "-o", mode, more));
            // journalctl's are in the order of a hash table of its own.
            Assert.Equal(Sorted(real.Output), Sorted(ours.Output));
        }

        static List<string> Sorted(string text) => [.. Regex.Split(text, "\n(?=\\}?\u001e?(?:data: )?\\{?)").Select(l => l.TrimEnd(',')).Select(l => l.Contains("{\"")
            ? l[..l.IndexOf('{')] + string.Join(',', Regex.Split(l[(l.IndexOf('{') + 1)..^1], ",(?=\")").Order(StringComparer.Ordinal)) : l).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData("-n 5")]
    [InlineData("-n")]
    [InlineData("-n 0")]
    [InlineData("-r -n 20")]
    [InlineData("-n5 --show-cursor")]
    [InlineData("-u unit3")]
    [InlineData("-u unit[12]* -p err")]
    [InlineData("-u nosuch")]
    [InlineData("-u nosuch*")]
    [InlineData("-u system.slice -n 30")]
    [InlineData("--user-unit app1.service")]
    [InlineData("-t prog1 -t prog2")]
    [InlineData("-p 2..3")]
    [InlineData("-p 9")]
    [InlineData("--facility=3,auth")]
    [InlineData("--facility=nosuch")]
    [InlineData("_PID=1001 + _PID=1002 PRIORITY=6")]
    [InlineData("_PID=1001 _PID=1002 _UID=1 + UNIT=unit3.service")]
    [InlineData("+")]
    [InlineData("/nonexistent")]
    [InlineData("/usr/bin/env")]
    [InlineData("-k -b 0")]
    [InlineData("-b")]
    [InlineData("-b -1")]
    [InlineData("-b 1")]
    [InlineData("-b +2")]
    [InlineData("-b 7")]
    [InlineData("-b -9")]
    [InlineData("-b all -n 4")]
    [InlineData("-b 0123456789abcdef0123456789abcdef")]
    [InlineData("--list-boots")]
    [InlineData("--list-boots -r -q")]
    [InlineData("--list-boots -o json")]
    [InlineData("--list-boots -o json-pretty")]
    [InlineData("-F _SYSTEMD_UNIT")]
    [InlineData("-F MESSAGE -n 7")]
    [InlineData("-F __CURSOR")]
    [InlineData("-N")]
    [InlineData("--header")]
    [InlineData("--disk-usage")]
    [InlineData("-g line")]
    [InlineData("-g word10[0-9]")]
    [InlineData("-g word1 -n 5")]
    [InlineData("-g Word1")]
    [InlineData("-g Word1 --case-sensitive=no")]
    [InlineData("-g ^line\\s\\d+[[:space:]]of -n 20")]
    [InlineData("-g nothing -q")]
    [InlineData("-g nothing")]
    [InlineData("-g of.unit.1:.*word77")]
    [InlineData("--cursor-file=/nonexistent/cursor -n 0")]
    [InlineData("--cursor-file=/ -n 1")]
    [InlineData("-g ende?$")]
    [InlineData("--since @1700000000.5")]
    [InlineData("--until @1700000000.9 -r -n 5")]
    [InlineData("--since @1700000000.5 --until @1700000000.7")]
    [InlineData("--since @2 --until @1")]
    [InlineData("--since nonsense")]
    [InlineData("--cursor nonsense")]
    [InlineData("--cursor t=60a2418200000 -n 3")]
    [InlineData("--after-cursor t=60a2418200000")]
    [InlineData("-r --cursor t=60a2418200000")]
    [InlineData("-o nonsense")]
    [InlineData("-o help")]
    [InlineData("--facility=help")]
    [InlineData("-e -q")]
    [InlineData("-f -r")]
    [InlineData("-b -m")]
    [InlineData("-D / -n 1")]
    [InlineData("--lines=x")]
    public void Options_choose_the_same(string arguments) => Same("compact.journal", [], arguments.Split(' '));

    /// <summary>So many entries that don't match that all messages are searched; where boots change is told all the same.</summary>
    [Fact]
    public void A_rare_word_in_many_boots_is_found()
    {
        using var scratch = new JournalScratch();
        new JournalSample(seed: 3, count: 6000, boots: 6).Write(scratch, "boots.journal", JournalScratch.Options with { CompressFrom = 512 });
        foreach (string more in (string[])["-g line.5[0-9]77", "-g line.5[0-9]77 -r", "-g LINE.5[0-9]77 -u unit1", "-g line.5977 -u unit1 -u unit2 -u unit3 -u unit4 -u unit5 -u unit0",
            "-g line.31[0-9]*.of -q -n 3", "-g line.4[0-9]*.of.unit.3 --until @1700000012", "-g surely-nothing", "-g line.5[0-9]77 -b -1"])
            Compare("boots", [], ["--file", $"{scratch.Path}/boots.journal", .. more.Split(' ').Select(w => w.Replace('.', ' ').Replace("boots journal", "boots.journal"))]);
    }

    [Fact]
    public void A_file_may_come_from_standard_input()
    {
        foreach (string program in (string[])["journalctl", $"{SerenoProcess.Executable} logs"])
            Assert.Equal(Real("compact.journal", [], "-n", "3"), Run("/bin/sh", [], ["-c", $"{program} --file - -n 3 < {_files.Path("compact.journal")}"]));
    }

    /// <summary>What is no journal is told of, once of each kind, and isn't in the way.</summary>
    [Fact]
    public void Files_that_are_none_are_told_of()
    {
        using var scratch = new JournalScratch();
        File.WriteAllBytes($"{scratch.Path}/system.journal", []);
        File.WriteAllBytes($"{scratch.Path}/system@1.journal~", []);
        Compare("empty files", [], ["-q", "-D", scratch.Path]);
        File.Delete($"{scratch.Path}/system@1.journal~");
        File.WriteAllText($"{scratch.Path}/system.journal", new string('x', 5000));
        Compare("a file of garbage", [], ["-D", scratch.Path]);
    }

    [Fact]
    public void A_wrong_number_is_no_unit()
    {
        Assert.Equal((1, "", "Failed to parse lines 'five'\n"), Ours("compact.journal", [], "-n", "five"));
        Assert.Equal((1, "", "Failed to parse boot descriptor 'nonsense'\n"), Ours("compact.journal", [], "-b", "nonsense"));
        Assert.Equal(Ours("compact.journal", [], "-n", "10", "-u", "unit3"), Ours("compact.journal", [], "-n", "unit3"));
    }

    /// <summary>On a terminal of script(1): what the pager is given, and what it is told.</summary>
    [Theory]
    [InlineData("cat -n", "0", "-n 5")]
    [InlineData("cat -n", "0", "-n 5 -p err")]
    [InlineData("cat -n", "0", "--list-boots")]
    [InlineData("cat -n", "0", "-n 5 --no-pager")]
    [InlineData("head -n 1", "0", "-n 200")]
    [InlineData("cat", "1", "-n 5 --no-full")]
    [InlineData("env", "1", "-n 5 -e")]
    public void A_terminal_gets_a_pager(string pager, string secure, string arguments)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/script"), "script(1) is not installed");
        (string, string?)[] environment = [("SYSTEMD_PAGER", pager), ("SYSTEMD_PAGERSECURE", secure), ("TERM", "xterm"), ("SYSTEMD_COLORS", null), ("SYSTEMD_URLIFY", null)];
        Assert.Equal(OnTerminal("journalctl"), OnTerminal($"{SerenoProcess.Executable} logs"));

        List<string> OnTerminal(string program) =>
            [.. Run("/usr/bin/script", environment, ["-qec", $"stty cols 70; exec {program} --file {_files.Path("compact.journal")} {arguments}", "/dev/null"]).Output.Split('\n')
                .Where(l => pager != "env" || l.StartsWith("LESS", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void Many_files_are_one_journal()
    {
        foreach (string more in (string[])["", "-r", "-n 40", "-u unit1 -n 100", "-o short-monotonic -g word3"])
            Compare($"{_files.Folder}/nothing", [], ["-D", _files.Folder, .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
    }

    [Fact]
    public void Zones_are_the_machines()
    {
        foreach (string zone in (string[])["America/New_York", "Asia/Kolkata", "UTC"])
            foreach (string mode in (string[])["short-full", "short-iso", "verbose"])
                Same("compact.journal", [("TZ", zone)], "-n", "20", "-o", mode);
    }

    [Fact]
    public void A_cursor_file_is_read_and_written()
    {
        string[] files = [_files.Path("cursor.real"), _files.Path("cursor.ours")];
        for (int i = 0; i < 3; i++)
        {
            var real = Real("compact.journal", [], "--cursor-file", files[0], "--until", $"@1700000000.{i + 2}");
            var ours = Ours("compact.journal", [], "--cursor-file", files[1], "--until", $"@1700000000.{i + 2}");
            Assert.Equal(real, ours);
            Assert.Equal(File.ReadAllText(files[0]), File.ReadAllText(files[1]));
        }
    }

    private void Same(string file, (string, string?)[] environment, params string[] arguments) => Compare(_files.Path(file), environment, ["--file", _files.Path(file), .. arguments]);

    private static void Compare(string what, (string, string?)[] environment, string[] arguments)
    {
        var (real, ours) = (Run("journalctl", environment, arguments), Run(SerenoProcess.Executable, environment, ["logs", .. arguments]));
        Assert.True(real == ours, $"{string.Join(' ', arguments)} of {what}\n{First(real.ToString(), ours.ToString())}");
    }

    private static string First(string a, string b)
    {
        int at = a.Zip(b).TakeWhile(p => p.First == p.Second).Count(), from = Math.Max(0, at - 60);
        return $"journalctl: {a[from..Math.Min(a.Length, at + 200)]}\nsereno: {b[from..Math.Min(b.Length, at + 200)]}";
    }

    private (int Status, string Output, string Errors) Real(string file, (string, string?)[] environment, params string[] arguments) =>
        Run("journalctl", environment, ["--file", _files.Path(file), .. arguments]);

    private (int Status, string Output, string Errors) Ours(string file, (string, string?)[] environment, params string[] arguments) =>
        Run(SerenoProcess.Executable, environment, ["logs", "--file", _files.Path(file), .. arguments]);

    private static (int Status, string Output, string Errors) Run(string program, (string Name, string? Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.Latin1,
        };
        (start.Environment["LC_ALL"], start.Environment["TZ"], start.Environment["SYSTEMD_COLORS"], start.Environment["SYSTEMD_URLIFY"]) = ("C.UTF-8", "UTC", "0", "0");
        foreach (var (name, value) in environment)
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
