using CsCheck;
using Sereno.Units.Values;
using Sereno.Verbs.Analyze;
using Xunit;

namespace Sereno.Tests.Units.Time;

/// <summary>Timestamps and time spans beside those of systemd-analyze(1), whole text.</summary>
public class TimestampDifferentialTests
{
    private const int Batch = 40;

    private static Gen<string> Pick(params string[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static readonly Gen<string> s_date = Gen.Frequency(
        (6, Gen.Select(Gen.Int[1969, 2040], Gen.Int[1, 12], Gen.Int[1, 31], (y, m, d) => $"{y:D4}-{m:D2}-{d:D2}")),
        (2, Gen.Select(Gen.Int[0, 99], Gen.Int[0, 13], Gen.Int[0, 32], (y, m, d) => $"{y}-{m}-{d}")),
        (1, Gen.Select(Pick("Jan", "Feb", "oct", "November"), Gen.Int[1, 31], (m, d) => $"{m} {d}")),
        (1, Gen.Int[0, 12000].Select(y => $"{y}-01-01")));

    private static readonly Gen<string> s_clock = Gen.Frequency(
        (4, Gen.Select(Gen.Int[0, 24], Gen.Int[0, 60], (h, m) => $"{h:D2}:{m:D2}")),
        (4, Gen.Select(Gen.Int[0, 23], Gen.Int[0, 59], Gen.Int[0, 61], (h, m, s) => $"{h:D2}:{m:D2}:{s:D2}")),
        (2, Gen.Select(Gen.Int[0, 23], Gen.Int[0, 59], Gen.Int[0, 99999999], (h, m, f) => $"{h}:{m}:07.{f}")));

    private static readonly Gen<string> s_weekday = Gen.Frequency((6, Gen.Const("")), (1, Pick("Mon ", "Tue ", "friday ", "Sun ", "Sat ", "Wed ", "Thursday ")));

    private static readonly Gen<string> s_zone = Gen.Frequency(
        (5, Gen.Const("")), (1, Gen.Const(" UTC")), (1, Pick(" CEST", " EDT", " utc", " XX")));

    private static readonly Gen<string> s_fixed = Gen.Frequency(
        (8, Gen.Select(s_weekday, s_date, s_clock, s_zone, (w, d, t, z) => $"{w}{d} {t}{z}")), (3, Gen.Select(s_weekday, s_date, s_zone, (w, d, z) => w + d + z)),
        (2, Gen.Select(Gen.Long[0, 260_000_000_000], Gen.Int[0, 99], (s, f) => f > 50 ? $"@{s}.{f}" : $"@{s}")), (1, Pick("@infinity", "@", "@-1", "@1h", "", "noon", "2024-13-01", "+x", "ago", " ago", "2024-01-01T00:00")));

    /// <summary>What depends on the present is compared by the day.</summary>
    private static readonly string[] s_relative = ["today", "yesterday", "tomorrow", "today UTC", "00:00", "23:59 UTC", "12:34:56.5"];

    [Fact]
    public void Timestamps_are_read_and_written_as_systemd_analyze_does()
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        Same("Europe/Berlin", s_relative);
        Gen.Select(Pick(CalendarGen.Zones), s_fixed.Array[Batch], (z, t) => (z, t)).Sample(b => Same(b.z, b.t), iter: 50, threads: 1);
    }

    /// <summary>
    /// systemd-analyze itself refuses every zone of the database here: its child has renamed itself, and the arguments that it
    /// reads then are gone. With the zone in TZ it reads the same text.
    /// </summary>
    [Fact]
    public void A_zone_of_the_database_is_as_good_as_the_local_one()
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        var berlin = Zones.FromVariable("Europe/Berlin");
        foreach (string zone in CalendarGen.Zones.Where(z => z.Contains('/')))
        {
            string[] texts = ["2024-07-01", "Mon 2024-01-01 12:34", "2025-03-30 02:30:00.25", "2024-10-27 02:30"];
            var (_, output, _) = Oracle.RunWhole("systemd-analyze", ["timestamp", .. texts], ("TZ", ":" + zone));
            string[] theirs = [.. output.Split('\n').Where(l => l.Contains("UNIX seconds:"))];
            string[] ours = [.. texts.Select(t =>
            {
                Assert.Equal(ParseError.None, Timestamps.Read($"{t} {zone}", 0, berlin, out ulong usec));
                return TimeReport.OfTimestamp(t, usec, berlin, 0).First(l => l.Contains("UNIX seconds:"));
            })];
            Assert.Equal((zone, string.Join('\n', theirs)), (zone, string.Join('\n', ours)));
        }
    }

    private static void Same(string tz, string[] texts)
    {
        var (_, output, _) = Oracle.RunWhole("systemd-analyze", ["timestamp", "--", .. texts], ("TZ", tz));
        string[] theirs = AnalyzeOutput.Blocks(output, texts.Length);
        var local = Zones.FromVariable(tz);
        ulong now = (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10);
        long guess = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            string ours = Timestamps.Read(texts[i], now, local, ref guess, out ulong usec) != ParseError.None ? "" : AnalyzeOutput.Timeless(TimeReport.OfTimestamp(texts[i], usec, local, now));
            Assert.True(ours == theirs[i], $"TZ={tz} '{texts[i]}'\n--- systemd\n{theirs[i]}\n--- ours\n{ours}");
        }
    }
}
