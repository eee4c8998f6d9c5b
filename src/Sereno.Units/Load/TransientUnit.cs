using System.Text;
using Sereno.Units.Directives;
using Sereno.Units.Model;
using Sereno.Units.Text;

namespace Sereno.Units.Load;

/// <summary>Unit files that are made at run time: units of StartTransientUnit, and the drop-ins of SetUnitProperties.</summary>
public static class TransientUnit
{
    private const string Note = "# This is a transient unit file, created programmatically via the systemd API. Do not edit.\n";

    /// <summary>The section that a setting stands in, for a unit of this type; null for what is no setting of it.</summary>
    public static string? SectionOf(UnitType type, string key) =>
        DirectiveTable.Find(type.ToString(), key) is not null ? type.ToString() : DirectiveTable.Find("Unit", key) is not null ? "Unit" : null;

    /// <summary>Whether a setting can be read as it stands; an empty one always can.</summary>
    public static bool IsReadable(UnitName unit, string key, string value, SpecifierContext context)
    {
        var builder = new UnitBuilder(unit);
        var result = FragmentReader.Read(RawText.Encode($"[{SectionOf(unit.Type, key)}]\n{key}={value}\n"), "-", builder, new Specifiers(unit, null, context));
        return result == FragmentResult.Complete && !builder.Diagnostics.Any(d => d.Severity == Severity.Error || d.Message.Contains("ignoring", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The text of a whole unit; every key has a section.</summary>
    public static string File(UnitType type, IReadOnlyCollection<KeyValuePair<string, string>> settings)
    {
        var text = new StringBuilder(Note);
        foreach (var section in settings.GroupBy(s => SectionOf(type, s.Key)!).OrderByDescending(g => g.Key == "Unit"))
        {
            text.Append($"{(text.Length == Note.Length ? "" : "\n")}[{section.Key}]\n");
            foreach (var (key, value) in section)
                text.Append($"{key}={value}\n");
        }
        return text.ToString();
    }

    /// <summary>A drop-in that says one thing, as systemd names and words it.</summary>
    public static string DropIn(UnitType type, string key, IEnumerable<string> values) =>
        $"# This is a drop-in unit file extension, created via \"systemctl set-property\"\n# or an equivalent operation. Do not edit.\n[{SectionOf(type, key)}]\n"
        + string.Concat(values.Select(v => $"{key}={v}\n"));
}
