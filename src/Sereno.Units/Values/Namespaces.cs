namespace Sereno.Units.Values;

/// <summary>The kinds of namespaces by name and CLONE_NEW* flag (namespaces(7), linux/sched.h).</summary>
public static class Namespaces
{
    private static readonly (string Name, uint Flag)[] s_kinds =
    [
        ("cgroup", 0x02000000), ("ipc", 0x08000000), ("net", 0x40000000), ("mnt", 0x00020000),
        ("pid", 0x20000000), ("user", 0x10000000), ("uts", 0x04000000), ("time", 0x00000080),
    ];

    public static uint All { get; } = s_kinds.Aggregate(0u, (all, kind) => all | kind.Flag);

    public static string Name(uint flag) => s_kinds.First(k => k.Flag == flag).Name;

    public static IEnumerable<uint> Flags => s_kinds.Select(k => k.Flag);

    /// <summary>The flag, or null for no kind of namespace.</summary>
    public static uint? Parse(string name) => s_kinds.FirstOrDefault(k => k.Name == name).Flag is > 0 and var flag ? flag : null;
}
