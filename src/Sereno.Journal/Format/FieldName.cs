using System.Buffers;

namespace Sereno.Journal.Format;

/// <summary>What may stand before the "=": up to 64 of A-Z, 0-9 and "_", no digit first.</summary>
public static class FieldName
{
    public const int MaxLength = 64;

    private static readonly SearchValues<byte> s_allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);

    public static bool IsValid(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= MaxLength && !char.IsAsciiDigit((char)name[0]) && !name.ContainsAnyExcept(s_allowed);

    /// <summary>Also not one that begins with "_": those are ours.</summary>
    public static bool IsValidFromClients(ReadOnlySpan<byte> name) => IsValid(name) && name[0] != '_';
}
