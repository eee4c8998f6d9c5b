using Sereno.Units.Model;

namespace Sereno.Units.Directives;

/// <summary>The sections of other unit types: known, so that nothing is called a mistake that is none, and without effect.</summary>
internal static partial class DirectiveTable
{
    private static readonly (UnitType Type, string Reason, string Keys)[] s_otherTypes =
    [
        (UnitType.Mount, "not supported: mount(8) is run with its own defaults",
            "TimeoutSec DirectoryMode SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly"),
        (UnitType.Automount, "automount units need the kernel's autofs, and are not run",
            "ExtraOptions DirectoryMode TimeoutIdleSec"),
        (UnitType.Swap, "swap belongs to the machine, and is not switched here",
            "TimeoutSec Priority"),
        (UnitType.Slice, Obsolete,
            ""),
        (UnitType.Scope, "not supported for scopes",
            "OOMPolicy"),
    ];

    private static IEnumerable<DirectiveRow> OtherTypesRows()
    {
        foreach (var (type, reason, keys) in s_otherTypes)
            foreach (string key in keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(SharedKeys(type)).Distinct())
                yield return Ignored(type.ToString(), key, reason, ReaderOf(type, key));
    }

    /// <summary>Mounts and swaps start processes; scopes are killed too.</summary>
    private static IEnumerable<string> SharedKeys(UnitType type) => type switch
    {
        UnitType.Mount or UnitType.Swap => ProcessRows().Select(r => r.Key),
        UnitType.Slice => ["NetClass"],
        UnitType.Scope => KillRows().Where(r => r.Support == Support.Ignored).Select(r => r.Key).Append("NetClass"),
        _ => [],
    };

    /// <summary>What holds for all processes that a unit starts, written in [Service].</summary>
    private static IEnumerable<DirectiveRow> ProcessRows() =>
        [.. ExecRows(), .. SecurityRows(), .. SandboxRows(), .. SchedulingRows(), .. TerminalRows(), .. LogRows(), .. CredentialRows(), .. StreamRows(), .. LimitRows(), .. IgnoredRows(), .. KillRows()];
}
