using Sereno.Texts;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Verbs;

/// <summary>
/// Settings of --property and its kin, looked at before anybody is asked to make a unit of them. What a client of systemd
/// reads itself is refused here and in its words; words and lists it leaves to the manager.
/// </summary>
internal static class RunProperties
{
    private static readonly string[] s_numbers =
    [
        "Nice", "OOMScoreAdjust", "UMask", "StartLimitBurst", "CPUSchedulingPriority", "IOSchedulingPriority", "CoredumpFilter", "LogRateLimitBurst", "TTYRows", "TTYColumns",
        "TasksMax", "CPUWeight", "StartupCPUWeight", "CPUShares", "StartupCPUShares", "IOWeight", "StartupIOWeight", "BlockIOWeight", "StartupBlockIOWeight", "FileDescriptorStoreMax",
        "MountFlags", "Backlog", "MaxConnections", "MaxConnectionsPerSource", "TriggerLimitBurst", "KeepAliveProbes", "Priority", "IPTTL", "Mark", "ManagedOOMMemoryPressureLimit",
    ];

    private static readonly string[] s_words =
    [
        "SyslogLevel", "LogLevelMax", "SyslogFacility", "SecureBits", "CPUSchedulingPolicy", "SystemCallErrorNumber", "IOSchedulingClass",
        "KillSignal", "RestartKillSignal", "FinalKillSignal", "WatchdogSignal", "ReloadSignal", "IPTOS", "SocketProtocol",
    ];

    private static readonly string[] s_texts = ["ProtectSystem", "ProtectHome", "RuntimeDirectoryPreserve", "UtmpMode", "KillMode", "OOMPolicy", "Type", "Restart"];

    /// <returns>What is wrong with an assignment; null when nothing is, or the manager is to say it.</returns>
    public static string? Problem(UnitName unit, string assignment, SpecifierContext context, out KeyValuePair<string, string> setting)
    {
        var texts = Text.Current.Run;
        int at = assignment.IndexOf('=');
        var (key, value) = setting = at < 0 ? default : new(assignment[..at], assignment[(at + 1)..]);
        if (at < 0)
            return texts.NotAnAssignment(assignment);
        if (TransientUnit.SectionOf(unit.Type, key) is null)
            return texts.UnknownAssignment(assignment);
        if (value.Contains('\n') || TransientUnit.IsReadable(unit, key, value.Replace("%", "%%", StringComparison.Ordinal), context))
            return null;
        if (key == "OnCalendar")
            return texts.BadCalendar;
        if (key == "CPUQuota")
            return texts.BadQuota(value);
        if (key.StartsWith("Limit", StringComparison.Ordinal))
            return texts.BadLimit(value);
        if (s_words.Contains(key) || (!s_texts.Contains(key) && IsBoolean(unit, key, context)))
            return texts.Unparsable(key, value, null);
        bool isNumber = s_numbers.Contains(key) || key.EndsWith("Sec", StringComparison.Ordinal) || key.StartsWith("Memory", StringComparison.Ordinal)
            || (key.EndsWith("Mode", StringComparison.Ordinal) && key.Contains("Directory")) || key is "SocketMode" or "DirectoryMode";
        return isNumber ? texts.Unparsable(key, value, Linux.Errno.Text(value.TrimStart('-').All(char.IsAsciiDigit) ? Linux.Headers.libc.ERANGE : Linux.Headers.libc.EINVAL)) : null;
    }

    /// <summary>Only of a boolean both are values.</summary>
    private static bool IsBoolean(UnitName unit, string key, SpecifierContext context) =>
        TransientUnit.IsReadable(unit, key, "t", context) && TransientUnit.IsReadable(unit, key, "off", context);
}
