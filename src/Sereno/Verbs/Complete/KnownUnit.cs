using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Units.Install;

namespace Sereno.Verbs.Complete;

/// <summary>A unit as far as the choice among many needs it.</summary>
/// <param name="Active">"" where it isn't loaded.</param>
/// <param name="FileState">As list-unit-files says it; "" without a file.</param>
internal sealed record KnownUnit(string Name, string Active, string FileState, string Description)
{
    private bool IsTemplate => Name.Contains("@.", StringComparison.Ordinal);
    private bool IsMasked => FileState.StartsWith("masked", StringComparison.Ordinal);
    private bool IsUp => Active is "active" or "reloading" or "activating";

    /// <summary>Whether the verb would do something with it.</summary>
    public bool Suits(string verb) => verb switch
    {
        "start" => !IsUp && !IsMasked && !IsTemplate,
        "stop" or "kill" or "reload" or "try-restart" => Active is not ("" or "inactive" or "failed"),
        "reset-failed" => Active == "failed",
        "enable" => FileState is "disabled" or "indirect" or "linked" or "linked-runtime",
        "disable" or "reenable" => FileState is "enabled" or "enabled-runtime",
        "mask" => FileState.Length > 0 && !IsMasked,
        "unmask" => IsMasked,
        "preset" or "is-enabled" or "edit" or "revert" or "cat" or "check" or "add-wants" or "add-requires" => FileState.Length > 0,
        "list-unit-files" => FileState.Length > 0,
        "list-timers" => Name.EndsWith(".timer", StringComparison.Ordinal),
        "list-sockets" => Name.EndsWith(".socket", StringComparison.Ordinal),
        "list-paths" => Name.EndsWith(".path", StringComparison.Ordinal),
        "connect" => !IsTemplate && (Name.EndsWith(".socket", StringComparison.Ordinal) || (IsUp && Name.EndsWith(".service", StringComparison.Ordinal))),
        "watch" or "ports" or "sockets" or "trace" or "logs" => !IsTemplate && Name.EndsWith(".service", StringComparison.Ordinal),
        _ => !IsTemplate,
    };

    /// <summary>Of the instance that runs; the installed unit files alone where none does.</summary>
    public static List<KnownUnit> All(Instance instance)
    {
        try
        {
            using var client = BusClient.Connect(instance.BusPath, TimeSpan.FromSeconds(1));
            var manager = new ManagerProxy(client);
            return Merge(manager.ListUnits().Where(u => u.LoadState != "not-found"), manager.ListUnitFiles().Select(f => (f.Path, f.State)));
        }
        catch (Exception e) when (e is BusException or LinuxException)
        {
            return Merge([], new Installer(instance.Paths, instance.Specifiers).List().Select(f => (f.Path, f.State.Name())));
        }
    }

    private static List<KnownUnit> Merge(IEnumerable<UnitStatus> loaded, IEnumerable<(string Path, string State)> files)
    {
        var all = new SortedDictionary<string, KnownUnit>(StringComparer.Ordinal);
        foreach (var unit in loaded)
            all[unit.Id] = new(unit.Id, unit.ActiveState, "", unit.Description);
        foreach (var (path, state) in files)
        {
            string name = Path.GetFileName(path);
            all[name] = all.TryGetValue(name, out var known) ? known with { FileState = state } : new(name, "", state, "");
        }
        return [.. all.Values];
    }
}
