using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>Verbs that are one call.</summary>
public static class ControlVerbs
{
    public static Command DaemonReload()
    {
        var command = Help.Command("daemon-reload", "sereno daemon-reload");
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            new ManagerProxy(client).Reload();
            return 0;
        });
        return command;
    }

    public static Command ResetFailed()
    {
        var units = Help.Units(ArgumentArity.ZeroOrMore);
        var command = Help.Command("reset-failed", "sereno reset-failed", "sereno reset-failed redis-server");
        command.Add(units);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            string[] names = r.GetValue(units)!;
            if (names.Length == 0)
                manager.ResetFailed();
            int exit = 0;
            foreach (string name in UnitPatterns.Expand(manager, names))
                try
                {
                    manager.ResetFailedUnit(name);
                }
                catch (BusException e)
                {
                    StandardStreams.Errors.WriteLine(Text.Current.FailedJob("reset-failed", name, Text.Current.Problem(e.Message)));
                    exit = 1;
                }
            return exit;
        });
        return command;
    }

    public static Command Exit()
    {
        var command = Help.Command("exit", "sereno exit --dir /tmp/demo");
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            new ManagerProxy(client).Exit();
            return 0;
        });
        return command;
    }
}
