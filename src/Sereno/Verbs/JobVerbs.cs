using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>start, stop, restart, reload and their variants: queue a job for each unit, then wait for all.</summary>
public static class JobVerbs
{
    public static Command Build(string verb)
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var noBlock = Help.Option<bool>("--no-block", "no-block");
        var mode = new Option<string>("--job-mode") { Description = Text.Current.Option("job-mode"), DefaultValueFactory = _ => "replace" };
        var quiet = Help.Option<bool>("--quiet", "quiet", "-q");
        var command = Help.Command(verb, $"sereno {verb} redis-server", $"sereno {verb} --no-block nginx.service redis-server.service");
        foreach (var symbol in (Symbol[])[units, noBlock, mode, quiet])
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            return Run(client, verb, r.GetValue(units)!, r.GetValue(mode)!, wait: !r.GetValue(noBlock), quiet: r.GetValue(quiet));
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
                jobs.Add((manager.EnqueueJob(method, name, mode), name));
                if (!quiet && manager.Unit(name).Get("NeedDaemonReload").Scalar is true)
                    StandardStreams.Errors.WriteLine(Text.Current.ReloadNeeded(name));
            }
            catch (BusException e)
            {
                StandardStreams.Errors.WriteLine(Text.Current.FailedJob(verb, name, e.Message));
                exit = exit == 0 ? ExitCodes.Of(e) : exit;
            }
        if (wait)
            foreach (var (job, name) in jobs)
                if (manager.WaitForJob(job) is var result && result is not ("done" or "skipped"))
                {
                    exit = exit == 0 ? 1 : exit;
                    if (!quiet)
                        Complain(manager, name, result ?? "");
                }
        return exit;
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
