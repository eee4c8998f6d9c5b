using Sereno.Units.Text;

namespace Sereno.Units.Values;

/// <summary>Which names and assignments are acceptable.</summary>
public static class Validity
{
    /// <summary>A user or group as User= takes it: a name, loosely, or a number below 2^32-1 that is not 65535.</summary>
    public static bool IsUserOrGroup(string name)
    {
        if (name.Length == 0)
            return false;
        if (IsId(name, out bool digits))
            return true;
        if (digits || !RawText.IsUtf8(name) || name[0] == ' ' || name[^1] == ' ' || name is "." or "..")
            return false;
        if (name.Any(c => c is < ' ' or '\x7f' or ':' or '/'))
            return false;
        return name[0] != '-' || !name[1..].All(char.IsAsciiDigit);
    }

    private static bool IsId(string name, out bool digits)
    {
        digits = name.All(char.IsAsciiDigit);
        return digits && (name == "0" || name[0] != '0') && ulong.TryParse(name, out ulong id) && id < uint.MaxValue && id != 65535;
    }

    public static bool IsEnvironmentName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public static bool IsEnvironmentAssignment(string text) =>
        text.IndexOf('=') is > 0 and var equals && IsEnvironmentName(text[..equals]) && RawText.IsUtf8(text);

    /// <summary>http, https, file, info and man, as Documentation= allows.</summary>
    public static bool IsDocumentation(string url)
    {
        foreach (string scheme in (ReadOnlySpan<string>)["https://", "http://", "file:/", "info:", "man:"])
            if (url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && url.Length > scheme.Length)
                return url.All(char.IsAscii);
        return false;
    }

    /// <summary>A well-known D-Bus name (D-Bus Specification, "Bus names").</summary>
    public static bool IsBusName(string name)
    {
        if (name.Length is 0 or > 255 || !name.Contains('.') || name[0] == ':')
            return false;
        return name.Split('.').All(part =>
            part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'));
    }

    /// <summary>FileDescriptorName=: up to 255 printable ASCII characters without ':'.</summary>
    public static bool IsDescriptorName(string name) => name.Length <= 255 && name.All(c => c is >= ' ' and < '\x7f' and not ':');

    /// <summary>A network interface: up to 15 printable characters, not a number.</summary>
    public static bool IsInterfaceName(string name) =>
        name.Length is > 0 and < 16 && name is not ("." or ".." or "all" or "default") && Integers.ReadUnsigned(name, int.MaxValue, out _) != ParseError.None && name.All(c => c is > ' ' and < '\x7f' and not (':' or '/' or '%')) && !name.All(char.IsAsciiDigit);
}
