using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sereno.Tests.Sockets;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>docs/servers.md and docs/servers.es.md: their commands run in their order, and say what the page says.</summary>
[Collection(Live.Name)]
public sealed partial class ServersGuideSpecs
{
    /// <summary>The slow server's, instead of three: long enough for everything to be looked at meanwhile.</summary>
    private const int Slow = 6;

    [Theory]
    [InlineData("servers.md", "C.UTF-8")]
    [InlineData("servers.es.md", "es_ES.UTF-8")]
    public void Every_command_of_the_guide_shows_what_the_guide_shows(string page, string locale) => NetworkNamespace.Run(() =>
    {
        using var sereno = new LiveInstance(folder =>
        {
            foreach (string file in Directory.GetFiles($"{Live.Repository}/examples/servers"))
                File.WriteAllText($"{folder}/units/{Path.GetFileName(file)}", File.ReadAllText(file).Replace("--slow 3s", $"--slow {Slow}s"));
            Directory.CreateDirectory($"{folder}/units/servers.target.wants");
            foreach (string file in Directory.GetFiles($"{folder}/units", "*.socket"))
                File.CreateSymbolicLink($"{folder}/units/servers.target.wants/{Path.GetFileName(file)}", file);
        }, "servers.target", through: ["env", $"SERENO={Live.Executable}"]);
        var background = new List<(Process Process, List<string> Said, string[] Expected)>();
        try
        {
            string said = "";
            string[] asked = [];
            foreach (var (kind, lines) in Blocks(page))
                switch (kind)
                {
                    case "sh" when lines[^1].EndsWith('&'):
                        var process = Start(sereno, locale, "exec " + lines[^1].TrimEnd('&', ' '));
                        process.StandardInput.Close();
                        background.Add((process, [process.StandardOutput.ReadLine()!], [])); // all are connected
                        break;
                    case "end":
                        background[^1] = background[^1] with { Expected = lines };
                        break;
                    case "sh":
                        said = Type(sereno, locale, lines);
                        Assert.DoesNotContain("sereno: ", said);
                        asked = lines;
                        break;
                    case "text":
                        // A reader looks again where a process is only just starting.
                        if (asked.Length > 0 && asked.All(a => Question().IsMatch(a)))
                            Live.Eventually(() => Missing(lines, said) is null || Missing(lines, said = Type(sereno, locale, asked)) is null, () => Missing(lines, said)!, seconds: 2);
                        Compare(lines, said.Split('\n'));
                        break;
                }
            Assert.Equal(2, background.Count);
            var slowest = new List<double>();
            foreach (var (process, first, expected) in background)
            {
                string[] all = [.. first, .. process.StandardOutput.ReadToEnd().Split('\n')];
                Assert.True(process.WaitForExit(20_000));
                Compare(expected, all);
                slowest.Add(double.Parse(LastTime().Match(all.Last(l => l.Length > 0)).Groups[1].Value, CultureInfo.InvariantCulture));
            }
            // One after the other, or all at once.
            Assert.True(slowest[0] >= 3 * Slow, $"dedicated took {slowest[0]} s");
            Assert.InRange(slowest[1], Slow, 2 * Slow);
        }
        finally
        {
            foreach (var (process, _, _) in background)
            {
                if (!process.HasExited)
                    process.Kill();
                process.Dispose();
            }
        }
    });

    [Fact]
    public void Both_pages_have_the_same_commands() =>
        Assert.Equal(Blocks("servers.md").Where(b => b.Kind is "sh" or "ini").SelectMany(b => b.Lines), Blocks("servers.es.md").Where(b => b.Kind is "sh" or "ini").SelectMany(b => b.Lines));

    [Fact]
    public void What_the_page_shows_of_units_is_in_the_examples()
    {
        var units = Directory.GetFiles($"{Live.Repository}/examples/servers", "time-dedicated*").SelectMany(File.ReadAllLines).ToHashSet();
        Assert.All(Blocks("servers.md").Where(b => b.Kind == "ini").SelectMany(b => b.Lines), line => Assert.Contains(line, units));
    }

    private static string Type(LiveInstance sereno, string locale, string[] commands)
    {
        using var run = Start(sereno, locale, string.Join('\n', commands));
        run.StandardInput.Close();
        var errors = run.StandardError.ReadToEndAsync();
        string said = run.StandardOutput.ReadToEnd() + errors.Result;
        Assert.True(run.WaitForExit(20_000));
        return said;
    }

    /// <summary>Each line of the page begins a line of what was said, but for times, numbers and widths.</summary>
    private static void Compare(string[] expected, string[] said)
    {
        string all = string.Join('\n', said);
        if (Missing(expected, all) is { } line)
            Assert.Fail($"nothing is said like\n{line}\nbut\n{all}");
    }

    private static string? Missing(string[] expected, string said)
    {
        string[] shapes = [.. said.Split('\n').Select(Shape)];
        return expected.FirstOrDefault(line => !shapes.Any(s => s.StartsWith(Shape(line), StringComparison.Ordinal)));
    }

    private static string Shape(string line)
    {
        // Who is served and who waits is what the page is about: these numbers count.
        if (line.Contains("1 in service") || line.Contains("1 en servicio") || line.Contains("3 in service") || line.Contains("3 en servicio"))
            return Bracket().Replace(line, "()").Trim();
        // Who holds the other end is known where it could be looked at in time.
        if (line.Contains(" destination ") || line.Contains(" destino "))
            line = Holder().Replace(line, "");
        return Blanks().Replace(PortClass().Replace(Number().Replace(line, "N"), "C"), " ").Trim();
    }

    private static Process Start(LiveInstance sereno, string locale, string script) => Command.Start("/bin/sh", "-c",
        $"cd {Live.Repository}; export LC_ALL={locale}; PATH={Path.GetDirectoryName(Live.Executable)}:$PATH\n{script.Replace("/tmp/servers", sereno.Folder)}");

    private static List<(string Kind, string[] Lines)> Blocks(string page)
    {
        var blocks = new List<(string, string[])>();
        string? kind = null;
        var lines = new List<string>();
        foreach (string line in File.ReadLines($"{Live.Repository}/docs/{page}"))
            if (!line.StartsWith("```", StringComparison.Ordinal))
                lines.Add(line);
            else if (kind is null)
            {
                kind = line[3..];
                lines.Clear();
            }
            else
            {
                blocks.Add((kind, [.. lines]));
                kind = null;
            }
        return blocks;
    }

    [GeneratedRegex("[0-9]+([.][0-9]+)?(us|ms|s\\b)?")]
    private static partial Regex Number();

    [GeneratedRegex("\\b(de )?(system|user|dynamic|sistema|usuario|dinámico)\\b")]
    private static partial Regex PortClass();

    [GeneratedRegex(" +[^ ]+ \\([0-9]+\\).*$")]
    private static partial Regex Holder();

    [GeneratedRegex("\\(.*?\\)")]
    private static partial Regex Bracket();

    [GeneratedRegex("\\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex("^sereno( --dir [^ ]+)? (status|list-units|ports|ss|is-active) ")]
    private static partial Regex Question();

    [GeneratedRegex(" ([0-9.]+)s$")]
    private static partial Regex LastTime();
}
