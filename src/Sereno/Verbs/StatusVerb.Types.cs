using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>What status says of units that start others, of sockets and of mounts, as systemctl lays it out.</summary>
public static partial class StatusVerb
{
    private static void WriteTriggers(ManagerProxy manager, Dictionary<string, BusValue> p)
    {
        WriteUnits(manager, "TriggeredBy", p.Strings("TriggeredBy"), ownDot: true);
        if (p.Text("Id").EndsWith(".timer", StringComparison.Ordinal))
        {
            var now = Roles.Clock.Now;
            ulong next = TimersVerb.NextElapse(p, now);
            Field("Trigger", next is 0 or ulong.MaxValue ? "n/a" : $"{Text.Current.Moment(next)}; {Text.Current.Relative(next, now.Realtime)}");
        }
        WriteUnits(manager, "Triggers", p.Strings("Triggers"), ownDot: false);
    }

    private static void WriteUnits(ManagerProxy manager, string label, IEnumerable<string> units, bool ownDot)
    {
        foreach (string unit in units)
        {
            var (dot, colour) = Mark(StateOf(manager, unit));
            Field(label, $"{Columns.Paint(ownDot ? dot : "●", colour)} {unit}");
            label = "";
        }
    }

    private static string StateOf(ManagerProxy manager, string unit)
    {
        try
        {
            return manager.Unit(unit).ActiveState;
        }
        catch (BusException)
        {
            return "inactive"; // gone meanwhile
        }
    }

    private static (string Dot, Columns.Colour Colour) Mark(string active) => active switch
    {
        "active" => ("●", Columns.Colour.Green),
        "reloading" => ("↻", Columns.Colour.Green),
        "failed" => ("×", Columns.Colour.Red),
        "inactive" => ("○", Columns.Colour.None),
        _ => ("●", Columns.Colour.Yellow),
    };

    private static void WriteDocumentation(Dictionary<string, BusValue> p)
    {
        if (p.Text("Where") is { Length: > 0 } where)
            Field("Where", where);
        if (p.Text("What") is { Length: > 0 } what)
            Field("What", what);
        string docs = string.Join("\n             ", p.Strings("Documentation"));
        if (docs.Length > 0)
            Field("Docs", docs);
    }

    private static void WriteListeners(Dictionary<string, BusValue> p)
    {
        string label = "Listen";
        foreach (var listen in p.TryGetValue("Listen", out var list) ? list.Items : [])
        {
            Field(label, $"{listen.Items[1].Scalar} ({listen.Items[0].Scalar})");
            label = "";
        }
        if (p.Number("Accept") == 1)
            Field("Accepted", $"{p.Number("NAccepted")}; {Text.Current.Field("Connected")}: {p.Number("NConnections")};"
                + (p.Number("NRefused") is > 0 and var refused ? $"   {Text.Current.Field("Refused")}: {refused}" : ""));
    }
}
