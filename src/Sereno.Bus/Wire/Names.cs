namespace Sereno.Bus.Wire;

/// <summary>Validity of paths and names (D-Bus specification, "Valid Object Paths" and "Valid Names").</summary>
public static class Names
{
    public static bool IsObjectPath(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path[0] != '/')
            return false;
        if (path.Length == 1)
            return true;
        char previous = '/';
        foreach (char c in path[1..])
        {
            if (c == '/' ? previous == '/' : !(char.IsAsciiLetterOrDigit(c) || c == '_'))
                return false;
            previous = c;
        }
        return previous != '/';
    }

    public static bool IsMember(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= Limits.NameLength && IsElement(name, allowDash: false, allowDigit: false);

    /// <summary>Interface and error names: two elements or more, none starting with a digit.</summary>
    public static bool IsInterface(ReadOnlySpan<char> name) => IsDotted(name, allowDash: false, allowDigit: false);

    /// <summary>A unique (<c>:1.5</c>) or well-known bus name.</summary>
    public static bool IsBusName(ReadOnlySpan<char> name) =>
        name.StartsWith(":") ? name.Length <= Limits.NameLength && IsDotted(name[1..], allowDash: true, allowDigit: true)
            : IsDotted(name, allowDash: true, allowDigit: false);

    private static bool IsDotted(ReadOnlySpan<char> name, bool allowDash, bool allowDigit)
    {
        if (name.Length > Limits.NameLength)
            return false;
        int elements = 0;
        foreach (var range in name.Split('.'))
        {
            if (!IsElement(name[range], allowDash, allowDigit))
                return false;
            elements++;
        }
        return elements >= 2;
    }

    private static bool IsElement(ReadOnlySpan<char> element, bool allowDash, bool allowDigit)
    {
        if (element.IsEmpty || (!allowDigit && char.IsAsciiDigit(element[0])))
            return false;
        foreach (char c in element)
            if (!(char.IsAsciiLetterOrDigit(c) || c == '_' || (allowDash && c == '-')))
                return false;
        return true;
    }
}
