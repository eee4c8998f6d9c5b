using System.CommandLine;
using Sereno.Texts;
using Sereno.Units.Check;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Verbs;

/// <summary>check: what would hold of a unit here, without starting it and without a manager.</summary>
public static class CheckVerb
{
    public static Command Build()
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var output = Help.Output();
        var command = Help.Command("check", "sereno check redis-server", "sereno check ./my.service -o json");
        command.Add(units);
        command.Add(output);
        command.SetAction(r =>
        {
            var instance = GlobalOptions.Instance(r);
            var paths = GlobalOptions.UnitPaths(r);
            var reports = r.GetValue(units)!.Select(name => Report(instance, paths, name)).ToList();
            if (r.GetValue(output) == "json")
                WriteJson(reports);
            else
                foreach (var report in reports)
                    Write(report);
            return reports.Any(p => p.Diagnostics.Any(d => d.Severity == Severity.Error)) ? 1 : 0;
        });
        return command;
    }

    /// <summary>A path checks that file, with its folder first on the search path, and a template an instance of it (systemd-analyze(1), verify).</summary>
    private static UnitReport Report(Instance instance, UnitPaths paths, string name)
    {
        if (name.Contains('/'))
        {
            string file = Path.GetFullPath(name);
            paths = paths with { Search = [Path.GetDirectoryName(file)!, .. paths.Search] };
            name = Path.GetFileName(file);
        }
        var loader = new StandardUnits(new UnitLoader(paths, instance.Specifiers), instance.IsSystem);
        var unit = UnitName.Parse(GlobalOptions.UnitName(name));
        if (unit.IsTemplate)
            unit = unit.WithInstance("test-instance");
        var report = UnitCheck.Run(loader.Load(unit), new CheckHost(), loader);
        // What can't be started by itself has been said; otherwise what others say to it.
        return report.Diagnostics.Any(d => d.Severity == Severity.Error) ? report
            : report with { Diagnostics = [.. report.Diagnostics, .. TrialStart.Of(report.Unit.Name, loader, instance)] };
    }

    private static void Write(UnitReport report)
    {
        var text = Text.Current;
        foreach (var diagnostic in report.Diagnostics)
            StandardStreams.Errors.WriteLine(Columns.Paint(diagnostic.ToString(), diagnostic.Severity == Severity.Error ? Columns.Colour.Red : Columns.Colour.Yellow));
        var table = new Columns(text.Column("DIRECTIVE"), text.Column("HERE"), text.Column("WHERE"), text.Column("REASON"));
        foreach (var directive in report.Directives)
            table.Add(directive.Support switch { Support.Enforced => Columns.Colour.None, Support.Emulated => Columns.Colour.Yellow, _ => Columns.Colour.Grey },
                $"[{directive.Section}] {directive.Key}={Short(directive.Value)}", text.Support(directive.Support.ToString()),
                $"{directive.File}:{directive.Line}", text.CheckReason(directive.Reason ?? ""));
        foreach (string line in table.Lines())
            StandardStreams.Text.WriteLine(line);
        int Count(Support support) => report.Directives.Count(d => d.Support == support);
        StandardStreams.Text.WriteLine($"{report.Unit.Name}: {text.CheckSummary(Count(Support.Enforced), Count(Support.Emulated), Count(Support.Ignored))}");
    }

    private static string Short(string value) => value.Length <= 40 ? value : value[..39] + "…";

    private static void WriteJson(List<UnitReport> reports) => ListVerbs.Json(reports, (json, report) =>
    {
        json.WriteString("unit", report.Unit.Name.Full);
        json.WriteStartArray("diagnostics");
        foreach (var d in report.Diagnostics)
        {
            json.WriteStartObject();
            json.WriteString("severity", d.Severity == Severity.Error ? "error" : "warning");
            json.WriteString("file", d.File);
            json.WriteNumber("line", d.Line);
            json.WriteString("message", d.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("directives");
        foreach (var d in report.Directives)
        {
            json.WriteStartObject();
            json.WriteString("section", d.Section);
            json.WriteString("key", d.Key);
            json.WriteString("value", d.Value);
            json.WriteString("support", d.Support.ToString().ToLowerInvariant());
            json.WriteString("reason", d.Reason);
            json.WriteString("file", d.File);
            json.WriteNumber("line", d.Line);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
