using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;

namespace Sereno.Verbs;

/// <summary>is-active, is-failed, is-enabled: a word a unit, and the exit code for scripts.</summary>
public static class StateVerbs
{
    public static Command Build(string verb)
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var quiet = Help.Option<bool>("--quiet", "quiet", "-q");
        var command = Help.Command(verb, $"sereno {verb} redis-server", $"sereno {verb} --quiet nginx && echo yes");
        command.Add(units);
        command.Add(quiet);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            bool any = false;
            foreach (string name in r.GetValue(units)!.Select(GlobalOptions.UnitName))
            {
                string? state = verb == "is-enabled" ? FileState(manager, name) : manager.Unit(name).ActiveState;
                if (state is not null && !r.GetValue(quiet))
                    StandardStreams.Text.WriteLine(state);
                any |= Counts(verb, state);
            }
            return any ? 0 : verb == "is-active" ? ExitCodes.Inactive : 1;
        });
        return command;
    }

    private static string? FileState(ManagerProxy manager, string name)
    {
        try
        {
            return manager.GetUnitFileState(name);
        }
        catch (BusException e) when (e.Name is BusErrors.FileNotFound or BusErrors.NoSuchUnit)
        {
            StandardStreams.Errors.WriteLine($"Failed to get unit file state for {name}: No such file or directory");
            return null;
        }
    }

    private static bool Counts(string verb, string? state) => verb switch
    {
        "is-active" => state is "active" or "reloading",
        "is-failed" => state == "failed",
        _ => state is "enabled" or "enabled-runtime" or "static" or "alias" or "indirect" or "generated",
    };
}
