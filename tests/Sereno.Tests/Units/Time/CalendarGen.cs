using CsCheck;

namespace Sereno.Tests.Units.Time;

/// <summary>Calendar events as people write them, and as they shouldn't.</summary>
public static class CalendarGen
{
    public static readonly string[] Zones =
    [
        "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Moscow", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "Africa/Casablanca",
        "Africa/Cairo", "Australia/Lord_Howe", "Australia/Sydney", "Asia/Kolkata", "Asia/Tokyo", "Asia/Tehran", "Pacific/Apia", "Pacific/Kiritimati",
        "Antarctica/Troll", "Atlantic/Azores", "America/Caracas", "Asia/Gaza", "UTC", "Etc/GMT+5", "EST5EDT", "GMT",
    ];

    private static Gen<string> Pick(params string[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static Gen<string> Item(int least, int most, int width) => Gen.Frequency(
        (6, Number(least, most, width)),
        (2, Gen.Select(Number(least, most, width), Number(least, most, width), (a, b) => string.CompareOrdinal(a, b) <= 0 ? $"{a}..{b}" : $"{b}..{a}")),
        (2, Gen.Select(Number(least, most, width), Gen.Int[1, Math.Max(1, most / 3)], (a, n) => $"{a}/{n}")),
        (1, Gen.Select(Number(least, most, width), Number(least, most, width), Gen.Int[1, Math.Max(1, most / 3)], (a, b, n) => $"{a}..{b}/{n}")));

    private static Gen<string> Number(int least, int most, int width) => Gen.Int[least, most].Select(n => n.ToString("D" + width));

    private static Gen<string> List(int least, int most, int width) =>
        Gen.Frequency((3, Gen.Const("*")), (5, Item(least, most, width)), (2, Item(least, most, width).Array[2, 4].Select(a => string.Join(",", a))));

    private static readonly Gen<string> s_day = Pick("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Monday", "friday", "SUNDAY");

    private static readonly Gen<string> s_weekdays = Gen.Frequency(
        (5, Gen.Const("")), (2, s_day.Select(d => d + " ")), (1, s_day.Array[2, 3].Select(d => string.Join(",", d) + " ")),
        (1, Gen.Select(s_day, s_day, (a, b) => $"{a}..{b} ")), (1, Pick("Mon..Fri ", "Sat,Sun ", "Mon-Thu,Sat, ", "Mon,Wed..Fri ")));

    private static readonly Gen<string> s_year = Gen.Frequency((6, Gen.Const("*")), (2, Gen.Int[2020, 2040].Select(y => $"{y}")), (1, Item(2015, 2045, 4)), (1, Item(0, 99, 2)));

    private static readonly Gen<string> s_date = Gen.Frequency(
        (6, Gen.Select(s_year, List(1, 12, 2), Pick("-", "-", "~"), List(1, 31, 2), (y, m, s, d) => $"{y}-{m}{s}{(s == "~" && d.Length == 2 ? $"{int.Parse(d) % 28 + 1:D2}" : d)}")),
        (2, Gen.Select(List(1, 12, 2), Pick("-", "~"), List(1, 28, 2), (m, s, d) => m + s + d)),
        (3, Gen.Const("")));

    private static readonly Gen<string> s_seconds = Gen.Frequency(
        (4, Gen.Const("")), (2, List(0, 59, 2).Select(s => ":" + s)),
        (1, Gen.Select(Gen.Int[0, 59], Gen.Int[0, 9999999], (s, f) => $":{s}.{f}")), (1, Gen.Select(Gen.Int[0, 30], Gen.Int[1, 99], (s, f) => $":{s}/{f % 20}.{f}")));

    private static readonly Gen<string> s_time = Gen.Frequency(
        (5, Gen.Select(List(0, 23, 2), List(0, 59, 2), s_seconds, (h, m, s) => $"{h}:{m}{s}")), (2, Gen.Const("")));

    private static readonly Gen<string> s_zone = Gen.Frequency((7, Gen.Const("")), (1, Gen.Const(" UTC")), (2, Pick(Zones).Select(z => " " + z)), (1, Pick(" CET", " CEST", " EST", " EDT", " GMT", " XYZ")));

    private static readonly Gen<string> s_whole = Gen.Select(s_weekdays, s_date, s_time, s_zone, (w, d, t, z) => (w + d + (d.Length > 0 && t.Length > 0 ? " " : "") + t).TrimEnd() + z);

    private static readonly Gen<string> s_short = Gen.Select(
        Pick("minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "annually", "semiannually", "bi-annually", "Daily", "anually"), s_zone, (w, z) => w + z);

    private static readonly Gen<string> s_epoch = Gen.Frequency((3, Gen.Long[0, 7_300_000_000].Select(s => $"@{s}")), (1, Pick("@-1", "@ 5", "@+7", "@5x", "@99999999999999999999", "@-18446744073709551615", "Mon @5")));

    /// <summary>What is right, with one character put in, taken out or replaced.</summary>
    private static readonly Gen<string> s_broken = Gen.Select(s_whole, Gen.Int[0, 60], Gen.Int[0, 2], Pick("-", "~", ":", ".", "..", ",", "/", " ", "*", "0", "9", "x", "@", "  "), (text, at, how, with) =>
    {
        at = Math.Min(at, text.Length);
        return how switch { 0 => text.Insert(at, with), 1 => at < text.Length ? text.Remove(at, 1) : text, _ => at < text.Length ? text[..at] + with + text[(at + 1)..] : text + with };
    });

    public static readonly Gen<string> Expression = Gen.Frequency((12, s_whole), (2, s_short), (1, s_epoch), (4, s_broken)).Where(t => t.Length > 0 && !t.StartsWith('-'));
}
