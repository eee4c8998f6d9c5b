using Sereno.Units.Model;

namespace Sereno.Units.Directives;

/// <summary>What mount, automount and swap units mount, and where (systemd.mount(5)).</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> MountRows()
    {
        yield return MountText("Mount", "What", (m, v) => m with { What = v });
        yield return MountText("Mount", "Type", (m, v) => m with { FileSystem = v });
        yield return MountText("Mount", "Options", (m, v) => m with { Options = v });
        yield return MountText("Swap", "What", (m, v) => m with { What = v });
        yield return MountText("Swap", "Options", (m, v) => m with { Options = v });
        foreach (string section in (string[])["Mount", "Automount"])
            yield return Enforced(section, "Where", r =>
            {
                if (r.Expanded(path: true) is { } path && r.CheckedPath(path) is { } where)
                    r.Unit.Mount = r.Unit.Mount with { Where = where };
            });
    }

    /// <summary>A scope is stopped as a service is.</summary>
    private static IEnumerable<DirectiveRow> ScopeRows() =>
        KillRows().Concat(TimeoutRows().Where(r => r.Key is "TimeoutStopSec" or "RuntimeMaxSec" or "RuntimeRandomizedExtraSec"))
            .Where(r => r.Support != Support.Ignored).Select(r => r with { Section = "Scope" });

    private static DirectiveRow MountText(string section, string key, Func<MountDefinition, string, MountDefinition> set) => Enforced(section, key, r =>
    {
        if (r.Expanded() is { } value)
            r.Unit.Mount = set(r.Unit.Mount, value);
    });
}
