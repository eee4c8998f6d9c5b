namespace Sereno.Roles;

/// <summary>Names that don't count where systemd asks whether a folder is empty: hidden files, backups, and what package managers leave.</summary>
internal static class HiddenFiles
{
    private static readonly HashSet<string> s_names = ["lost+found", "aquota.user", "aquota.group"];

    private static readonly HashSet<string> s_suffixes =
    [
        "rpmnew", "rpmsave", "rpmorig", "dpkg-old", "dpkg-new", "dpkg-tmp", "dpkg-dist", "dpkg-bak", "dpkg-backup", "dpkg-remove",
        "ucf-new", "ucf-old", "ucf-dist", "swp", "bak", "old", "new",
    ];

    public static bool Contains(string name) =>
        name.StartsWith('.') || name.EndsWith('~') || s_names.Contains(name) || s_suffixes.Contains(name[(name.LastIndexOf('.') + 1)..]) && name.Contains('.');
}
