using System.Text;
using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>Replaces the specifiers of one unit. Errors are worded as errno's, since they end up behind a message's colon.</summary>
public sealed class Specifiers(UnitName unit, string? fragmentPath, SpecifierContext context)
{
    public const string UnknownSpecifier = "Invalid slot", NameTooLong = "File name too long";

    /// <summary>What a specifier stands for isn't set up yet on this machine, as before its first boot (EUNATCH).</summary>
    public const string NotThereYet = "Protocol driver not attached";

    /// <summary>Limits of the results, in bytes: a unit's name, a path, a line.</summary>
    public const int NameLimit = 255, PathLimit = 4095, LineLimit = Text.UnitText.LongestLine;

    /// <summary>Only what is safe in a unit's name (systemd.unit(5) marks those).</summary>
    public bool TryName(string format, out string result, out string error) => TryExpand(format, NameLimit, namesOnly: true, out result, out error);

    /// <summary>The letters that count, where not all of a unit's do.</summary>
    public string? Known { get; init; }

    public bool TryPath(string format, out string result, out string error) => TryExpand(format, PathLimit, namesOnly: false, out result, out error);

    public bool TryText(string format, out string result, out string error, int limit = LineLimit) => TryExpand(format, limit, namesOnly: false, out result, out error);

    private bool TryExpand(string format, int limit, bool namesOnly, out string result, out string error)
    {
        result = error = "";
        if (!format.Contains('%') && format.Length * 3 <= limit)
        {
            result = format;
            return true;
        }
        var output = new StringBuilder(format.Length);
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || ++i == format.Length)
                output.Append(format[i == format.Length ? i - 1 : i]);
            else if (format[i] == '%')
                output.Append('%');
            else if (!char.IsAsciiLetterOrDigit(format[i]))
                output.Append('%').Append(format[i]);
            else if (Lookup(format[i], namesOnly, out error) is { } value)
                output.Append(value);
            else
                return false;
            if (output.Length > limit)
                break;
        }
        result = output.ToString();
        if (Encoding.UTF8.GetByteCount(result) <= limit)
            return true;
        error = NameTooLong;
        return false;
    }

    private string? Lookup(char specifier, bool namesOnly, out string error)
    {
        error = UnknownSpecifier;
        if (Known?.Contains(specifier) == false)
            return null;
        string? value = specifier switch
        {
            'n' => unit.Full,
            'N' => unit.Stem,
            'p' => unit.Prefix,
            'i' => unit.Instance ?? "",
            'j' => LastComponent,
            'H' => context.HostName,
            'l' => context.HostName.Split('.')[0],
            'q' => context.PrettyHostName ?? context.HostName,
            'm' => context.MachineId ?? Missing(out error),
            'b' => context.BootId ?? Missing(out error),
            'v' => context.KernelRelease,
            'a' => context.Architecture,
            'o' => OsRelease("ID", out error),
            'w' => OsRelease("VERSION_ID", out error),
            'W' => OsRelease("VARIANT_ID", out error),
            'M' => OsRelease("IMAGE_ID", out error),
            'A' => OsRelease("IMAGE_VERSION", out error),
            'B' => OsRelease("BUILD_ID", out error),
            'u' => context.UserName,
            'U' => context.UserId.ToString(),
            'g' => context.GroupName,
            'G' => context.GroupId.ToString(),
            _ when namesOnly => null,
            'P' => UnitName.Unescape(unit.Prefix) ?? Invalid(out error),
            'I' => UnitName.Unescape(unit.Instance ?? "") ?? Invalid(out error),
            'J' => UnitName.Unescape(LastComponent) ?? Invalid(out error),
            'f' => PathOf(unit.IsInstance ? unit.Instance! : unit.Prefix) ?? Invalid(out error),
            't' => context.RuntimeRoot,
            'S' => context.StateRoot,
            'C' => context.CacheRoot,
            'L' => context.LogsRoot,
            'E' => context.ConfigurationRoot,
            'd' => $"{context.RuntimeRoot}/credentials/{unit.Full}",
            'h' => context.HomeDirectory,
            's' => context.Shell,
            'T' => context.TemporaryDirectory,
            'V' => context.PersistentTemporaryDirectory,
            'y' => fragmentPath ?? Missing(out error),
            'Y' => fragmentPath is null ? Missing(out error) : Values.Paths.Directory(fragmentPath),
            // Where the unit's cgroup would be; deprecated, and no cgroup tree need exist here.
            'c' => $"/system.slice/{unit.Full}",
            'r' => "/system.slice",
            'R' => "/",
            _ => null,
        };
        return value;
    }

    private string LastComponent => unit.Prefix[(unit.Prefix.LastIndexOf('-') + 1)..];

    private string? OsRelease(string key, out string error)
    {
        error = UnknownSpecifier;
        return context.OsRelease is { } release ? release.GetValueOrDefault(key, "") : Missing(out error);
    }

    private static string? Missing(out string error)
    {
        error = NotThereYet;
        return null;
    }

    private static string? Invalid(out string error)
    {
        error = "Invalid argument";
        return null;
    }

    /// <summary>The inverse of systemd-escape --path.</summary>
    private static string? PathOf(string escaped)
    {
        if (escaped is "-" or "")
            return escaped == "-" ? "/" : null;
        if (UnitName.Unescape(escaped) is not { } path || path.StartsWith('/') || path.EndsWith('/') || path.Contains("//") || !Values.Paths.IsNormalized(path))
            return null;
        return "/" + path;
    }
}
