using System.Globalization;

namespace Sereno.Linux;

/// <summary>A line of passwd(5).</summary>
public readonly record struct UserEntry(string Name, uint Uid, uint Gid, string Home, string Shell);

/// <summary>A line of group(5).</summary>
public readonly record struct GroupEntry(string Name, uint Gid, IReadOnlyList<string> Members);

/// <summary>
/// /etc/passwd and /etc/group, read by ourselves: a static executable can't load NSS modules, and neither may wait for a
/// directory server. Users of LDAP and the like are not found; a number always is.
/// </summary>
public sealed class UserDatabase(string passwd = "/etc/passwd", string group = "/etc/group")
{
    /// <summary>By name or number, as User= takes it. A number without an entry has no name, home / and shell /bin/sh. Null when unknown.</summary>
    public UserEntry? User(string nameOrUid)
    {
        var numeric = Id(nameOrUid);
        UserEntry? byNumber = null;
        foreach (var f in Lines(passwd, 7))
        {
            if (Id(f[2]) is not { } uid || Id(f[3]) is not { } gid)
                continue;
            if (f[0] == nameOrUid)
                return new(f[0], uid, gid, f[5], f[6]);
            if (uid == numeric)
                byNumber ??= new(f[0], uid, gid, f[5], f[6]);
        }
        return byNumber ?? (numeric is { } n ? new("", n, n, "/", "/bin/sh") : null);
    }

    /// <summary>By name or number, as Group= takes it. Null when unknown.</summary>
    public GroupEntry? Group(string nameOrGid)
    {
        var numeric = Id(nameOrGid);
        GroupEntry? byNumber = null;
        foreach (var f in Lines(group, 4))
        {
            if (Id(f[2]) is not { } gid)
                continue;
            if (f[0] == nameOrGid)
                return new(f[0], gid, Members(f));
            if (gid == numeric)
                byNumber ??= new(f[0], gid, Members(f));
        }
        return byNumber ?? (numeric is { } n ? new("", n, []) : null);
    }

    /// <summary>What initgroups(3) would set: the given group, then every group that lists the user.</summary>
    public uint[] SupplementaryGroups(string user, uint gid)
    {
        var groups = new List<uint> { gid };
        foreach (var f in Lines(group, 4))
            if (user.Length > 0 && Members(f).Contains(user) && Id(f[2]) is { } g && !groups.Contains(g))
                groups.Add(g);
        return [.. groups];
    }

    private static string[] Members(string[] fields) => fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>-1 means "no change" to chown(2) and setresuid(2), so it is nobody's number.</summary>
    private static uint? Id(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id is not (uint.MaxValue or ushort.MaxValue) ? id : null;

    private static IEnumerable<string[]> Lines(string path, int fields)
    {
        if (!File.Exists(path))
            yield break; // a container from scratch
        foreach (string line in File.ReadLines(path))
            if (!line.StartsWith('#') && line.Split(':') is var f && f.Length >= fields)
                yield return f;
    }
}
