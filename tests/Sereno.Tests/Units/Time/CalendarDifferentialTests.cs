using CsCheck;
using Sereno.Units.Values;
using Sereno.Verbs.Analyze;
using Xunit;

namespace Sereno.Tests.Units.Time;

/// <summary>Calendar events beside those of systemd-analyze(1): acceptance, normal form, the next elapses, and the whole text.</summary>
public class CalendarDifferentialTests
{
    private const int Batch = 60, Iterations = 6;

    private static readonly string[] s_bases =
        ["2024-03-30 22:17:03", "2024-10-26 12:00", "2026-11-01 00:59:59", "2025-04-05 01:00", "2023-12-31 23:59:30", "2011-12-29 08:00", "2014-10-25 12:00", "1996-02-28 00:00", "2038-01-18 00:00", "2098-06-01 00:00"];

    /// <summary>What TZ may be besides a zone's name (tzset(3)).</summary>
    private static readonly string[] s_locals =
        [.. CalendarGen.Zones, "", ":Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3", "XXX", "Nowhere/Land", "EST5EDT4,J60/2,300/0:30", "NZST-12NZDT,M9.5.0,M4.1.0/3"];

    private static readonly Gen<(string Zone, string Base, string[] Expressions)> s_batch = Gen.Select(
        Gen.Int[0, s_locals.Length - 1], Gen.Int[0, s_bases.Length - 1], CalendarGen.Expression.Array[Batch], (z, b, e) => (s_locals[z], s_bases[b], e));

    [Fact]
    public void Events_are_read_and_elapse_as_systemd_analyze_says()
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        s_batch.Sample(b => Same(b.Zone, b.Base, b.Expressions), iter: 50, threads: 1);
    }

    private static void Same(string tz, string start, string[] expressions)
    {
        var (_, output, _) = Oracle.RunWhole("systemd-analyze", ["calendar", $"--iterations={Iterations}", $"--base-time={start}", "--", .. expressions], ("TZ", tz));
        string[] theirs = AnalyzeOutput.Blocks(output, expressions.Length);
        var local = Zones.FromVariable(tz);
        ulong now = (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10);
        Assert.Equal(ParseError.None, Timestamps.Read(start, now, local, out ulong from));
        var names = TimeReport.NamesAt(local, from);
        for (int i = 0; i < expressions.Length; i++)
        {
            string ours = Ours(expressions[i], from, local, ref names, out bool isAmbiguous);
            Assert.True(isAmbiguous || ours == theirs[i], $"TZ={tz} --base-time='{start}' '{expressions[i]}'\n--- systemd\n{theirs[i]}\n--- ours\n{ours}");
        }
    }

    /// <param name="isAmbiguous">A clock of the event's own zone shows one of the times twice, both times without summer time, as Moscow's in
    /// the night of 2014-10-26. Which one systemd takes then depends on the offset that its process's last mktime(3) met, in any zone.</param>
    private static string Ours(string expression, ulong from, Zone local, ref ZoneNames names, out bool isAmbiguous)
    {
        isAmbiguous = false;
        var own = expression.Split(' ')[^1] is var last && CalendarGen.Zones.Contains(last) ? Zones.FromVariable(last) : null;
        if (CalendarEvent.Read(expression, names, out var calendar) != ParseError.None)
            return "";
        var elapses = new List<ulong>();
        for (var outcome = CalendarOutcome.Found; elapses.Count < Iterations;)
        {
            outcome = calendar!.Next(from, local, out ulong next);
            if (outcome == CalendarOutcome.Never)
                break;
            if (outcome != CalendarOutcome.Found)
                return "";
            elapses.Add(from = next);
            isAmbiguous |= own is not null && IsShownTwice(own, (long)(next / 1_000_000));
        }
        return AnalyzeOutput.Timeless(TimeReport.Of(calendar!, expression, elapses, local, ref names, now: 0));
    }

    private static bool IsShownTwice(Zone zone, long epoch)
    {
        var shown = zone.ToCivil(epoch);
        return new[] { -86_400, 86_400 }.Select(away => epoch + zone.At(epoch).Seconds - zone.At(epoch + away).Seconds).Any(other => other != epoch && zone.ToCivil(other) == shown);
    }
}
