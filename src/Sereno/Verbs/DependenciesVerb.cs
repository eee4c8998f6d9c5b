using System.CommandLine;
using System.Text;
using Sereno.Bus.Client;
using Sereno.Linux;

namespace Sereno.Verbs;

/// <summary>list-dependencies: what a unit pulls in, targets opened, as systemctl draws the tree.</summary>
public static class DependenciesVerb
{
    private static readonly string[] s_forward = ["Requires", "Requisite", "Wants", "ConsistsOf", "BindsTo", "Upholds"];
    private static readonly string[] s_reverse = ["RequiredBy", "RequisiteOf", "WantedBy", "PartOf", "BoundBy", "UpheldBy"];

    private sealed record Tree(ManagerProxy Manager, string[] Relations, bool All, bool Plain, int Width)
    {
        /// <summary>Those above, of which one more would be a circle; in a plain list, all that have been shown.</summary>
        public List<string> Seen { get; } = [];
        public List<(int Depth, string Parent, string Unit, string State)>? Rows { get; init; }
    }

    public static Command Build()
    {
        var units = Help.Units(ArgumentArity.ZeroOrMore);
        var reverse = Help.Option<bool>("--reverse", "dependencies-reverse");
        var after = Help.Option<bool>("--after", "dependencies-after");
        var before = Help.Option<bool>("--before", "dependencies-before");
        var all = Help.Option<bool>("--all", "dependencies-all", "-a");
        var plain = Help.Option<bool>("--plain", "dependencies-plain");
        var full = Help.Option<bool>("--full", "dependencies-full", "-l");
        var output = Help.Output();
        var command = Help.Command("list-dependencies", "sereno list-dependencies", "sereno list-dependencies --all nginx", "sereno list-dependencies --reverse network.target",
            "sereno list-dependencies --after sshd -o json");
        command.Add(units);
        foreach (var option in (Option[])[reverse, after, before, all, plain, full, output])
            command.Add(option);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            bool json = r.GetValue(output) == "json";
            string[] relations = r.GetValue(reverse) ? s_reverse : r.GetValue(after) ? ["After"] : r.GetValue(before) ? ["Before"] : s_forward;
            var tree = new Tree(manager, relations, r.GetValue(all), r.GetValue(plain), r.GetValue(full) ? int.MaxValue : Screen()) { Rows = json ? [] : null };
            List<string> names = r.GetValue(units) is { Length: > 0 } words ? UnitPatterns.Expand(manager, words) : ["default.target"];
            for (int i = 0; i < names.Count; i++)
            {
                if (!json && i > 0)
                    StandardStreams.Text.WriteLine();
                if (!json)
                    StandardStreams.Text.WriteLine(names[i]);
                Show(tree, names[i], 0, "");
            }
            if (tree.Rows is { } rows)
                ListVerbs.Json(rows, (writer, row) =>
                {
                    writer.WriteString("unit", row.Unit);
                    writer.WriteString("of", row.Parent);
                    writer.WriteNumber("depth", row.Depth);
                    writer.WriteString("active", row.State);
                });
            return 0;
        });
        return command;
    }

    private static int Screen() => Math.Max(20, Terminal.WidthOf(1) ?? (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out int columns) && columns > 0 ? columns : 80));

    /// <param name="lines">What stands before the branches of this level: a line or a blank for each level above.</param>
    private static void Show(Tree tree, string name, int level, string lines)
    {
        tree.Seen.Add(name);
        var properties = tree.Manager.Unit(name).GetAll(UnitProxy.Unit);
        var found = tree.Relations.SelectMany(r => properties.Strings(r)).Distinct()
            .OrderBy(IsTarget).ThenBy(d => d.ToLowerInvariant(), StringComparer.Ordinal).ToList();
        bool circular = false;
        for (int i = 0; i < found.Count; i++)
        {
            string unit = found[i];
            if (tree.Seen.Contains(unit))
            {
                circular = true;
                continue;
            }
            bool last = i == found.Count - 1;
            string state = tree.Plain && tree.Rows is null ? "" : tree.Manager.Unit(unit).ActiveState;
            if (tree.Rows is { } rows)
                rows.Add((level + 1, name, unit, state));
            else
                Print(tree, tree.Plain ? "  " : Mark(state) + " ", unit, level, lines, last && !circular);
            if (tree.All || IsTarget(unit))
                Show(tree, unit, level + 1, lines + (last ? "  " : "│ "));
        }
        if (circular && !tree.Plain && tree.Rows is null)
            Print(tree, "  ", "...", level, lines, last: true);
        if (!tree.Plain)
            tree.Seen.Remove(name);
    }

    /// <summary>Cut where the screen ends; branches that would leave no room for a name are not drawn.</summary>
    private static void Print(Tree tree, string mark, string unit, int level, string lines, bool last)
    {
        var line = new StringBuilder(mark);
        int drawn = 0;
        for (int i = 0; !tree.Plain && i <= level; i++)
        {
            drawn += 2;
            if (drawn > tree.Width - 3)
            {
                StandardStreams.Text.WriteLine(line.Append(tree.Width % 2 == 0 ? " ..." : "..."));
                return;
            }
            line.Append(i < level ? lines.Substring(2 * i, 2) : last ? "└─" : "├─");
        }
        int room = tree.Width - drawn;
        StandardStreams.Text.WriteLine(line.Append(unit.Length <= room ? unit : unit[..(room - 1)] + "…"));
    }

    private static bool IsTarget(string unit) => unit.EndsWith(".target", StringComparison.Ordinal);

    private static string Mark(string state) => state switch
    {
        "active" or "activating" => Columns.Paint("●", Columns.Colour.Green),
        "reloading" => Columns.Paint("↻", Columns.Colour.Green),
        "inactive" => "○",
        "deactivating" => "●",
        _ => Columns.Paint("×", Columns.Colour.Red),
    };
}
