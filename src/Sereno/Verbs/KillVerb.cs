using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs;

public static class KillVerb
{
    public static Command Build()
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var signal = new Option<string>("--signal", "-s") { Description = Text.Current.Option("signal"), DefaultValueFactory = _ => "TERM" };
        var whom = new Option<string>("--kill-whom", "--kill-who") { Description = Text.Current.Option("whom"), DefaultValueFactory = _ => "all", HelpName = "main|control|all" };
        whom.AcceptOnlyFromAmong("main", "control", "all", "main-fail", "control-fail", "all-fail");
        var command = Help.Command("kill", "sereno kill redis-server", "sereno kill --signal HUP --kill-whom main nginx");
        command.Add(units);
        command.Add(signal);
        command.Add(whom);
        command.SetAction(r =>
        {
            if (Signals.Parse(r.GetValue(signal)!) is not { } number)
            {
                StandardStreams.Errors.WriteLine(Text.Current.InvalidSignal(r.GetValue(signal)!));
                return 1;
            }
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            int exit = 0;
            foreach (string name in UnitPatterns.Expand(manager, r.GetValue(units)!))
                try
                {
                    manager.KillUnit(name, number, r.GetValue(whom)!);
                }
                catch (BusException e)
                {
                    StandardStreams.Errors.WriteLine(Text.Current.FailedJob("kill", name, Text.Current.Problem(e.Message)));
                    exit = 1;
                }
            return exit;
        });
        return command;
    }
}
