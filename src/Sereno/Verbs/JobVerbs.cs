using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>start, stop, restart, reload and their variants: queue a job for each unit, then wait for all.</summary>
public static class JobVerbs
{
    private const string Modes = "replace|fail|replace-irreversibly|isolate|ignore-dependencies|ignore-requirements|flush|triggering";

    public static Command Build(string verb)
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var noBlock = Help.Option<bool>("--no-block", "no-block");
        var mode = new Option<string>("--job-mode") { Description = Text.Current.Option("job-mode"), DefaultValueFactory = _ => "replace", HelpName = Modes };
        var quiet = Help.Option<bool>("--quiet", "quiet", "-q");
        var all = Help.Option<bool>("--all", "all", "-a");
        var command = Help.Command(verb, $"sereno {verb} redis-server", $"sereno {verb} --no-block nginx.service redis-server.service", $"sereno {verb} 'worker@*'");
        foreach (var symbol in (Symbol[])[units, noBlock, mode, quiet, all])
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            string[] words = r.GetValue(units)!;
            if (verb == "start" && !r.GetValue(all) && !r.GetValue(quiet) && words.Any(UnitPatterns.IsPattern))
                StandardStreams.Errors.WriteLine(Text.Current.StartOfPattern);
            return Run(client, verb, UnitPatterns.Expand(new(client), words, r.GetValue(all)), r.GetValue(mode)!, wait: !r.GetValue(noBlock), quiet: r.GetValue(quiet));
        });
        return command;
    }

    public static int Run(BusClient client, string verb, IReadOnlyList<string> units, string mode = "replace", bool wait = true, bool quiet = false)
    {
        var manager = new ManagerProxy(client);
        string method = MethodOf(verb);
        int exit = 0;
        var jobs = new List<(string Job, string Unit)>();
        foreach (string name in units.Select(GlobalOptions.UnitName))
            try
            {
                jobs.Add((Enqueue(manager, method, name, mode), name));
                Warn(manager, verb, name, quiet);
            }
            catch (BusException e)
            {
                StandardStreams.Errors.WriteLine(Text.Current.FailedJob(verb, name, Text.Current.Problem(e.Message)));
                exit = exit == 0 ? ExitCodes.Of(e) : exit;
            }
        if (wait)
            foreach (var (job, name) in jobs)
                if (manager.WaitForJob(job, name, verb == "stop") is var result && result is not ("done" or "skipped"))
                {
                    exit = exit == 0 ? 1 : exit;
                    if (!quiet)
                        Complain(manager, name, result);
                }
        return exit;
    }

    /// <summary>What may be asked twice is asked of the successor too, when a manager dies before it answers.</summary>
    private static string Enqueue(ManagerProxy manager, string method, string name, string mode)
    {
        try
        {
            return manager.EnqueueJob(method, name, mode);
        }
        catch (BusException e) when (e.Name == BusErrors.Disconnected && method is ("StartUnit" or "StopUnit"))
        {
            manager.Client.Reconnect(ManagerProxy.Succession);
            return manager.EnqueueJob(method, name, mode);
        }
    }

    private static void Warn(ManagerProxy manager, string verb, string name, bool quiet)
    {
        try
        {
            if (manager.Unit(name).Get("NeedDaemonReload").Scalar is true)
                StandardStreams.Errors.WriteLine(Text.Current.ReloadNeeded(name));
            if (verb == "stop" && !quiet)
                WarnOfTriggers(manager, name);
        }
        catch (BusException e) when (e.Name == BusErrors.Disconnected)
        {
            // The manager has died: its successor is asked how the job ended, which matters more.
        }
    }

    /// <summary>What is stopped may soon be started again.</summary>
    private static void WarnOfTriggers(ManagerProxy manager, string name)
    {
        var active = manager.Unit(name).Get("TriggeredBy").Items.Select(t => (string)t.Scalar!).Where(t => manager.Unit(t).ActiveState is "active" or "reloading").ToList();
        if (active.Count > 0)
            StandardStreams.Errors.WriteLine(Text.Current.StillTriggered(name, active));
    }

    internal static void Complain(ManagerProxy manager, string name, string result)
    {
        string service = name.EndsWith(".service", StringComparison.Ordinal) ? manager.Unit(name).GetString("Result", UnitProxy.Service) : "";
        StandardStreams.Errors.WriteLine(Text.Current.JobFailed(name, Text.Current.JobReason(result, service)));
        if (result is not ("canceled" or "invalid"))
            StandardStreams.Errors.WriteLine(Text.Current.SeeStatus(name));
    }

    private static string MethodOf(string verb) => verb switch
    {
        "start" => "StartUnit",
        "stop" => "StopUnit",
        "restart" => "RestartUnit",
        "reload" => "ReloadUnit",
        "try-restart" => "TryRestartUnit",
        "reload-or-restart" => "ReloadOrRestartUnit",
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, null),
    };
}
