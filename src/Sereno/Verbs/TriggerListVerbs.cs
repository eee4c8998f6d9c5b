using System.CommandLine;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>list-sockets and list-paths: what is listened on or watched, and what that starts, as systemctl lays it out.</summary>
public static class TriggerListVerbs
{
    private readonly record struct Row(string Place, string Kind, string Unit, string Activates);

    public static Command Sockets()
    {
        var types = Help.Option<bool>("--show-types", "show-types");
        return Build("list-sockets", ".socket", "Listen", [types], "sereno list-sockets --show-types", r =>
        {
            bool kinds = r.GetValue(types);
            return (kinds ? ["LISTEN", "TYPE", "UNIT", "ACTIVATES"] : ["LISTEN", "UNIT", "ACTIVATES"],
                row => kinds ? [row.Place, row.Kind, row.Unit, row.Activates] : [row.Place, row.Unit, row.Activates]);
        });
    }

    public static Command Paths() => Build("list-paths", ".path", "Paths", [], "sereno list-paths --all",
        _ => (["PATH", "CONDITION", "UNIT", "ACTIVATES"], row => [row.Place, row.Kind, row.Unit, row.Activates]));

    private static Command Build(string verb, string suffix, string property, Option[] own, string example, Func<ParseResult, (string[] Headings, Func<Row, string[]> Cells)> layout)
    {
        var patterns = Help.Units(ArgumentArity.ZeroOrMore);
        var all = Help.Option<bool>("--all", "all", "-a");
        var states = Help.Option<string[]>("--state", "state");
        var noLegend = Help.Option<bool>("--no-legend", "no-legend");
        var output = Help.Output();
        var command = Help.Command(verb, $"sereno {verb}", example, $"sereno {verb} -o json");
        command.Add(patterns);
        foreach (var option in (Option[])[.. own, all, states, noLegend, output])
            command.Add(option);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            string[] wanted = [.. ListVerbs.Split(r.GetValue(states))];
            var units = manager.ListUnitsByPatterns(wanted, r.GetValue(patterns)!.Select(p => UnitPatterns.IsPattern(p) ? p : GlobalOptions.UnitName(p, suffix)))
                .Where(u => u.Id.EndsWith(suffix, StringComparison.Ordinal) && (r.GetValue(all) || wanted.Length > 0 || u.JobId > 0 || u.ActiveState != "inactive"));
            var rows = units.SelectMany(u => Read(manager, u.Id, property)).OrderBy(t => t.Place, StringComparer.Ordinal).ThenBy(t => t.Kind, StringComparer.Ordinal).ToList();
            var (headings, cells) = layout(r);
            if (r.GetValue(output) == "json")
                ListVerbs.Json(rows, (json, row) =>
                {
                    foreach (var (name, value) in headings.Zip(cells(row)))
                        if (value.Length > 0)
                            json.WriteString(name.ToLowerInvariant(), value);
                        else
                            json.WriteNull(name.ToLowerInvariant());
                });
            else
                Write(rows.Select(cells), headings, verb, rows.Count, !r.GetValue(noLegend), r.GetValue(all));
            return 0;
        });
        return command;
    }

    /// <summary>A row for each place; a unit that starts nothing has an empty cell for it.</summary>
    private static IEnumerable<Row> Read(ManagerProxy manager, string unit, string property)
    {
        var properties = manager.Unit(unit).GetAll();
        string activates = string.Join(' ', properties.Strings("Triggers"));
        return properties.TryGetValue(property, out var places)
            ? places.Items.Select(p => new Row((string)p.Items[1].Scalar!, (string)p.Items[0].Scalar!, unit, activates)) : [];
    }

    private static void Write(IEnumerable<string[]> rows, string[] headings, string verb, int count, bool legend, bool all)
    {
        var text = Text.Current;
        var table = new Columns([.. headings.Select(text.Column)]);
        foreach (string[] row in rows)
            table.Add([.. row.Select(c => c.Length > 0 ? c : "-")]);
        foreach (string line in table.Lines(legend))
            StandardStreams.Text.WriteLine(line);
        if (!legend)
            return;
        StandardStreams.Text.WriteLine("\n" + text.Listed(verb, count));
        if (!all)
            StandardStreams.Text.WriteLine(text.PassAllTo(verb));
    }
}
