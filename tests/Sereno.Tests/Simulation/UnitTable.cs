using System.Collections.Immutable;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Tests.Simulation;

/// <summary>Unit definitions without files: what isn't in the table isn't found.</summary>
public sealed class UnitTable : IUnitLoader
{
    private readonly Dictionary<UnitName, UnitDefinition> _units = [];

    /// <summary>How often anything was asked for.</summary>
    public int Loads { get; private set; }

    /// <summary>Answers for names that are not in the table; null is "not found".</summary>
    public Func<UnitName, UnitDefinition?> Otherwise { get; set; } = _ => null;

    public UnitDefinition Load(UnitName name)
    {
        Loads++;
        return _units.TryGetValue(name, out var unit) ? unit
            : Otherwise(name) ?? new() { Name = name, Description = name.Full, LoadState = LoadState.NotFound };
    }

    public UnitTable Add(UnitDefinition unit)
    {
        _units[unit.Name] = unit;
        return this;
    }

    public void Remove(string name) => _units.Remove(UnitName.Parse(name));

    /// <summary>A service with <c>/bin/NAME</c> as its ExecStart=, and none of the default dependencies.</summary>
    public static UnitDefinition Service(string name, ServiceType type = ServiceType.Simple, Func<ServiceDefinition, ServiceDefinition>? also = null)
    {
        var service = new ServiceDefinition
        {
            Type = type,
            ExecStart = [Command($"/bin/{name}")],
            TimeoutStartUsec = type == ServiceType.Oneshot ? ServiceDefinition.Infinity : 90_000_000,
        };
        return new()
        {
            Name = UnitName.Parse(name + ".service"),
            Description = name,
            DefaultDependencies = false,
            Service = also is null ? service : also(service),
        };
    }

    /// <summary>A unit of any type that says nothing.</summary>
    public static UnitDefinition Plain(string name) => new() { Name = UnitName.Parse(name), Description = name, DefaultDependencies = false, FragmentPath = "/etc/systemd/system/" + name };

    public static UnitDefinition Target(string name) =>
        new() { Name = UnitName.Parse(name + ".target"), Description = name, DefaultDependencies = false };

    public static ExecCommand Command(string path, ExecFlags flags = ExecFlags.None) => new(path, [path], flags);
}

public static class UnitTableExtensions
{
    /// <summary>The unit with one more dependency of this kind on each of <paramref name="names"/>.</summary>
    public static UnitDefinition With(this UnitDefinition unit, Dependency kind, params IEnumerable<string> names) => unit with
    {
        Dependencies = unit.Dependencies.SetItem(kind, [.. unit.Of(kind), .. names.Select(UnitName.Parse)]),
    };

    public static UnitDefinition Configure(this UnitDefinition unit, Func<ServiceDefinition, ServiceDefinition> change) =>
        unit with { Service = change(unit.Service!) };

    public static UnitDefinition When(this UnitDefinition unit, string kind, bool isAssert = false, bool isTrigger = false, bool negated = false, string argument = "x") =>
        unit with { Conditions = unit.Conditions.Add(new(kind, isAssert, isTrigger, negated, argument)) };

    public static ServiceDefinition Killing(this ServiceDefinition service, Func<KillContext, KillContext> change) => service with { Kill = change(service.Kill) };

    /// <summary><c>/bin/a</c>, or <c>-/bin/a</c>.</summary>
    public static ImmutableArray<ExecCommand> Commands(params string[] paths) =>
        [.. paths.Select(p => p[0] == '-' ? UnitTable.Command(p[1..], ExecFlags.IgnoreFailure) : UnitTable.Command(p))];
}
