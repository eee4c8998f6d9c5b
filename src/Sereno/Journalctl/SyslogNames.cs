using System.Globalization;

namespace Sereno.Journalctl;

/// <summary>syslog(3)'s levels and facilities.</summary>
internal static class SyslogNames
{
    private static readonly string[] s_levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    private static readonly string?[] s_facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", null, null, null, null,
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    public static IEnumerable<string> AllFacilities => Enumerable.Range(0, 24).Select(i => s_facilities[i] ?? i.ToString(CultureInfo.InvariantCulture));

    public static int? Level(string name) => Array.IndexOf(s_levels, name) is >= 0 and var level ? level : Number(name, 7);

    public static int? Facility(string name) => Array.IndexOf(s_facilities, name) is >= 0 and var facility ? facility : Number(name, 23);

    private static int? Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most ? number : null;
}
