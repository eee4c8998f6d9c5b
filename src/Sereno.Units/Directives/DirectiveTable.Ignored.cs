using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>What all sections that start processes know and no row above reads: each with the reason why it does nothing here.</summary>
internal static partial class DirectiveTable
{
    private const string Obsolete = "obsolete: systemd ignores it too";

    private static IEnumerable<DirectiveRow> IgnoredRows() =>
    [
        .. IgnoredAll("Service", "not supported: BPF programs of the Linux security module, which few kernels run",
            "RestrictFileSystems"),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "SyslogLevelPrefix", r => r.Boolean()),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "LogRateLimitIntervalSec", r => r.Seconds()),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "LogRateLimitBurst", r => r.Unsigned()),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "SyslogLevel LogLevelMax", r => ReadNamedNumber(r, s_logLevels, 7, "Failed to parse log level")),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "SyslogFacility", r => ReadNamedNumber(r, s_logFacilities, 127, "Failed to parse log facility")),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "LogExtraFields", ReadLogFields),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
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

    private static readonly string[] s_logLevels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    private static readonly string[] s_logFacilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static void ReadNamedNumber(Reading r, string[] names, ulong max, string message)
    {
        if (!names.Contains(r.Value) && (r.IsEmpty || Integers.ReadUnsigned(r.Value, max, out _) != ParseError.None))
            r.Warn($"{message}, ignoring: {r.Value}");
    }

    /// <summary>Fields of journald's format: capital letters, digits and underscores, which the first character isn't.</summary>
    private static void ReadLogFields(Reading r)
    {
        foreach (string word in r.Words(WordFlags.Unquote | WordFlags.Unescape, $"Invalid syntax, ignoring: {r.Value}"))
            if (!r.Specifiers.TryText(word, out string field, out string error))
                r.Warn($"Failed to resolve unit specifiers in {word}, ignoring: {error}");
            else if (field.IndexOf('=') is var at && at < 0)
                r.Warn($"Log field lacks '=' character, ignoring: {field}");
            else if (at is 0 or > 64 || !char.IsAsciiLetterUpper(field[0]) || field[..at].Any(c => !char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c) && c != '_'))
                r.Warn($"Log field name is invalid, ignoring: {field}");
    }
}
