using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sereno.Units.Model;

public enum UnitType { Service, Socket, Target, Device, Mount, Automount, Swap, Timer, Path, Slice, Scope }

/// <summary>A valid unit name: <c>prefix[@[instance]].type</c> (systemd.unit(5), "Description").</summary>
public readonly record struct UnitName : IComparable<UnitName>
{
    /// <summary>UNIT_NAME_MAX of systemd.</summary>
    public const int MaxLength = 255;

    private static readonly string[] s_suffixes =
        [".service", ".socket", ".target", ".device", ".mount", ".automount", ".swap", ".timer", ".path", ".slice", ".scope"];

    private UnitName(string full, UnitType type) => (Full, Type) = (full, type);

    public string Full { get; }
    public UnitType Type { get; }

    /// <summary>What stands before the type, instance included.</summary>
    public string Stem => Full[..StemLength];
    public string Prefix => At is >= 0 and var at ? Full[..at] : Stem;

    /// <summary>Null for a plain unit, empty for a template.</summary>
    public string? Instance => At is >= 0 and var at ? Full[(at + 1)..StemLength] : null;
    public bool IsTemplate => At is >= 0 and var at && at + 1 == StemLength;
    public bool IsInstance => At is >= 0 and var at && at + 1 < StemLength;

    // Asked of every unit many times a second: without a new string each.
    private int StemLength => Full.Length - s_suffixes[(int)Type].Length;
    private int At => Full.AsSpan(0, StemLength).IndexOf('@');

    /// <summary><c>foo@.service</c> for <c>foo@bar.service</c>; null for what is not an instance.</summary>
    public UnitName? Template => IsInstance ? new(Prefix + "@" + SuffixOf(Type), Type) : null;

    public UnitName WithInstance(string instance) => Parse(Prefix + "@" + instance + SuffixOf(Type));

    /// <summary>The unit of another type that goes with this one.</summary>
    public UnitName WithType(UnitType type) => new(Stem + SuffixOf(type), type);

    /// <summary>The unit of a path: <c>/var/lib</c> is var-lib.mount, <c>/</c> is -.mount; null where the name would be too long.</summary>
    public static UnitName? FromPath(string path, UnitType type) =>
        TryParse((path.Trim('/') is { Length: > 0 } inner ? Escape(inner) : "-") + SuffixOf(type), out var name) ? name : null;

    /// <summary>The inverse of <see cref="FromPath"/>; null for what isn't a path's name.</summary>
    public string? ToPath() => Stem == "-" ? "/" : Unescape(Stem) is { } path && !path.StartsWith('/') ? "/" + path : null;

    public static string SuffixOf(UnitType type) => s_suffixes[(int)type];

    public static UnitName Parse(string name) =>
        TryParse(name, out var result) ? result : throw new FormatException($"Unit name {name} is not valid.");

    public static bool TryParse([NotNullWhen(true)] string? name, out UnitName result)
    {
        result = default;
        if (name is null || name.Length > MaxLength)
            return false;
        int type = Array.FindIndex(s_suffixes, s => name.EndsWith(s, StringComparison.Ordinal));
        if (type < 0)
            return false;
        var stem = name.AsSpan(0, name.Length - s_suffixes[type].Length);
        if (stem.IsEmpty || stem[0] == '@')
            return false;
        foreach (char c in stem)
            if (!char.IsAsciiLetterOrDigit(c) && c is not (':' or '-' or '_' or '.' or '\\' or '@'))
                return false;
        result = new(name, (UnitType)type);
        return true;
    }

    /// <summary>systemd-escape(1): '/' becomes '-', anything unusual \xNN.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
            if (b == '/')
                result.Append('-');
            else if (b is (byte)'-' or (byte)'\\' || !(char.IsAsciiLetterOrDigit((char)b) || b is (byte)':' or (byte)'_' or (byte)'.')
                     || (b == '.' && result.Length == 0))
                result.Append($"\\x{b:x2}");
            else
                result.Append((char)b);
        return result.ToString();
    }

    /// <summary>The inverse of <see cref="Escape"/>; null where the text is no escape's result.</summary>
    public static string? Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '-')
                bytes.Add((byte)'/');
            else if (text[i] != '\\')
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            else if (i + 3 < text.Length && text[i + 1] == 'x' && byte.TryParse(text.AsSpan(i + 2, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte value))
            {
                bytes.Add(value);
                i += 3;
            }
            else
                return null;
        return Encoding.UTF8.GetString([.. bytes]);
    }

    public int CompareTo(UnitName other) => string.CompareOrdinal(Full, other.Full);

    public override string ToString() => Full;
}
