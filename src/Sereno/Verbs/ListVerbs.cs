using System.CommandLine;
using System.Text.Json;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>list-units and list-jobs, as systemctl lays them out.</summary>
public static class ListVerbs
{
    public static Command Units()
    {
        var patterns = Help.Units(ArgumentArity.ZeroOrMore);
        var all = Help.Option<bool>("--all", "all", "-a");
        var states = Help.Option<string[]>("--state", "state");
        var types = Help.Option<string[]>("--type", "type", "-t");
        var failed = Help.Option<bool>("--failed", "failed");
        var noLegend = Help.Option<bool>("--no-legend", "no-legend");
        var output = Help.Output();
        var command = Help.Command("list-units", "sereno list-units", "sereno list-units --all --type service", "sereno list-units --failed -o json");
        command.Add(patterns);
        foreach (var option in (Option[])[all, states, types, failed, noLegend, output])
            command.Add(option);
        command.SetAction(r =>
        {
            if (Kinds(Split(r.GetValue(types)), out var kinds, out var loadStates) is { } exit)
                return exit;
            using var client = GlobalOptions.Connect(r);
            string[] wanted = [.. Split(r.GetValue(states)), .. loadStates, .. r.GetValue(failed) ? ["failed"] : (string[])[]];
            var names = r.GetValue(patterns)!.Select(p => UnitPatterns.IsPattern(p) ? p : GlobalOptions.UnitName(p));
            var units = new ManagerProxy(client).ListUnitsByPatterns(wanted, names)
                .Where(u => (kinds.Count == 0 || kinds.Contains(u.Id[(u.Id.LastIndexOf('.') + 1)..]))
                    && (r.GetValue(all) || wanted.Length > 0 || u.ActiveState != "inactive" || u.JobId > 0))
                .OrderBy(u => u.Id[(u.Id.LastIndexOf('.') + 1)..], StringComparer.Ordinal).ThenBy(u => u.Id, StringComparer.Ordinal).ToList();
            if (r.GetValue(output) == "json")
                Json(units, (json, u) =>
                {
                    json.WriteString("unit", u.Id);
                    json.WriteString("load", u.LoadState);
                    json.WriteString("active", u.ActiveState);
                    json.WriteString("sub", u.SubState);
                    json.WriteString("description", u.Description);
                });
            else
                Print(units, legend: !r.GetValue(noLegend));
            return 0;
        });
        return command;
    }

    private static readonly string[] s_loadStates = ["stub", "loaded", "not-found", "bad-setting", "error", "merged", "masked"];

    /// <summary>What --type is given: types, "help" for a list of them, and load states, for old habits' sake.</summary>
    /// <returns>How the verb ends, where that is all.</returns>
    internal static int? Kinds(IEnumerable<string> words, out List<string> types, out List<string> loadStates)
    {
        (types, loadStates) = ([], []);
        string[] known = [.. Enum.GetNames<Units.Model.UnitType>().Select(n => n.ToLowerInvariant())];
        foreach (string word in words)
            if (word == "help")
            {
                StandardStreams.Text.WriteLine(Text.Current.KnownTypes);
                foreach (string type in known)
                    StandardStreams.Text.WriteLine(type);
                return ExitCodes.Success;
            }
            else if (known.Contains(word))
                types.Add(word);
            else if (s_loadStates.Contains(word))
                loadStates.Add(word);
            else
            {
                StandardStreams.Errors.WriteLine(Text.Current.UnknownType(Printable.Of(word)));
                return ExitCodes.Failure;
            }
        return null;
    }

    /// <summary>list-unit-files -o json.</summary>
    internal static int WriteUnitFiles(IEnumerable<(string Path, string State)> files, Install.InstallArguments arguments)
    {
        var rows = Install.UnitFileList.Rows(files, arguments);
        Json(rows, (json, f) =>
        {
            json.WriteString("unit_file", Path.GetFileName(f.Path));
            json.WriteString("state", f.State);
        });
        return rows.Count > 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    public static Command Jobs()
    {
        var noLegend = Help.Option<bool>("--no-legend", "no-legend");
        var output = Help.Output();
        var command = Help.Command("list-jobs", "sereno list-jobs");
        command.Add(noLegend);
        command.Add(output);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var jobs = new ManagerProxy(client).ListJobs();
            if (r.GetValue(output) == "json")
                Json(jobs, (json, j) =>
                {
                    json.WriteNumber("job", j.Id);
                    json.WriteString("unit", j.Unit);
                    json.WriteString("type", j.Type);
                    json.WriteString("state", j.State);
                });
            else if (jobs.Count == 0)
                StandardStreams.Text.WriteLine(Text.Current.NoJobs);
            else
            {
                var table = new Columns(Text.Current.Column("JOB"), Text.Current.Column("UNIT"), Text.Current.Column("TYPE"), Text.Current.Column("STATE"));
                foreach (var job in jobs)
                    table.Add(job.Id.ToString(), job.Unit, job.Type, job.State);
                Write(table, !r.GetValue(noLegend), "\n" + Text.Current.JobsListed(jobs.Count));
            }
            return 0;
        });
        return command;
    }

    private static void Print(List<UnitStatus> units, bool legend)
    {
        var table = new Columns(" ", Text.Current.Column("UNIT"), "LOAD", "ACTIVE", "SUB", Text.Current.Column("DESCRIPTION"));
        foreach (var unit in units)
            table.Add(unit.ActiveState == "failed" ? Columns.Colour.Red : Columns.Colour.None,
                unit.ActiveState == "failed" || unit.LoadState is not "loaded" ? "●" : " ", unit.Id, unit.LoadState, unit.ActiveState, unit.SubState, unit.Description);
        Write(table, legend, (units.Count > 0 ? $"\n{Text.Current.LoadLegend}\n\n" : "") + Text.Current.UnitsListed(units.Count));
    }

    private static void Write(Columns table, bool legend, string footer)
    {
        foreach (string line in table.Lines(legend))
            StandardStreams.Text.WriteLine(line);
        if (legend)
            StandardStreams.Text.WriteLine(footer);
    }

    /// <summary>An array of flat objects.</summary>
    public static void Json<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        var stream = StandardStreams.Output;
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartObject();
                write(json, row);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        stream.WriteByte((byte)'\n');
    }

    internal static IEnumerable<string> Split(string[]? values) => (values ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries));
}
