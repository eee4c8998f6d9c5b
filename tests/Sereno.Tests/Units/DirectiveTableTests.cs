using System.Diagnostics;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

public class DirectiveTableTests
{
    private const string Systemd = "/lib/systemd/systemd";

    [Fact]
    public void Every_directive_that_systemd_knows_is_known()
    {
        Assert.SkipUnless(File.Exists(Systemd), "systemd is not installed");
        string[] lines = [.. Oracle.Run(Systemd, ["--dump-configuration-items"]).Output.Select(l => l.Trim())];
        using var folder = new UnitFolder();
        string section = "";
        foreach (string line in lines)
            if (line.StartsWith('['))
                section = line[1..^1];
            else if (line.IndexOf('=') is > 0 and var equals)
            {
                string name = section is "Unit" or "Install" ? "a.target" : $"a.{section.ToLowerInvariant()}";
                folder.File("etc/" + name, $"[{section}]\n{line[..equals]}=\n");
                Assert.DoesNotContain(folder.Load(name).Diagnostics, d => d.Message.StartsWith("Unknown", StringComparison.Ordinal));
            }
    }

    [Fact]
    public void Ten_thousand_units_with_drop_ins_and_links_are_scanned_and_loaded_in_seconds()
    {
        using var folder = new UnitFolder();
        for (int i = 0; i < 10_000; i++)
            folder.File($"lib/u{i}.service", $"[Unit]\nAfter=u{i + 1}.service\n[Service]\nExecStart=/bin/true\n");
        for (int i = 0; i < 1_000; i++)
            folder.File($"etc/u{i}.service.d/x.conf", "[Unit]\nDescription=x\n").Link($"etc/m.target.wants/u{i}.service", $"../../lib/u{i}.service").Link($"etc/v{i}.service", $"../lib/u{i}.service");
        var clock = Stopwatch.StartNew();
        var loader = folder.Loader();
        for (int i = 0; i < 10_000; i++)
            Assert.Equal(LoadState.Loaded, loader.Load(UnitName.Parse($"u{i}.service")).LoadState);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        TestContext.Current.SendDiagnosticMessage($"10,000 units: {clock.Elapsed.TotalSeconds:F2} s");
    }
}
