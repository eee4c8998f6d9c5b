using System.Text.Json;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Journal;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>status -o json: what a program wants of it; all else is in show, and sockets are in ports.</summary>
public static partial class StatusVerb
{
    /// <summary>Times are microseconds since the epoch; what isn't known is left out.</summary>
    private static int WriteJson(ManagerProxy manager, string[] names, string[] logFolders, int lines)
    {
        int exit = 0;
        var found = new List<Dictionary<string, BusValue>>();
        foreach (string name in names)
        {
            var p = manager.Unit(name).GetAll();
            bool isNowhere = IsNowhere(p.Text("LoadState"), p.Text("ActiveState"));
            if (isNowhere)
                StandardStreams.Errors.WriteLine(Text.Current.UnitNotFound(name));
            else
                found.Add(p);
            int code = isNowhere ? ExitCodes.Unknown : CodeOf(p.Text("ActiveState"));
            exit = exit == 0 ? code : exit;
        }
        ListVerbs.Json(found, (json, p) => Write(json, p, manager.GetUnitProcesses(p.Text("Id")), lines > 0 ? LogReader.Read(logFolders, p.Text("Id"), lines) : []));
        return exit;
    }

    private static void Write(Utf8JsonWriter json, Dictionary<string, BusValue> p, List<UnitProcess> processes, IReadOnlyCollection<LogEntry> log)
    {
        foreach (var (name, property) in (ReadOnlySpan<(string, string)>)[("unit", "Id"), ("description", "Description"), ("load", "LoadState"), ("file", "FragmentPath"), ("fileState", "UnitFileState"),
            ("active", "ActiveState"), ("sub", "SubState"), ("result", "Result"), ("status", "StatusText"), ("controlGroup", "ControlGroup")])
            if (p.Text(property) is { Length: > 0 } word)
                json.WriteString(name, word);
        foreach (var (name, property) in (ReadOnlySpan<(string, string)>)[("activeSince", "ActiveEnterTimestamp"), ("inactiveSince", "InactiveEnterTimestamp"), ("mainPid", "MainPID"), ("tasks", "TasksCurrent"),
            ("memory", "MemoryCurrent"), ("cpuNsec", "CPUUsageNSec")])
            if (p.Number(property) is not (0 or ulong.MaxValue) and var number)
                json.WriteNumber(name, number);
        json.WriteBoolean("needsReload", p.Number("NeedDaemonReload") == 1);
        if (UnitScopes.Of(p) is { } scope)
            WriteScope(json, scope);
        if (p.TryGetValue("Listen", out var listen))
            WriteSocket(json, p, [.. listen.Items.Select(l => ((string)l.Items[0].Scalar!, (string)l.Items[1].Scalar!))]);
        json.WriteStartArray("processes");
        foreach (var process in processes)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", process.Pid);
            json.WriteString("command", process.Command);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("log");
        foreach (var entry in log)
        {
            json.WriteStartObject();
            LogsVerb.WriteFields(json, entry);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteScope(Utf8JsonWriter json, UnitScope scope)
    {
        json.WriteString("scope", scope.Words);
        foreach (var (name, words) in (ReadOnlySpan<(string, string)>)[("scopeHeldBy", scope.HeldBy), ("scopeProblem", scope.Problem)])
            if (words.Length > 0)
                json.WriteString(name, words);
        if (scope.IsHeld)
            json.WriteNumber("scopeRefused", scope.Refused);
    }

    private static void WriteSocket(Utf8JsonWriter json, Dictionary<string, BusValue> p, (string Type, string Address)[] listen)
    {
        json.WriteStartArray("listen");
        foreach (var (type, address) in listen)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("address", address);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        bool accepts = p.Number("Accept") == 1;
        json.WriteString("server", p.Text("Server") is { Length: > 0 } mode ? mode : null);
        if (p.Text("ActiveState") == "active" && Waiting([.. listen.Select(l => l.Address)]) is var (waiting, room))
        {
            json.WriteStartObject("acceptQueue");
            json.WriteNumber("waiting", waiting);
            json.WriteNumber("limit", room);
            json.WriteEndObject();
        }
        if (!accepts)
            return;
        foreach (var (name, property) in (ReadOnlySpan<(string, string)>)[("accepted", "NAccepted"), ("inService", "NConnections"), ("refused", "NRefused")])
            json.WriteNumber(name, p.Number(property));
        if (p.Text("LastRefusal") is { Length: > 0 } reason)
            json.WriteString("lastRefusal", reason);
    }
}
