using Sereno.Units.Directives;
using Sereno.Units.Model;
using Sereno.Units.Text;

namespace Sereno.Units.Load;

/// <summary>How reading one file ended: to its last line, at a value that the unit can't do without, or at a line that is no unit syntax.</summary>
internal enum FragmentResult { Complete, BadSetting, BadSyntax }

/// <summary>Applies one file, fragment or drop-in, to a unit in the making.</summary>
internal static class FragmentReader
{
    public static FragmentResult Read(ReadOnlySpan<byte> bytes, string file, UnitBuilder unit, Specifiers specifiers)
    {
        var reading = new Reading(unit, specifiers, file);
        string own = unit.Name.Type.ToString();
        string? section = null;
        bool skipping = false;
        foreach (var line in UnitText.Parse(bytes))
        {
            reading.At(line.Line, line.Key, line.Value);
            switch (line.Kind)
            {
                case LineKind.Section:
                    section = line.Key;
                    skipping = line.Key is not ("Unit" or "Install") && line.Key != own;
                    if (skipping && !line.Key.StartsWith("X-", StringComparison.Ordinal))
                        reading.Warn($"Unknown section '{line.Key}'. Ignoring.");
                    break;
                case LineKind.Assignment or LineKind.MissingEquals or LineKind.MissingKey when section is null:
                    reading.Warn("Assignment outside of section. Ignoring.");
                    break;
                case LineKind.Assignment:
                    if (skipping && section != DirectiveTable.Sereno)
                        unit.Directives.Add(new(section!, line.Key, line.Value, file, line.Line, Support.Ignored,
                            section!.StartsWith("X-", StringComparison.Ordinal) ? "a section for other programs" : "unknown section"));
                    else if (Apply(reading, section!, line.Line) is not FragmentResult.Complete and var result)
                        return result;
                    break;
                case LineKind.MissingEquals:
                    if (!skipping)
                        reading.Warn("Missing '=', ignoring line.");
                    break;
                case LineKind.MissingKey:
                    if (!skipping)
                        reading.Warn("Missing key name before '=', ignoring line.");
                    break;
                case LineKind.InvalidHeader:
                    reading.Error($"Invalid section header '{line.Value}'");
                    return FragmentResult.BadSyntax;
                case LineKind.UnsafeHeader:
                    reading.Error($"Bad characters in section header '{line.Value}'");
                    return FragmentResult.BadSyntax;
                case LineKind.NotUtf8:
                    reading.Warn($"String is not UTF-8 clean, ignoring assignment: {line.Value}");
                    return FragmentResult.BadSyntax;
                case LineKind.TooLong:
                    reading.Error("Line too long");
                    return FragmentResult.BadSyntax;
            }
        }
        return FragmentResult.Complete;
    }

    private static FragmentResult Apply(Reading reading, string section, int line)
    {
        var row = DirectiveTable.Find(section, reading.Key);
        if (row is null && !reading.Key.StartsWith("X-", StringComparison.Ordinal))
            reading.Warn($"Unknown key '{reading.Key}' in section [{section}], ignoring.");
        row?.Read?.Invoke(reading);
        var (support, reason) = reading.Held ?? (row?.Support ?? Support.Ignored, row is null ? "unknown" : row.Reason);
        // The names are the table's own strings: a thousand units have them but once.
        reading.Unit.Directives.Add(new(row?.Section ?? section, row?.Key ?? reading.Key, reading.Value, reading.File, line, support, reason));
        return reading.Result;
    }
}
