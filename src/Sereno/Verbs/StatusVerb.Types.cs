using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Texts;

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

    /// <summary>The one failure that mending the cause doesn't end.</summary>
    private static void WriteLimit(Dictionary<string, BusValue> p)
    {
        string unit = p.Text("Id"), result = p.Text("Result");
        if (p.Text("ActiveState") != "failed" || result is not ("trigger-limit-hit" or "start-limit-hit" or "service-start-limit-hit" or "unit-start-limit-hit"))
            return;
        // Where the service was started too often it has a limit of its own.
        Field("Limit", Text.Current.LimitHit(unit, string.Join(' ', result == "trigger-limit-hit" ? [unit] : p.Strings("Triggers").Prepend(unit))));
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

    /// <summary>Who may begin a conversation, and who sees to it.</summary>
    private static void WriteScope(UnitScope? scope)
    {
        if (scope is not null)
            Field("Scope", scope.Words + (scope.Declared == Sereno.Sockets.Scope.AddressScope.Internet ? "" : $" ({Text.Current.Sockets.ScopeHold(scope.HeldBy, scope.Problem)})")
                + (scope.Refused > 0 ? $"; {Text.Current.Field("Refused")}: {scope.Refused}" : ""));
    }
}
