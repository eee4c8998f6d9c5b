namespace Sereno.Journal.Intake;

/// <summary>What a control group's path says of a process: slice, unit, session, and whose (systemd's layout, org.freedesktop.systemd1(5)).</summary>
/// <param name="OwnerUid">Of user-UID.slice; null outside of it.</param>
public readonly record struct CgroupPath(string Slice, string Unit, string UserUnit, string UserSlice, string Session, uint? OwnerUid)
{
    private const string Root = "-.slice";

    public static CgroupPath Parse(string path)
    {
        string[] parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(p => p.StartsWith('_') ? p[1..] : p)];
        int at = 0;
        string slice = Root, unit = "", userUnit = "", userSlice = "", session = "";
        // Folders above the manager's own, a container's or an instance's, are nobody's units.
        while (at < parts.Length && !IsUnit(parts[at]))
            at++;
        for (; at < parts.Length && parts[at].EndsWith(".slice", StringComparison.Ordinal); at++)
            slice = parts[at];
        uint? owner = slice.StartsWith("user-", StringComparison.Ordinal) && uint.TryParse(slice.AsSpan(5, slice.Length - 11), out uint uid) ? uid : null;
        if (at < parts.Length && IsUnit(parts[at]))
            unit = parts[at++];
        if (unit.StartsWith("session-", StringComparison.Ordinal) && unit.EndsWith(".scope", StringComparison.Ordinal))
            session = unit[8..^6];
        else if (unit.StartsWith("user@", StringComparison.Ordinal))
        {
            userSlice = Root;
            for (; at < parts.Length && parts[at].EndsWith(".slice", StringComparison.Ordinal); at++)
                userSlice = parts[at];
            userUnit = at < parts.Length && IsUnit(parts[at]) ? parts[at] : "";
        }
        return new(slice, unit, userUnit, userSlice, session, owner);
    }

    private static bool IsUnit(string part) => part.LastIndexOf('.') is > 0 and var dot
        && part[(dot + 1)..] is "service" or "scope" or "socket" or "mount" or "swap" or "slice" && part.Length < 256;
}
