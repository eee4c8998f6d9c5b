using System.CommandLine;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>list-timers: when they elapse next and elapsed last, and what they start, as systemctl lays it out.</summary>
public static class TimersVerb
{
    private readonly record struct Timer(string Unit, string Activates, ulong Next, ulong Last);

    public static Command Build()
    {
        var patterns = Help.Units(ArgumentArity.ZeroOrMore);
        var all = Help.Option<bool>("--all", "all", "-a");
        var noLegend = Help.Option<bool>("--no-legend", "no-legend");
        var output = Help.Output();
        var command = Help.Command("list-timers", "sereno list-timers", "sereno list-timers --all -o json");
        command.Add(patterns);
        foreach (var option in (Option[])[all, noLegend, output])
            command.Add(option);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            string[] wanted = [.. r.GetValue(patterns)!.Select(p => p.Contains('.') || p.AsSpan().IndexOfAny("*?[") >= 0 ? p : p + ".timer")];
            var manager = new ManagerProxy(client);
            var now = Roles.Clock.Now;
            var timers = manager.ListUnitsByPatterns([], wanted).Where(u => u.Id.EndsWith(".timer", StringComparison.Ordinal) && (r.GetValue(all) || u.ActiveState != "inactive" || wanted.Contains(u.Id)))
                .Select(u => Read(manager, u.Id, now)).OrderBy(t => t.Next).ThenBy(t => t.Unit, StringComparer.Ordinal).ToList();
            if (r.GetValue(output) == "json")
                ListVerbs.Json(timers, (json, t) =>
                {
                    json.WriteNumber("next", t.Next);
                    json.WriteNumber("last", t.Last);
                    json.WriteString("unit", t.Unit);
                    json.WriteString("activates", t.Activates);
                });
            else
                Write(timers, now.Realtime, !r.GetValue(noLegend), r.GetValue(all));
            return 0;
        });
        return command;
    }

    private static Timer Read(ManagerProxy manager, string unit, Manager.Timestamp now)
    {
        var properties = manager.Unit(unit).GetAll();
        return new(unit, properties.Text("Unit"), NextElapse(properties, now), properties.Number("LastTriggerUSec"));
    }

    /// <summary>By the clock on the wall; 0 or infinity for never.</summary>
    internal static ulong NextElapse(IReadOnlyDictionary<string, Bus.Wire.BusValue> properties, Manager.Timestamp now)
    {
        ulong realtime = properties.Number("NextElapseUSecRealtime"), monotonic = properties.Number("NextElapseUSecMonotonic");
        // What is counted from boot is shown by it too.
        ulong converted = monotonic is 0 or ulong.MaxValue ? monotonic : now.Realtime + monotonic - now.Monotonic;
        return IsSet(converted) && IsSet(realtime) ? Math.Min(converted, realtime) : IsSet(converted) ? converted : realtime;
    }

    private static bool IsSet(ulong time) => time is not (0 or ulong.MaxValue);

    private static void Write(List<Timer> timers, ulong now, bool legend, bool all)
    {
        var text = Text.Current;
        var table = new Columns(text.Column("NEXT"), text.Column("LEFT"), text.Column("LAST"), text.Column("PASSED"), text.Column("UNIT"), text.Column("ACTIVATES"));
        foreach (var t in timers)
            table.Add(text.Moment(t.Next) ?? "-", Text.Current.Relative(t.Next, now) ?? "-", text.Moment(t.Last) ?? "-",
                Text.Current.Relative(t.Last, now) ?? "-", t.Unit, t.Activates);
        foreach (string line in table.Lines(legend))
            StandardStreams.Text.WriteLine(line);
        if (!legend)
            return;
        StandardStreams.Text.WriteLine("\n" + text.TimersListed(timers.Count));
        if (!all)
            StandardStreams.Text.WriteLine(text.PassAll);
    }
}
