using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sereno.Bus;

/// <summary>Object paths of org.freedesktop.systemd1: labels keep ASCII letters and digits, any other byte becomes <c>_xx</c> (sd_bus_path_encode(3)).</summary>
public static class UnitPath
{
    public const string Manager = "/org/freedesktop/systemd1";
    public const string Units = Manager + "/unit";
    public const string Jobs = Manager + "/job";

    /// <summary><c>redis-server.service</c> is at <c>/org/freedesktop/systemd1/unit/redis_2dserver_2eservice</c>.</summary>
    public static string Of(string unit) => $"{Units}/{Escape(unit)}";

    public static string OfJob(uint id) => $"{Jobs}/{id}";

    public static string Escape(string label)
    {
        if (label.Length == 0)
            return "_";
        var result = new StringBuilder(label.Length + 16);
        foreach (byte b in Encoding.UTF8.GetBytes(label))
            if (char.IsAsciiLetter((char)b) || (char.IsAsciiDigit((char)b) && result.Length > 0))
                result.Append((char)b);
            else
                result.Append($"_{b:x2}");
        return result.ToString();
    }

    /// <summary>The unit's name in a path made by <see cref="Of"/>.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out string? unit)
    {
        unit = path.StartsWith(Units + "/", StringComparison.Ordinal) ? Unescape(path[(Units.Length + 1)..]) : null;
        return unit is not null;
    }

    public static bool TryParseJob(string path, out uint id)
    {
        id = 0;
        return path.StartsWith(Jobs + "/", StringComparison.Ordinal)
            && uint.TryParse(path.AsSpan(Jobs.Length + 1), System.Globalization.NumberStyles.None, null, out id);
    }

    /// <summary>The inverse of <see cref="Escape"/>; null where the label is no escape's result.</summary>
    public static string? Unescape(string label)
    {
        if (label == "_")
            return "";
        var bytes = new List<byte>(label.Length);
        for (int i = 0; i < label.Length; i++)
            if (label[i] != '_')
                bytes.Add((byte)label[i]);
            else if (i + 2 < label.Length && byte.TryParse(label.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
                return null;
        return label.Length == 0 || label.Contains('/') ? null : Encoding.UTF8.GetString([.. bytes]);
    }
}
