using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Journal;
using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>status: systemctl's block for each unit, and what only we have: its sockets and who is connected.</summary>
public static partial class StatusVerb
{
    public static Command Build()
    {
        var units = Help.Units(ArgumentArity.ZeroOrMore);
        var lines = new Option<int>("--lines", "-n") { Description = Text.Current.Option("lines"), DefaultValueFactory = _ => 10 };
        var command = Help.Command("status", "sereno status", "sereno status redis-server", "sereno status nginx -n 50", "sereno status nginx -o json");
        command.Add(units);
        var output = Help.Output();
        command.Add(lines);
        command.Add(output);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            string[] names = [.. UnitPatterns.Expand(manager, r.GetValue(units)!)];
            if (r.GetValue(units)!.Length == 0)
                names = [.. manager.ListUnits().Where(u => u.ActiveState != "inactive" && u.Id.EndsWith(".service", StringComparison.Ordinal)).Select(u => u.Id)];
            if (r.GetValue(output) == "json")
                return WriteJson(manager, names, GlobalOptions.Instance(r).LogFolders, r.GetValue(lines));
            WriteJournalNotice(GlobalOptions.Instance(r));
            int exit = 0;
            for (int i = 0; i < names.Length; i++)
            {
                if (i > 0)
                    StandardStreams.Text.WriteLine();
                int code = Show(manager, names[i], GlobalOptions.Instance(r).LogFolders, r.GetValue(lines));
                exit = exit == 0 ? code : exit;
            }
            return exit;
        });
        return command;
    }

    private static int Show(ManagerProxy manager, string name, string[] logFolders, int lines)
    {
        var (p, processes) = manager.GetUnitWithProcesses(name);
        string load = p.Text("LoadState"), active = p.Text("ActiveState");
        if (IsNowhere(load, active))
        {
            StandardStreams.Errors.WriteLine(Text.Current.UnitNotFound(name));
            return ExitCodes.Unknown;
        }
        WriteHead(p, load, active);
        WriteLimit(p);
        WriteTriggers(manager, p);
        WriteDocumentation(p);
        WriteListeners(p);
        var scope = UnitScopes.Of(p);
        WriteScope(scope);
        WriteProcesses(processes, p);
        if (processes.Count > 0)
            WriteSockets(p.Text("Id"), processes, scope);
        var entries = lines > 0 ? LogReader.Read(logFolders, p.Text("Id"), lines) : [];
        if (entries.Count > 0)
            StandardStreams.Text.WriteLine();
        foreach (var entry in entries)
            StandardStreams.Text.WriteLine(LogsVerb.Format(entry));
        if (p.Number("NeedDaemonReload") == 1)
        {
            StandardStreams.Text.Flush();
            StandardStreams.Errors.WriteLine(Text.Current.ReloadNeeded(p.Text("Id")));
        }
        return CodeOf(active);
    }

    private static int CodeOf(string active) => active is "active" or "reloading" or "activating" ? ExitCodes.Success : ExitCodes.Inactive;

    private static bool IsNowhere(string load, string active) => load == "not-found" && active == "inactive";

    private static void WriteHead(Dictionary<string, BusValue> p, string load, string active)
    {
        var colour = active switch
        {
            "active" or "reloading" => Columns.Colour.Green,
            "failed" => Columns.Colour.Red,
            "activating" or "deactivating" => Columns.Colour.Yellow,
            _ => Columns.Colour.None,
        };
        string dot = Columns.Paint(active switch { "failed" => "×", "inactive" => "○", "activating" or "deactivating" => "●", _ => "●" }, colour);
        string description = Printable.Of(p.Text("Description"));
        StandardStreams.Text.WriteLine(description == p.Text("Id") ? $"{dot} {p.Text("Id")}" : $"{dot} {p.Text("Id")} - {description}");
        string file = p.Text("FragmentPath"), state = p.Text("UnitFileState");
        string detail = load == "loaded" || load == "masked"
            ? file.Length == 0 ? "" : $" ({file}{(state.Length > 0 ? "; " + state : "")})"
            : p.TryGetValue("LoadError", out var error) && error.Items is [_, { Scalar: string { Length: > 0 } reason }] ? $" ({Text.Current.Field("Reason")}: {Text.Current.Problem(reason)})" : "";
        Field("Loaded", load + detail);
        foreach (string dropIn in p.Strings("DropInPaths"))
            Field("Drop-In", dropIn);
        string sub = p.Text("SubState"), result = p.Text("Result");
        string stateText = Columns.Paint($"{active} ({sub})", colour) + (active == "failed" && result.Length > 0 ? $" ({Text.Current.Field("Result")}: {result})" : "");
        ulong since = p.Number(active switch { "active" or "reloading" => "ActiveEnterTimestamp", "inactive" or "failed" => "InactiveEnterTimestamp", "activating" => "InactiveExitTimestamp", _ => "ActiveExitTimestamp" });
        Field("Active", since == 0 ? stateText
            : $"{stateText} {Text.Current.Since} {Text.Current.Moment(since)}; {Text.Current.Relative(since, Roles.Clock.Now.Realtime)}");
    }

    private static void WriteProcesses(List<UnitProcess> processes, Dictionary<string, BusValue> p)
    {
        foreach (var (name, value) in p.Where(v => v.Key.StartsWith("Exec", StringComparison.Ordinal) && v.Value.Signature == "a(sasbttttuii)"))
            foreach (var command in value.Items)
                if (command.Items is [_, var arguments, _, _, _, _, _, { Scalar: uint and > 0 } pid, { Scalar: int and > 0 } code, { Scalar: int } status])
                    Field("Process", $"{pid.Scalar} {name}={Printable.Of(string.Join(' ', arguments.Items.Select(a => a.Scalar)))} ({Ended((int)code.Scalar!, (int)status.Scalar!)})");
        uint main = (uint)p.Number("MainPID");
        if (main > 0)
            Field("Main PID", $"{main} ({Printable.Of(ProcessTable.Stat((int)main)?.Comm ?? "?")})");
        else if (p.Number("ExecMainPID") is > 0 and var last && p.Number("ExecMainCode") is > 0 and var how)
            Field("Main PID", $"{last} ({Ended((int)how, (int)p.Number("ExecMainStatus"))})");
        if (p.Text("StatusText") is { Length: > 0 } status2)
            Field("Status", $"\"{Printable.Of(status2)}\"");
        UsageText.Write(p, Field);
        string group = p.Text("ControlGroup");
        if (processes.Count == 0)
            return;
        Field(group.Length > 0 ? "CGroup" : "Processes", Text.Current.Guarantee(group.Length > 0, group));
        for (int i = 0; i < processes.Count; i++)
            StandardStreams.Text.WriteLine($"             {(i == processes.Count - 1 ? "└" : "├")}─{processes[i].Pid} {Printable.Of(processes[i].Command)}");
    }

    private static string Ended(int code, int status)
    {
        var exit = new Manager.Units.ProcessExit((Manager.Units.ExitCode)code, status);
        return $"code={exit.CodeName}, {(code == 1 ? "status" : "signal")}={exit.StatusName}";
    }

    private static void WriteSockets(string unit, List<UnitProcess> processes, UnitScope? scope)
    {
        // Who has no socket open needs no list of the machine's.
        var owners = OwnerIndex.Scan([.. processes.Select(p => (int)p.Pid)]);
        if (owners.Count == 0)
            return;
        var sockets = UnitSockets.Summarize(SocketTable.Capture(SocketQuery.Everything, new OneUnit(unit), owners), unit, NetworkFactsReader.Read());
        string label = "Sockets";
        foreach (var port in sockets.Ports)
        {
            Field(label, SocketText.Of(port, scope));
            label = "";
        }
        if (sockets.Connections.Count > 0)
            Field("Conns", SocketText.Connections(sockets.Connections));
    }

    private static void Field(string name, string value) => StandardStreams.Text.WriteLine(name.Length == 0 ? $"             {value}" : $"{Text.Current.Field(name),11}: {value}");
}
