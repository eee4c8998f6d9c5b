using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Texts;
using Sereno.Units.Text;

namespace Sereno.Verbs;

/// <summary>How far units say that they may be reached: [X-Sereno] Scope= of their files, the last one counts.</summary>
internal static class DeclaredScopes
{
    public static Dictionary<string, AddressScope> Of(IEnumerable<string> units, Instance instance)
    {
        var loader = new UnitLoader(instance.Paths, instance.Specifiers);
        var scopes = new Dictionary<string, AddressScope>();
        try
        {
            foreach (string unit in units)
                if (UnitName.TryParse(unit, out var name) && Of(loader.Load(name)) is { } scope)
                    scopes[unit] = scope;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StandardStreams.Errors.WriteLine(Printable.Of(Text.Current.Sockets.NoScopes(e.Message)));
        }
        return scopes;
    }

    private static AddressScope? Of(UnitDefinition unit)
    {
        AddressScope? scope = null;
        foreach (string? path in (IEnumerable<string?>)[unit.FragmentPath, .. unit.DropInPaths])
            if (path is not null && File.Exists(path))
                scope = Read(File.ReadAllBytes(path)) ?? scope;
        return scope;
    }

    private static AddressScope? Read(byte[] file)
    {
        AddressScope? scope = null;
        bool ours = false;
        foreach (var line in UnitText.Parse(file))
            if (line.Kind == LineKind.Section)
                ours = line.Key == "X-Sereno";
            else if (ours && line.Kind == LineKind.Assignment && line.Key == "Scope")
                scope = ScopeWords.ScopeOf(line.Value);
        return scope;
    }
}
