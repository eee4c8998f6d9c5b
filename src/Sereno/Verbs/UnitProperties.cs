using Sereno.Bus.Wire;

namespace Sereno.Verbs;

/// <summary>Properties from GetAll, read leniently: one that is missing is empty.</summary>
public static class UnitProperties
{
    public static string Text(this IReadOnlyDictionary<string, BusValue> properties, string name) =>
        properties.TryGetValue(name, out var value) ? value.Scalar as string ?? "" : "";

    public static IEnumerable<string> Strings(this IReadOnlyDictionary<string, BusValue> properties, string name) =>
        properties.TryGetValue(name, out var value) ? value.Items.Select(i => i.Scalar as string ?? "") : [];

    public static ulong Number(this IReadOnlyDictionary<string, BusValue> properties, string name) =>
        !properties.TryGetValue(name, out var value) ? 0 : value.Scalar switch
        {
            ulong n => n,
            long n => (ulong)n,
            uint n => n,
            int n => (ulong)n,
            bool b => b ? 1u : 0,
            _ => 0,
        };
}
