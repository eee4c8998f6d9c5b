using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Texts;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Verbs;

/// <summary>How far a unit says that it may be reached ([X-Sereno] Scope=), and who sees to it.</summary>
/// <param name="Words">As its file has it.</param>
/// <param name="HeldBy">As the manager says; empty for nobody, and where there is no manager to ask; "closed" of a socket unit that has nothing open.</param>
/// <param name="Problem">Why nobody does.</param>
/// <param name="Refused">Packets, and connections, of those outside.</param>
public sealed record UnitScope(AddressScope Declared, string Words, string HeldBy = "", string Problem = "", ulong Refused = 0)
{
    public bool IsHeld => HeldBy is not ("" or "closed");
}

internal static class UnitScopes
{
    private const string Interface = "org.sereno.Scope";

    /// <summary>As the manager has them; of those that aren't its own, and without one, as their files say.</summary>
    public static Dictionary<string, UnitScope> Of(IEnumerable<string> units, Instance instance, ManagerProxy? manager)
    {
        var scopes = new Dictionary<string, UnitScope>();
        var loader = new Lazy<UnitLoader>(() => new UnitLoader(instance.Paths, instance.Specifiers));
        var loaded = manager?.ListUnits().Select(u => u.Id).ToHashSet() ?? [];
        try
        {
            foreach (string unit in units)
                if ((loaded.Contains(unit) ? Ask(manager!, unit) : UnitName.TryParse(unit, out var name) ? Of(loader.Value.Load(name).Sereno) : null) is { } scope)
                    scopes[unit] = scope;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BusException)
        {
            StandardStreams.Errors.WriteLine(Printable.Of(Text.Current.Sockets.NoScopes(e.Message)));
        }
        return scopes;
    }

    /// <summary>With a manager if one answers.</summary>
    public static Dictionary<string, UnitScope> Of(IEnumerable<string> units, Instance instance)
    {
        try
        {
            using var client = BusClient.Connect(instance.BusPath, TimeSpan.FromSeconds(2));
            return Of(units, instance, new ManagerProxy(client));
        }
        catch (Exception e) when (e is BusException or IOException)
        {
            return Of(units, instance, null);
        }
    }

    /// <summary>From all that the manager says of a unit.</summary>
    public static UnitScope? Of(Dictionary<string, BusValue> p) =>
        p.Text("Scope") is { Length: > 0 } words && ScopeWords.ScopeOf(words.Split(' ')[0]) is { } declared
            ? new(declared, words, p.Text("ScopeHeldBy"), p.Text("ScopeProblem"), p.Number("ScopeRefused") + p.Number("NRefused")) : null;

    private static UnitScope? Of(SerenoSettings? settings) => settings?.Audience switch
    {
        Audience.Local => new(AddressScope.Local, "local"),
        Audience.Intranet => new(AddressScope.Intranet, "intranet"),
        Audience.Internet => new(AddressScope.Internet, "internet"),
        null => null,
    };

    private static UnitScope? Ask(ManagerProxy manager, string unit)
    {
        try
        {
            return Of(manager.Unit(unit).GetAll(Interface));
        }
        catch (BusException e) when (e.Name is BusErrors.UnknownInterface or BusErrors.NoSuchUnit or BusErrors.UnknownObject)
        {
            return null; // it says nothing of its audience, or is gone meanwhile
        }
    }
}
