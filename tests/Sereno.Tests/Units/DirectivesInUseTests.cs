using System.Runtime.CompilerServices;
using Sereno.Units.Check;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>The directives that Debian's packages use (Data/directives.tsv): each is enforced, emulated, or ignored for a reason that is told.</summary>
public class DirectivesInUseTests
{
    private static IEnumerable<(string Section, string Key, string Types)> Used([CallerFilePath] string here = "") =>
        File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "Data", "directives.tsv")).Skip(1).Select(l => l.Split('\t'))
            .Select(f => (f[1].Split("].")[0][1..], f[1].Split("].")[1], f[5]));

    [Fact]
    public void Each_directive_in_use_has_an_answer_and_what_does_not_hold_a_reason()
    {
        var wrong = new List<string>();
        int count = 0;
        foreach (var (section, key, types) in Used())
        {
            string type = section is "Unit" or "Install" ? types.Split(':')[0] : section.ToLowerInvariant();
            using var folder = new UnitFolder();
            folder.File($"etc/a.{type}", $"[{section}]\n{key}=\n");
            var report = UnitCheck.Run(folder.Load($"a.{type}"), new CheckHost());
            var answer = report.Directives.SingleOrDefault(d => d.Key == key);
            count++;
            if (answer is null || answer.Reason is "unknown" or "unknown section" || (answer.Support != Support.Enforced && string.IsNullOrWhiteSpace(answer.Reason)))
                wrong.Add($"[{section}] {key}: {answer?.Support} {answer?.Reason}");
        }
        Assert.Equal(214, count);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }
}
