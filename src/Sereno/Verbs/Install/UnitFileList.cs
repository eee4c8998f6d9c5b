using Sereno.Texts;
using Sereno.Units.Install;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Verbs.Install;

/// <summary>The table of list-unit-files.</summary>
internal static class UnitFileList
{
    /// <returns>The exit status: nothing found is a failure.</returns>
    public static int Write(IEnumerable<(string Path, string State)> files, InstallArguments arguments, Lazy<Presets> presets, TextWriter output)
    {
        var rows = Rows(files, arguments);
        var table = new Columns(Text.Current.Column("UNIT FILE"), Text.Current.Column("STATE"), Text.Current.Column("PRESET"));
        foreach (var (path, state) in rows)
            table.Add(ColourOf(state), Paths.FileName(path), state, Preset(Paths.FileName(path), state, presets));
        foreach (string line in table.Lines(!arguments.NoLegend))
            output.WriteLine(line);
        if (!arguments.NoLegend)
            output.WriteLine("\n" + Text.Current.UnitFilesListed(rows.Count));
        return rows.Count > 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>By type, then by name, whatever the case.</summary>
    public static List<(string Path, string State)> Rows(IEnumerable<(string Path, string State)> files, InstallArguments arguments) =>
        [.. files.Where(f => (arguments.States.Count == 0 || arguments.States.Contains(f.State)) && (arguments.Types.Count == 0 || arguments.Types.Contains(TypeOf(f.Path))))
            .OrderBy(f => TypeOf(f.Path), StringComparer.OrdinalIgnoreCase).ThenBy(f => Paths.FileName(f.Path).ToLowerInvariant(), StringComparer.Ordinal)];

    /// <summary>"-" where a preset would mean nothing.</summary>
    public static string Preset(string name, string state, Lazy<Presets> presets) =>
        state is "alias" or "static" or "generated" or "transient" ? "-"
        : UnitName.TryParse(name, out var unit) && presets.Value.Enables(unit, out _) ? "enabled" : "disabled";

    private static string TypeOf(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static Columns.Colour ColourOf(string state) => state switch
    {
        "enabled" or "alias" => Columns.Colour.Green,
        "masked" or "masked-runtime" or "disabled" or "bad" => Columns.Colour.Red,
        _ => Columns.Colour.None,
    };
}
