using System.Collections.Frozen;
using Sereno.Units.Model;

namespace Sereno.Units.Directives;

/// <summary>One directive: how it is read and how far it holds. Without a reader it is only known.</summary>
internal sealed record DirectiveRow(string Section, string Key, Support Support, string? Reason, Action<Reading>? Read);

/// <summary>
/// Every directive of systemd 252, in one table that drives both reading and what <c>check</c> says. A directive is
/// supported by giving its row a reader; the manager then finds the value in the model.
/// </summary>
internal static partial class DirectiveTable
{
    public static IEnumerable<DirectiveRow> Rows => Index.Rows.Values;

    /// <summary>Null for what systemd does not know either.</summary>
    public static DirectiveRow? Find(string section, string key) => Index.Rows.GetValueOrDefault((section, key));

    /// <summary>A class of its own, so that it is filled after the fields of all the table's parts.</summary>
    private static class Index
    {
        public static readonly FrozenDictionary<(string, string), DirectiveRow> Rows = Complete([.. All()]).ToFrozenDictionary(r => (r.Section, r.Key));

        /// <summary>Settings of processes and groups read alike in every section, also where they have no effect.</summary>
        private static IEnumerable<DirectiveRow> Complete(List<DirectiveRow> rows)
        {
            var ofServices = rows.Where(r => r.Section == "Service" && r.Read is not null).ToDictionary(r => r.Key, r => r.Read);
            return rows.Select(r => r.Read is null && r.Section is "Socket" or "Mount" or "Swap" or "Slice" or "Scope" && ofServices.TryGetValue(r.Key, out var read) ? r with { Read = read } : r);
        }
    }

    private static IEnumerable<DirectiveRow> All() =>
        [.. UnitRows(), .. JobRows(), .. SliceRows(), .. MountRows(), .. ScopeRows(), .. ConditionRows(), .. ServiceRows(), .. SupervisionRows(), .. ResourceRows(), .. CommandRows(), .. ExecRows(), .. StreamRows(), .. LimitRows(), .. KillRows(),
         .. SecurityRows(), .. SandboxRows(), .. SchedulingRows(), .. TerminalRows(), .. LogRows(), .. CredentialRows(),
         .. InstallRows(), .. SerenoRows(), .. IgnoredRows(), .. TimerRows(), .. PathRows(), .. SocketRows(), .. OtherTypesRows()];

    private static DirectiveRow Enforced(string section, string key, Action<Reading> read) => new(section, key, Support.Enforced, null, read);

    private static DirectiveRow Emulated(string section, string key, string reason, Action<Reading> read) => new(section, key, Support.Emulated, reason, read);

    private static DirectiveRow Ignored(string section, string key, string reason, Action<Reading>? read = null) => new(section, key, Support.Ignored, reason, read);

    /// <summary>Several directives that are ignored for one reason; their values are still checked by <paramref name="read"/>.</summary>
    private static IEnumerable<DirectiveRow> IgnoredAll(string section, string reason, string keys, Action<Reading>? read = null) =>
        keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(key => Ignored(section, key, reason, read));
}
