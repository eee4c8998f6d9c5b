namespace Sereno.Units.Directives;

/// <summary>What all sections that start processes know and no row above reads: each with the reason why it does nothing here.</summary>
internal static partial class DirectiveTable
{
    private const string Obsolete = "obsolete: systemd ignores it too";

    private static IEnumerable<DirectiveRow> IgnoredRows() =>
    [
        .. IgnoredAll("Service", "not supported: BPF programs of the Linux security module, which few kernels run",
            "RestrictFileSystems"),
        .. IgnoredAll("Service", "not supported: all units share one journal",
            "LogNamespace"),
        .. IgnoredAll("Service", "not supported: PAM sessions",
            "PAMName"),
        .. IgnoredAll("Service", "not supported: security modules",
            "SELinuxContext AppArmorProfile SmackProcessLabel"),
        .. IgnoredAll("Service", "not supported: the clean verb",
            "TimeoutCleanSec", r => r.Seconds()),
        .. IgnoredAll("Service", Obsolete,
            "Capabilities NetClass"),
    ];
}
