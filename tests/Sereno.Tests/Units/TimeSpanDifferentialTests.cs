using CsCheck;
using Sereno.Units.Values;
using Sereno.Verbs.Analyze;
using Xunit;

namespace Sereno.Tests.Units;

public class TimeSpanDifferentialTests
{
    private static readonly string[] s_units =
        ["s", "sec", "seconds", "m", "min", "M", "month", "ms", "msec", "us", "h", "hr", "d", "days", "w", "y", "years", "", "", " ", "\u00b5s", "x", "usec"];

    private static readonly Gen<string> s_term = Gen.Select(
        Gen.OneOf(Gen.Int[0, 5000].Select(i => i.ToString()), Gen.Select(Gen.Int[0, 99], Gen.Int[0, 9999], (a, b) => $"{a}.{b}"),
            Pick("1.", ".5", ".", "-1", "+3", "0x10", "99999999999999999999")),
        Pick("", " "), Pick(s_units), (number, blank, unit) => number + blank + unit);

    private static Gen<string> Pick(params string[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    [Fact]
    public void Spans_are_read_as_systemd_analyze_reads_them()
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        foreach (string text in (string[])["infinity", " infinity ", "infinityx", "1h30", "5s 3", "12.34.56", "12.34 .56", "12.34s.56"])
            Same(text);
        s_term.Array[1, 3].Select(t => string.Join(" ", t)).Where(t => t.Length > 0).Sample(Same, iter: 100, threads: 1);

        static void Same(string text)
        {
            var (status, output, _) = Oracle.Run("systemd-analyze", ["timespan", "--", text]);
            bool ours = TimeSpans.TryParse(text, out ulong usec);
            Assert.True(ours == (status == 0), $"\"{text}\": systemd {(status == 0 ? "accepts" : "refuses")} it");
            if (!ours)
                return;
            Assert.Equal(output, TimeReport.OfSpan(text, usec));
        }
    }
}
