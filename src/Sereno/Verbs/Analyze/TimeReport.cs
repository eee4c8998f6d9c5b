using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs.Analyze;

/// <summary>What systemd-analyze(1) says of times, line by line: a name, right-aligned, and its value.</summary>
public static class TimeReport
{
    private sealed class Lines(string longest)
    {
        private readonly int _width = Text.Current.TimeLabel(longest).Length;
        private readonly List<(string Name, string Value)> _lines = [];

        /// <summary>Blanks at the end stay in the widest cell only, as in systemd's tables.</summary>
        public IReadOnlyList<string> All
        {
            get
            {
                int widest = _lines.Max(l => l.Value.Length);
                return [.. _lines.Select(l => $"{l.Name.PadLeft(_width)} {(l.Value.Length < widest ? l.Value.TrimEnd() : l.Value)}")];
            }
        }

        public void Add(string name, string value) => _lines.Add((Text.Current.TimeLabel(name), value));
    }

    /// <param name="names">The local zone's names, which follow the times that were converted last.</param>
    public static IReadOnlyList<string> Of(CalendarEvent calendar, string original, IReadOnlyList<ulong> elapses, Zone local, ref ZoneNames names, ulong now)
    {
        var lines = new Lines("Normalized form:");
        string normal = calendar.Format(names);
        if (normal != original)
            lines.Add("Original form:", original);
        lines.Add("Normalized form:", normal);
        if (elapses.Count == 0)
            lines.Add("Next elapse:", Text.Current.TimeLabel("never"));
        for (int i = 0; i < elapses.Count; i++)
        {
            if (calendar.IsLocal)
                names = NamesAt(local, elapses[i]);
            lines.Add(i == 0 ? "Next elapse:" : $"Iter. #{i + 1}:", Timestamps.Format(elapses[i], local) ?? "-");
            if (!names.IsUtc)
                lines.Add("(in UTC):", Timestamps.Format(elapses[i], Zone.Utc) ?? "-");
            lines.Add("From now:", Text.Current.Relative(elapses[i], now) ?? "-");
        }
        if (elapses.Count > 0)
            names = NamesAt(local, elapses[^1]);
        return lines.All;
    }

    public static IReadOnlyList<string> OfSpan(string original, ulong usec)
    {
        var lines = new Lines("Original:");
        lines.Add("Original:", original);
        lines.Add("\u03bcs:", $"{usec}");
        lines.Add("Human:", TimeSpans.Format(usec));
        return lines.All;
    }

    public static IReadOnlyList<string> OfTimestamp(string original, ulong usec, Zone local, ulong now)
    {
        var lines = new Lines("Normalized form:");
        lines.Add("Original form:", original);
        lines.Add("Normalized form:", Timestamps.Format(usec, local) ?? "-");
        if (!NamesAt(local, usec).IsUtc)
            lines.Add("(in UTC):", Timestamps.Format(usec, Zone.Utc) ?? "-");
        ulong fraction = usec % TimeSpans.Second;
        lines.Add("UNIX seconds:", $"@{usec / TimeSpans.Second}{(fraction > 0 ? $".{fraction:D6}" : "")}");
        lines.Add("From now:", Text.Current.Relative(usec, now) ?? "-");
        return lines.All;
    }

    public static ZoneNames NamesAt(Zone zone, ulong usec) => zone.NamesAt((long)(usec / TimeSpans.Second));
}
