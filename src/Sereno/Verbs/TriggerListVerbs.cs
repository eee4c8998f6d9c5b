using System.CommandLine;
using System.Text.Json;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>list-sockets and list-paths: what is listened on or watched, and what that starts, as systemctl lays it out.</summary>
public static class TriggerListVerbs
{
    private readonly record struct Row(string Place, string Kind, string Unit, string[] Activates);

    /// <summary>A heading and what is below it; a socket that accepts connections starts many.</summary>
    private readonly record struct Cell(string Heading, params string[] Values);

    public static Command Sockets()
    {
        var types = Help.Option<bool>("--show-types", "show-types");
        return Build("list-sockets", ".socket", "Listen", [types], "sereno list-sockets --show-types", r =>
        {
            bool kinds = r.GetValue(types);
            return row => [new("LISTEN", row.Place), .. kinds ? [new("TYPE", row.Kind)] : (Cell[])[], new("UNIT", row.Unit), new("ACTIVATES", row.Activates)];
        });
    }

    public static Command Paths() => Build("list-paths", ".path", "Paths", [], "sereno list-paths --all",
        _ => row => [new("PATH", row.Place), new("CONDITION", row.Kind), new("UNIT", row.Unit), new("ACTIVATES", row.Activates)]);

    private static Command Build(string verb, string suffix, string property, Option[] own, string example, Func<ParseResult, Func<Row, Cell[]>> layout)
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
            var cells = layout(r);
            if (r.GetValue(output) == "json")
                ListVerbs.Json(rows, (json, row) =>
                {
                    foreach (var (heading, values) in cells(row))
                        Write(json, heading.ToLowerInvariant(), values);
                });
            else
                Write([.. rows.Select(cells)], [.. cells(new("", "", "", [])).Select(c => c.Heading)], verb, !r.GetValue(noLegend), r.GetValue(all));
            return 0;
        });
        return command;
    }

    /// <summary>A row for each place; a unit that starts nothing has an empty cell for it.</summary>
    private static IEnumerable<Row> Read(ManagerProxy manager, string unit, string property)
    {
        var properties = manager.Unit(unit).GetAll();
        string[] activates = [.. properties.Strings("Triggers")];
        return properties.TryGetValue(property, out var places)
            ? places.Items.Select(p => new Row((string)p.Items[1].Scalar!, (string)p.Items[0].Scalar!, unit, activates)) : [];
    }

    /// <summary>As systemctl: nothing is null, one is a string, many are a list.</summary>
    private static void Write(Utf8JsonWriter json, string name, string[] values)
    {
        if (values is not [_, _, ..])
        {
            json.WriteString(name, values is [var value] && value.Length > 0 ? value : null);
            return;
        }
        json.WriteStartArray(name);
        foreach (string each in values)
            json.WriteStringValue(each);
        json.WriteEndArray();
    }

    private static void Write(IReadOnlyCollection<Cell[]> rows, string[] headings, string verb, bool legend, bool all)
    {
        var text = Text.Current;
        var table = new Columns([.. headings.Select(text.Column)]);
        foreach (var row in rows)
            for (int line = 0; line < Math.Max(row.Max(c => c.Values.Length), 1); line++)
                table.Add([.. row.Select(c => line < c.Values.Length && c.Values[line].Length > 0 ? c.Values[line] : line == 0 ? "-" : "")]);
        foreach (string line in table.Lines(legend))
            StandardStreams.Text.WriteLine(line);
        if (!legend)
            return;
        StandardStreams.Text.WriteLine("\n" + text.Listed(verb, rows.Count));
        if (!all)
            StandardStreams.Text.WriteLine(text.PassAllTo(verb));
    }
}
