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
        "always", "mixed", "journal", "null", "65536", "4294967296", "-2147483649", "18446744073709551616", "1e3", "0x10", "+5", "1:2", "100%", "101%", "10.0.0.0/8", "*:80", "/run/x.sock", "0755", "0999", "auto", "best-effort", "idle", "ro", "A=b", "=x", "!yes", "|x", "\\x20",
    ];

    /// <summary>Sections whose every directive is read here; what they share with [Service] is judged there.</summary>
    private static readonly string[] s_sections = ["Unit", "Install", "Automount", "Timer", "Path", "Socket", "Service", "Mount", "Swap", "Slice", "Scope"];

    /// <summary>What nothing here acts upon, and no package sets: a value is not looked at, or said to be wrong in other words.</summary>
    private static readonly string[] s_unjudged =
    [
        "MountImages", "ExtensionImages", "RootImageOptions", "RootHash", "RootHashSignature", "RootVerity", "USBFunctionStrings", "USBFunctionDescriptors",
        "LogNamespace", "CoredumpFilter", "RestrictFileSystems", "SmackProcessLabel", "SELinuxContext", "AppArmorProfile", "PAMName", "Sockets",
        "ExecSearchPath", "TimerSlackNSec", "LimitNICE", "ConfigurationDirectory", "StateDirectory", "RuntimeDirectory", "CacheDirectory", "LogsDirectory",
    ];

    [Fact]
    public void Each_directive_judges_values_as_systemd_does()
    {
        Assert.SkipUnless(Oracle.HasAnalyze && File.Exists(Systemd), Oracle.Missing);
        var items = new List<(string Section, string Key)>();
        string section = "";
        foreach (string line in Oracle.Run(Systemd, ["--dump-configuration-items"]).Output.Select(l => l.Trim()))
            if (line.StartsWith('['))
                section = line[1..^1];
            else if (line.IndexOf('=') is > 0 and var equals)
                items.Add((section, line[..equals]));
        var shared = items.Where(i => i.Section == "Service").Select(i => i.Key).ToHashSet();
        var judged = items.Where(i => s_sections.Contains(i.Section) && (i.Section is not ("Socket" or "Mount" or "Swap" or "Slice" or "Scope") || !shared.Contains(i.Key)) && !s_unjudged.Contains(i.Key)).ToList();
        Assert.True(judged.Count > 150, $"only {judged.Count} directives");
        var differences = judged.SelectMany(i => Judge(i.Section, i.Key)).ToList();
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    private static IEnumerable<string> Judge(string section, string key)
    {
        string name = section is "Unit" or "Install" ? "a.target" : $"a.{section.ToLowerInvariant()}";
        string text = $"[{section}]\n{string.Join("\n", s_values.Select(v => $"{key}={v}"))}\n";
        return Verdicts.Compare(text, name).Where(d => char.IsAsciiDigit(d[Math.Min(d.Length - 1, d.IndexOf($"{name}:", StringComparison.Ordinal) + name.Length + 1)]))
            .Where(d => (section, key) is not ("Socket", "Service") and not ("Automount" or "Mount", "Where") and not ("Swap", "What")).Select(d => $"[{section}] {key}: {d}");
    }
}
