namespace Sereno.Journal.Write;

/// <summary>How many items the hash tables of a new file have.</summary>
internal static class HashTables
{
    public const ulong FieldItems = 333;

    private const ulong MinDataItems = 2047, BytesPerData = 768;

    /// <summary>For a full file of data of which each takes so many bytes with all that it brings, filled to 75 %.</summary>
    public static ulong DataItems(ulong maxSize) => Math.Max(maxSize * 4 / BytesPerData / 3, MinDataItems);
}
