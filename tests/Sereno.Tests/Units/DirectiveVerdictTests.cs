using Xunit;

namespace Sereno.Tests.Units;

/// <summary>Every directive of every section, given values of all kinds: the same ones are accepted, ignored with a warning, or refused as by systemd.</summary>
public class DirectiveVerdictTests
{
    private const string Systemd = "/lib/systemd/systemd";

    private static readonly string[] s_values =
    [
        "", "yes", "maybe", "0", "1", "-1", "07", "08", "1.5", "99999999999999999999", "infinity", "5s", "5 min 3", "10%", "50.5%", "1K", "2G 3M", "relative/path", "/absolute//path/", "/a/../b",
        "-/optional", "name", "two words", "a:b", "a:b:c", "'open", "%n", "%Z", "a.service", "b@.service", "bad!name", "none", "SIGTERM", "CAP_SYS_ADMIN", "~CAP_KILL", "@system-service", "AF_INET", "notify",
        "always", "mixed", "journal", "null", "10.0.0.0/8", "*:80", "/run/x.sock", "0755", "0999", "auto", "best-effort", "idle", "ro", "A=b", "=x", "!yes", "|x", "\\x20",
    ];

    [Fact]
    public void Each_directive_judges_values_as_systemd_does()
    {
        Assert.SkipUnless(Oracle.HasAnalyze && File.Exists(Systemd), Oracle.Missing);
        var differences = new List<string>();
        string section = "";
        foreach (string line in Oracle.Run(Systemd, ["--dump-configuration-items"]).Output.Select(l => l.Trim()))
            if (line.StartsWith('['))
                section = line[1..^1];
            else if (line.IndexOf('=') is > 0 and var equals)
            {
                string key = line[..equals], name = section is "Unit" or "Install" ? "a.target" : $"a.{section.ToLowerInvariant()}";
                differences.AddRange(Judge(section, key, name));
            }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    private static IEnumerable<string> Judge(string section, string key, string name)
    {
        // Each value in a file of its own where one may end the reading; all in one where none did.
        var lines = s_values.Select(v => $"{key}={v}");
        foreach (string difference in Verdicts.Compare($"[{section}]\n{string.Join("\n", lines)}\n", name).Where(d => d.Contains($"{name}:")))
            yield return $"[{section}] {key}: {difference}";
    }
}
