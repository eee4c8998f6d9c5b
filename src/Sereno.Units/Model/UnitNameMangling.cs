using System.Text;

namespace Sereno.Units.Model;

/// <summary>What a person types for a unit's name, made a unit's name (systemctl(1), "Parameter Syntax").</summary>
public static class UnitNameMangling
{
    private const string Valid = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@";

    /// <param name="suffix">For a name without a type.</param>
    /// <param name="escaped">Set where characters had to be escaped: worth a notice.</param>
    /// <param name="isGlob">A pattern where none can be.</param>
    /// <returns>Null where no name can be made of it.</returns>
    public static string? Mangle(string name, string suffix, out string? escaped, out bool isGlob)
    {
        escaped = null;
        isGlob = false;
        if (name.Length == 0)
            return null;
        if (UnitName.TryParse(name, out _))
            return name;
        isGlob = name.AsSpan().IndexOfAny("*?[") >= 0 && name.All(c => Valid.Contains(c) || "[]!-*?".Contains(c));
        if (name.StartsWith('/') && FromPath(name, name.StartsWith("/dev/", StringComparison.Ordinal) || name.StartsWith("/sys/", StringComparison.Ordinal) ? ".device" : ".mount") is { } path)
            return path;
        var result = new StringBuilder();
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            if (b == '/')
                result.Append('-');
            else if (Valid.Contains((char)b))
                result.Append((char)b);
            else
                result.Append($"\\x{b:x2}");
        if (result.ToString() != name)
            escaped = result.ToString();
        if (!Enum.GetValues<UnitType>().Any(t => result.ToString().EndsWith(UnitName.SuffixOf(t), StringComparison.Ordinal)))
            result.Append(suffix);
        return UnitName.TryParse(result.ToString(), out _) ? result.ToString() : null;
    }

    /// <summary>systemd-escape --path, with a type.</summary>
    public static string? FromPath(string path, string suffix)
    {
        string simple = Values.Paths.Simplify(path).Trim('/');
        if (simple.Split('/').Contains(".."))
            return null;
        string name = (simple.Length == 0 ? "-" : UnitName.Escape(simple)) + suffix;
        return UnitName.TryParse(name, out _) ? name : null;
    }
}
