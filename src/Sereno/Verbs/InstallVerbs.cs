using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Texts;
using Sereno.Units.Load;

namespace Sereno.Verbs;

/// <summary>enable, disable, mask, unmask: the manager makes the links, then reads the units again.</summary>
public static class InstallVerbs
{
    public static Command Build(string verb)
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var now = Help.Option<bool>("--now", "now");
        var runtime = Help.Option<bool>("--runtime", "runtime");
        var force = Help.Option<bool>("--force", "force", "-f");
        var quiet = Help.Option<bool>("--quiet", "quiet", "-q");
        var command = Help.Command(verb, $"sereno {verb} redis-server", $"sereno {verb} --now nginx");
        command.Add(units);
        command.Add(now);
        command.Add(runtime);
        command.Add(force);
        command.Add(quiet);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            var manager = new ManagerProxy(client);
            string[] names = [.. r.GetValue(units)!.Select(n => n.StartsWith('/') ? n : GlobalOptions.UnitName(n))];
            bool hasInstall = true;
            List<InstallChange> changes;
            try
            {
                (hasInstall, changes) = verb switch
                {
                    "enable" => manager.EnableUnitFiles(names, r.GetValue(runtime), r.GetValue(force)),
                    "disable" => (true, manager.DisableUnitFiles(names, r.GetValue(runtime))),
                    "mask" => (true, manager.MaskUnitFiles(names, r.GetValue(runtime), r.GetValue(force))),
                    _ => (true, manager.UnmaskUnitFiles(names, r.GetValue(runtime))),
                };
            }
            catch (BusException e)
            {
                StandardStreams.Errors.WriteLine($"Failed to {verb} unit: {e.Message}");
                return 1;
            }
            foreach (var change in r.GetValue(quiet) ? [] : changes)
                switch (change.Type)
                {
                    case "symlink":
                        StandardStreams.Errors.WriteLine(Text.Current.Created(change.Path, change.Source));
                        break;
                    case "unlink":
                        StandardStreams.Errors.WriteLine(Text.Current.Removed(change.Path));
                        break;
                    case "destination not present" when !StandardUnits.IsStandard(change.Path):
                        StandardStreams.Errors.WriteLine($"Unit {change.Source} is added as a dependency to a non-existent unit {change.Path}.");
                        break;
                    case "masked":
                        StandardStreams.Errors.WriteLine($"Unit {change.Path} is masked, ignoring.");
                        break;
                }
            if (verb == "enable" && !hasInstall && changes.Count == 0 && !r.GetValue(quiet))
                StandardStreams.Errors.WriteLine(Text.Current.NoInstall);
            manager.Reload();
            return r.GetValue(now) ? JobVerbs.Run(client, verb is "enable" or "unmask" ? "start" : "stop", names) : 0;
        });
        return command;
    }
}
