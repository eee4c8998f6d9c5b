using System.CommandLine;
using System.Text;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>watch: the services and what each does on the network, looked at again and again.</summary>
public static class WatchVerb
{
    /// <param name="Sockets">Null for a unit that holds none.</param>
    private sealed record Row(UnitStatus Unit, ulong MainPid, ulong Restarts, UnitSockets? Sockets);

    public static Command Build()
    {
        var once = Help.Option<bool>("--once", "once");
        var all = Help.Option<bool>("--all", "all", "-a");
        var interval = Help.Option<double>("--interval", "interval", "-n");
        interval.DefaultValueFactory = _ => 1;
        interval.HelpName = "SECONDS";
        var output = Help.Output();
        var command = Help.Command("watch", "sereno watch", "sereno watch --once -o json", "sereno watch --interval 0.5");
        foreach (var option in (Option[])[once, all, interval, output])
            command.Add(option);
        var options = new SelectionOptions().AddTo(command);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            bool json = r.GetValue(output) == "json";
            var selection = options.Read(r);
            var memory = new UnitMemory();
            IReadOnlyList<Row> Look() => WatchVerb.Look(manager, r.GetValue(all), selection, memory);
            if (r.GetValue(once) || !json && !Terminal.Is(1))
                Print(Look(), json);
            else
                Repeat(Look, json, TimeSpan.FromSeconds(Math.Clamp(r.GetValue(interval), 0.1, 3600)));
            return 0;
        });
        return command;
    }

    /// <summary>With a selection, only the units that have such a socket.</summary>
    private static List<Row> Look(ManagerProxy manager, bool all, SocketSelection selection, UnitMemory memory)
    {
        var network = NetworkFactsReader.Read();
        var table = SocketTable.Capture(selection.Narrow(new()), new UnitsByPid(manager, onlyOwn: true)).Select(selection with { Units = [] }, network);
        var sockets = UnitSockets.SummarizeAll(table, network, memory);
        var rows = new List<Row>();
        foreach (var unit in manager.ListUnits().Where(u => u.Id.EndsWith(".service", StringComparison.Ordinal) && u.LoadState != "not-found"
            && (all || u.ActiveState != "inactive" || u.JobId > 0) && IsWanted(u.Id, sockets, selection)).OrderBy(u => u.Id, StringComparer.Ordinal))
        {
            var service = manager.Unit(unit.Id).GetAll(UnitProxy.Service);
            rows.Add(new(unit, service.Number("MainPID"), service.Number("NRestarts"), sockets.GetValueOrDefault(unit.Id)));
        }
        return rows;
    }

    private static bool IsWanted(string unit, IReadOnlyDictionary<string, UnitSockets> sockets, SocketSelection selection) =>
        (selection.Units.Count == 0 || selection.Units.Any(p => NamePattern.Matches(p, unit)))
        && (sockets.ContainsKey(unit) || (selection with { Units = [] }).IsEverything);

    /// <summary>Until Ctrl-C, SIGTERM or the end of the manager. JSON is a line a look; a person has the screen to themselves,
    /// and keeps the last table.</summary>
    private static void Repeat(Func<IReadOnlyList<Row>> look, bool json, TimeSpan interval)
    {
        using var signals = new SignalPipe(libc.SIGINT, libc.SIGTERM, libc.SIGHUP);
        using var epoll = new Epoll();
        epoll.Add(signals.Fd, 0);
        var output = StandardStreams.Text;
        IReadOnlyList<Row> rows = [];
        if (!json)
            output.Write("\e[?1049h\e[?25l");
        try
        {
            do
            {
                rows = look();
                if (json)
                    WriteJson(rows);
                else
                    Draw(rows);
                output.Flush();
            }
            while (epoll.Wait(new (ulong, Readiness)[1], (int)interval.TotalMilliseconds) == 0);
        }
        finally
        {
            if (!json)
            {
                output.Write("\e[?25h\e[?1049l");
                Print(rows, json);
                output.Flush();
            }
        }
    }

    /// <summary>One screen, line by line over the one before: clearing it first would flicker.</summary>
    private static void Draw(IReadOnlyList<Row> rows)
    {
        int width = Terminal.WidthOf(1) ?? 80, height = Terminal.HeightOf(1) ?? 24;
        string title = $"{DateTime.Now:HH:mm:ss}  {Text.Current.ServicesListed(rows.Count, rows.Count(r => r.Unit.ActiveState == "active"))}  {Text.Current.WatchHint}";
        string[] lines = [title.Length <= width ? title : title[..width], "", .. Table(rows).Lines(width: width)];
        int shown = lines.Length <= height ? lines.Length : Math.Max(1, height - 1);
        var frame = new StringBuilder("\e[H");
        frame.AppendJoin("\e[K\r\n", lines.Take(shown));
        if (shown < lines.Length)
            frame.Append("\e[K\r\n").Append(Columns.Paint(Text.Current.MoreRows(lines.Length - shown), Columns.Colour.Grey));
        StandardStreams.Text.Write(frame.Append("\e[K\e[J"));
    }

    private static void Print(IReadOnlyList<Row> rows, bool json)
    {
        if (json)
            WriteJson(rows);
        else
            foreach (string line in Table(rows).Lines())
                StandardStreams.Text.WriteLine(line);
    }

    private static Columns Table(IReadOnlyList<Row> rows)
    {
        var table = new Columns([.. new[] { "UNIT", "STATE", "PID", "RESTARTS", "PORTS", "SCOPE", "CONNECTIONS" }.Select(Text.Current.Column)]);
        foreach (var row in rows)
            table.Add(row.Unit.ActiveState switch
            {
                "failed" => Columns.Colour.Red,
                "activating" or "deactivating" or "reloading" => Columns.Colour.Yellow,
                _ => Columns.Colour.None,
            },
            row.Unit.Id,
            row.Unit.SubState,
            row.MainPid > 0 ? row.MainPid.ToString() : "-",
            row.Restarts.ToString(),
            Or(string.Join(", ", Ports(row).Select(p => SocketText.Address(p) + (p.IsTcp ? "" : "/udp")))),
            Or(Scope(row)),
            Or(SocketText.Connections(row.Sockets?.Connections ?? [])));
        return table;
    }

    private static void WriteJson(IReadOnlyList<Row> rows) => ListVerbs.Json(rows, (json, row) =>
    {
        json.WriteString("unit", row.Unit.Id);
        json.WriteString("active", row.Unit.ActiveState);
        json.WriteString("sub", row.Unit.SubState);
        json.WriteNumber("main_pid", row.MainPid);
        json.WriteNumber("restarts", row.Restarts);
        json.WriteStartArray("ports");
        foreach (var port in Ports(row))
        {
            json.WriteStartObject();
            json.WriteString("protocol", port.IsTcp ? "tcp" : "udp");
            json.WriteString("address", port.Socket.Local.ToString());
            json.WriteNumber("port", port.Port);
            json.WriteString("scope", port.Scope.Name());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("connections");
        foreach (var count in row.Sockets?.Connections ?? [])
            json.WriteNumber(count.State.Name(), count.Count);
        json.WriteEndObject();
    });

    private static IReadOnlyList<ListeningPort> Ports(Row row) => row.Sockets?.Ports ?? [];

    /// <summary>The widest of its ports.</summary>
    private static string Scope(Row row) => Ports(row) is { Count: > 0 } ports ? ports.Max(p => p.Scope).Name() : "";

    private static string Or(string text) => text.Length > 0 ? text : "-";
}
