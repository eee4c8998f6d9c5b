namespace Sereno.Journalctl;

/// <summary>journalctl's -o, in the order in which "-o help" lists them.</summary>
internal enum OutputMode
{
    Short, ShortFull, ShortIso, ShortIsoPrecise, ShortPrecise, ShortMonotonic, ShortDelta, ShortUnix, Verbose, Export, Json, JsonPretty, JsonSse, JsonSeq, Cat, WithUnit,
}

internal static class OutputModes
{
    public static readonly string[] Names =
    [
        "short", "short-full", "short-iso", "short-iso-precise", "short-precise", "short-monotonic", "short-delta", "short-unix", "verbose", "export",
        "json", "json-pretty", "json-sse", "json-seq", "cat", "with-unit",
    ];

    public static OutputMode? Of(string name) => Array.IndexOf(Names, name) is >= 0 and var index ? (OutputMode)index : null;

    public static bool IsJson(this OutputMode mode) => mode is OutputMode.Json or OutputMode.JsonPretty or OutputMode.JsonSse or OutputMode.JsonSeq;

    /// <summary>For programs: without a word of our own between the entries.</summary>
    public static bool IsPlain(this OutputMode mode) => mode.IsJson() || mode is OutputMode.Export or OutputMode.Cat;
}
