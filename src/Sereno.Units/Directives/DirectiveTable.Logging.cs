using System.Text.RegularExpressions;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>What becomes of log lines (systemd.exec(5), "Logging and Standard Input/Output").</summary>
internal static partial class DirectiveTable
{
    private static readonly string[] s_logLevels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    private static readonly string[] s_logFacilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static IEnumerable<DirectiveRow> LogRows() =>
    [
        Enforced("Service", "SyslogLevelPrefix", r => SetLogging(r, r.Boolean(), (l, prefix) => l with { LevelPrefix = prefix })),
        Enforced("Service", "SyslogLevel", r => SetLogging(r, ReadNamedNumber(r, s_logLevels, 7, "Failed to parse log level"),
            (l, level) => l with { Priority = (l.Priority & ~7) | level })),
        Enforced("Service", "SyslogFacility", r => SetLogging(r, ReadNamedNumber(r, s_logFacilities, 127, "Failed to parse log facility"),
            (l, facility) => l with { Priority = (l.Priority & 7) | facility << 3 })),
        Enforced("Service", "LogLevelMax", r => SetLogging(r, ReadNamedNumber(r, s_logLevels, 7, "Failed to parse log level"), (l, level) => l with { LevelMax = level })),
        Enforced("Service", "LogRateLimitIntervalSec", r => SetLogging(r, r.Seconds(), (l, usec) => l with { RateLimitInterval = usec })),
        Enforced("Service", "LogRateLimitBurst", r => SetLogging(r, r.Unsigned(), (l, burst) => l with { RateLimitBurst = burst })),
        Enforced("Service", "LogExtraFields", ReadLogFields),
        Emulated("Service", "LogFilterPatterns", "patterns are .NET's regular expressions, which differ from PCRE2 in rare constructs", ReadLogPatterns),
    ];

    private static void SetLogging<T>(Reading r, T? value, Func<LogSettings, T, LogSettings> set) where T : struct
    {
        if (value is { } some)
            r.Unit.Exec = r.Unit.Exec with { Logging = set(r.Unit.Exec.Logging, some) };
    }

    private static int? ReadNamedNumber(Reading r, string[] names, ulong max, string message)
    {
        if (Array.IndexOf(names, r.Value) is >= 0 and var index)
            return index;
        if (!r.IsEmpty && Integers.ReadUnsigned(r.Value, max, out ulong number) == ParseError.None)
            return (int)number;
        r.Warn($"{message}, ignoring: {r.Value}");
        return null;
    }

    /// <summary>Fields of journald's format: capital letters, digits and underscores, which the first character isn't.</summary>
    private static void ReadLogFields(Reading r)
    {
        var logging = r.Unit.Exec.Logging;
        if (r.IsEmpty)
            logging = logging with { ExtraFields = [] };
        foreach (string word in r.Words(WordFlags.Unquote | WordFlags.Unescape, $"Invalid syntax, ignoring: {r.Value}"))
            if (!r.Specifiers.TryText(word, out string field, out string error))
                r.Warn($"Failed to resolve unit specifiers in {word}, ignoring: {error}");
            else if (field.IndexOf('=') is var at && at < 0)
                r.Warn($"Log field lacks '=' character, ignoring: {field}");
            else if (at is 0 or > 64 || !char.IsAsciiLetterUpper(field[0]) || field[..at].Any(c => !char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c) && c != '_'))
                r.Warn($"Log field name is invalid, ignoring: {field}");
            else
                logging = logging with { ExtraFields = logging.ExtraFields.Add(field) };
        r.Unit.Exec = r.Unit.Exec with { Logging = logging };
    }

    private static void ReadLogPatterns(Reading r)
    {
        var logging = r.Unit.Exec.Logging;
        try
        {
            if (!r.IsEmpty)
                _ = new Regex(r.Value.TrimStart('~'), RegexOptions.CultureInvariant);
            r.Unit.Exec = r.Unit.Exec with { Logging = logging with { FilterPatterns = r.IsEmpty ? [] : logging.FilterPatterns.Add(r.Value) } };
        }
        catch (ArgumentException e)
        {
            r.Warn($"Failed to compile log filter pattern, ignoring: {r.Value}: {e.Message}");
        }
    }

    private static void ReadLogFull(Reading r)
    {
        if (r.Unit.Name.Type != UnitType.Service)
            r.Held = (Support.Ignored, "only services write lines");
        if (r.OneOf(["block", "drop"], "Failed to parse what happens while the log is full") is { } drops)
            SetLogging<int>(r, drops, (l, drop) => l with { DropsWhenFull = drop == 1 });
    }
}
