using System.CommandLine;
using Sereno.Bus.Client;

namespace Sereno.Verbs;

/// <summary>is-active and is-failed: a word a unit, and the exit code for scripts.</summary>
public static class StateVerbs
{
    public static Command Build(string verb)
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var quiet = Help.Option<bool>("--quiet", "quiet", "-q");
        var command = Help.Command(verb, $"sereno {verb} redis-server", $"sereno {verb} --quiet nginx && echo yes");
        command.Add(units);
        command.Add(quiet);
        var output = Help.Output();
        command.Add(output);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            bool any = false, json = r.GetValue(output) == "json";
            var states = new List<(string Unit, string State)>();
            foreach (string name in UnitPatterns.Expand(manager, r.GetValue(units)!))
            {
                string state = manager.Unit(name).ActiveState;
                if (!r.GetValue(quiet) && !json)
                    StandardStreams.Text.WriteLine(state);
                states.Add((name, state));
                any |= Counts(verb, state);
            }
            if (json && !r.GetValue(quiet))
                ListVerbs.Json(states, (writer, s) =>
                {
                    writer.WriteString("unit", s.Unit);
                    writer.WriteString("active", s.State);
                });
            return any ? 0 : verb == "is-active" ? ExitCodes.Inactive : 1;
        });
        return command;
    }

    private static bool Counts(string verb, string state) => verb == "is-active" ? state is "active" or "reloading" : state == "failed";
}
