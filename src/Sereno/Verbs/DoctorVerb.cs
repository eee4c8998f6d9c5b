using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>sereno doctor: what is wrong with the sockets of this machine, and who must act.</summary>
public static class DoctorVerb
{
    public static Command Build()
    {
        var format = Help.Output();
        var command = Help.Command("doctor", "sereno doctor", "sereno doctor --unit nginx", "sereno doctor -o json");
        var options = new SelectionOptions().AddTo(command);
        var netns = SocketSource.Netns();
        command.Add(netns);
        command.Add(format);
        command.SetAction(result =>
        {
            var instance = GlobalOptions.Instance(result);
            var manager = Connect(instance.BusPath);
            IUnitResolver units = manager is null ? new CgroupUnitResolver() : new UnitsByPid(manager);
            var selection = options.Read(result);
            var query = new SocketQuery { States = PortFacts.States, Details = SocketVitals.Details };
            var places = SocketSource.Capture(query, units, result.GetValue(netns), place => 
            {
                var scopes = UnitScopes.Of(Units(place.Table), instance, manager);
                return DoctorFacts.Read(place, selection) with
                {
                    DeclaredScopes = scopes.ToDictionary(s => s.Key, s => s.Value.Declared),
                    HeldScopes = scopes.Where(s => s.Value.IsHeld).Select(s => s.Key).ToHashSet(),
                };
            });
            if (places.Count == 0)
                return ExitCodes.Failure;
            // Units aren't of a namespace: they are told once.
            places = [places[0] with { Restarts = manager is null ? new Dictionary<string, long>() : Restarts(manager, selection) }, .. places.Skip(1)];
            (DoctorFacts Facts, IReadOnlyList<Trouble> Found)[] examined = [.. places.Select(p => (p, SocketDoctor.Examine(p)))];
            if (result.GetValue(format) == "json")
                DoctorJson.Write(examined, new(), StandardStreams.Output);
            else
                foreach (var (facts, found) in examined)
                    foreach (string line in Lines(found, facts, new()))
                        Prose.Write(line);
            return examined.All(e => SocketDoctor.IsHealthy(e.Found)) ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    public static IEnumerable<string> Lines(IReadOnlyList<Trouble> found, DoctorFacts facts, ProcessTimes times)
    {
        var text = Text.Current.Sockets;
        if (facts.Here.Netns is { } netns)
            yield return text.InNamespace(netns);
        foreach (var trouble in found)
        {
            string end = trouble.Socket is { } socket ? SocketText.EndPoint(socket.Local, socket.LocalPort) : "";
            string peer = trouble.Socket is { RemotePort: > 0 } connection ? SocketText.EndPoint(connection.Remote, connection.RemotePort) : "";
            string idle = trouble.IdleMilliseconds >= 1000 ? Times.Ago(trouble.IdleMilliseconds * 1000ul) : "";
            yield return $"{text.SeverityWord(trouble.Severity)}: {text.TroubleText(trouble, end, peer, idle)}";
            if (trouble.Socket is { } shown)
                yield return "  " + Evidence.Of(facts.Here.Table, shown, facts.Vitals, times);
            yield return $"  {text.WhoMustAct} {text.ActorWords(trouble.WhoMustAct)}. {text.Remedy(trouble, SocketNotes.MayTrace)}";
        }
        if (SocketDoctor.IsHealthy(found))
            yield return text.Healthy(facts.Here.Table.Records.Length);
    }

    private static ManagerProxy? Connect(string path)
    {
        try
        {
            return new(BusClient.Connect(path, TimeSpan.FromSeconds(2)));
        }
        catch (Exception e) when (e is BusException or IOException)
        {
            return null; // no manager: units by control group, and nobody counts restarts
        }
    }

    private static HashSet<string> Units(SocketTable table)
    {
        var units = new HashSet<string>();
        foreach (ref readonly var socket in table.Records)
            if (table.UnitOf(socket) is { } unit)
                units.Add(unit);
        return units;
    }

    private static Dictionary<string, long> Restarts(ManagerProxy manager, SocketSelection selection)
    {
        var restarts = new Dictionary<string, long>();
        foreach (var unit in manager.ListUnits().Where(u => u.Id.EndsWith(".service", StringComparison.Ordinal) && u.LoadState == "loaded" && selection.AdmitsUnit(u.Id)))
            try
            {
                restarts[unit.Id] = (long)manager.Unit(unit.Id).GetAll(UnitProxy.Service).Number("NRestarts");
            }
            catch (BusException e) when (e.Name is BusErrors.NoSuchUnit or BusErrors.UnknownObject) { } // unloaded meanwhile
        return restarts;
    }
}
