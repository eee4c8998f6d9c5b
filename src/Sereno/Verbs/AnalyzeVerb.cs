using System.CommandLine;
using Sereno.Texts;
using Sereno.Units.Values;
using Sereno.Verbs.Analyze;

namespace Sereno.Verbs;

/// <summary>calendar, timespan and timestamp: what a time expression means, in systemd-analyze(1)'s words.</summary>
public static class AnalyzeVerb
{
    public static Command Calendar()
    {
        var texts = Expressions();
        var iterations = Help.Option<uint>("--iterations", "iterations");
        iterations.DefaultValueFactory = _ => 1;
        iterations.HelpName = "N";
        var start = Help.Option<string?>("--base-time", "base-time");
        start.HelpName = "TIMESTAMP";
        var output = Help.Output();
        var command = Help.Command("calendar", "sereno calendar 'Mon..Fri 08:30'", "sereno calendar --iterations=5 '*-*~01 Europe/Madrid'",
            "sereno calendar --base-time='2027-03-27' '*-*-* 02:30' -o json");
        command.Add(texts);
        foreach (var option in (Option[])[iterations, start, output])
            command.Add(option);
        command.SetAction(r =>
        {
            var local = Zones.Local();
            ulong now = Now, from = now;
            if (r.GetValue(start) is { } text && Timestamps.Read(text, now, local, out from) is not ParseError.None and var error)
            {
                StandardStreams.Errors.WriteLine(Text.Current.CannotReadTime("--base-time", Printable.Of(text), error == ParseError.Range));
                return 1;
            }
            var found = new List<Elapses>();
            var names = TimeReport.NamesAt(local, from);
            bool json = r.GetValue(output) == "json";
            int exit = Each(r.GetValue(texts)!, json, goesOn: true, expression =>
            {
                if (Read(expression, from, r.GetValue(iterations), local, names) is not { } elapses)
                    return false;
                if (json)
                    found.Add(elapses);
                else
                    Write(TimeReport.Of(elapses.Event, Printable.Of(expression), elapses.Times, local, ref names, now));
                return true;
            });
            if (json)
                WriteJson(found, local);
            return exit;
        });
        return command;
    }

    /// <summary>"-5" is five seconds ago, or a span that can't be: none of these verbs has an option that is a number. What follows it are expressions.</summary>
    public static string[] MarkNumbers(string[] args)
    {
        int at = Array.FindIndex(args, a => a is ['-', >= '0' and <= '9', ..]);
        return at < 0 || args.AsSpan(0, at).Contains("--") ? args : [.. args[..at], "--", .. args[at..]];
    }

    public static Command Timespan() => Simple("timespan", ["sereno timespan 1h30min", "sereno timespan '2 weeks' 500ms -o json"], (text, _, _) =>
    {
        var error = TimeSpans.Read(text, TimeSpans.Second, out ulong usec);
        if (error == ParseError.None)
            return (TimeReport.OfSpan(Printable.Of(text), usec), usec);
        Refuse(Text.Current.CannotReadTime("timespan", Printable.Of(text), error == ParseError.Range), text, "calendar", "timestamp");
        return null;
    });

    public static Command Timestamp() => Simple("timestamp", ["sereno timestamp now", "sereno timestamp '2027-01-01 12:00 Europe/Madrid' tomorrow"], (text, now, local) =>
    {
        var error = Timestamps.Read(text, now, local, out ulong usec);
        if (error == ParseError.None)
            return (TimeReport.OfTimestamp(Printable.Of(text), usec, local, now), usec);
        Refuse(Text.Current.CannotReadTime("timestamp", Printable.Of(text), error == ParseError.Range), text, "calendar", "timespan");
        return null;
    });

    private static Command Simple(string verb, string[] examples, Func<string, ulong, Zone, (IReadOnlyList<string> Lines, ulong Usec)?> read)
    {
        var texts = Expressions();
        var output = Help.Output();
        var command = Help.Command(verb, examples);
        command.Add(texts);
        command.Add(output);
        command.SetAction(r =>
        {
            var local = Zones.Local();
            ulong now = Now;
            bool json = r.GetValue(output) == "json";
            var found = new List<(string Text, ulong Usec)>();
            int exit = Each(r.GetValue(texts)!, json, goesOn: verb != "timespan", text =>
            {
                if (read(text, now, local) is not var (lines, usec))
                    return false;
                found.Add((text, usec));
                if (!json)
                    Write(lines);
                return true;
            });
            if (json)
                ListVerbs.Json(found, (writer, f) =>
                {
                    writer.WriteString("original", f.Text);
                    writer.WriteNumber("usec", f.Usec);
                });
            return exit;
        });
        return command;
    }

    private readonly record struct Elapses(string Original, CalendarEvent Event, IReadOnlyList<ulong> Times);

    private static Elapses? Read(string text, ulong from, uint iterations, Zone local, ZoneNames names)
    {
        var error = CalendarEvent.Read(text, names, out var calendar);
        if (error != ParseError.None)
        {
            Refuse(Text.Current.CannotReadTime("calendar", Printable.Of(text), error == ParseError.Range), text, "timestamp", "timespan");
            return null;
        }
        var times = new List<ulong>();
        while (times.Count < iterations)
        {
            var outcome = calendar!.Next(from, local, out ulong next);
            if (outcome == CalendarOutcome.Never)
                break;
            if (outcome != CalendarOutcome.Found)
            {
                StandardStreams.Errors.WriteLine(Text.Current.NoNextElapse(Printable.Of(text), outcome == CalendarOutcome.Lost));
                return null;
            }
            times.Add(from = next);
        }
        return new(text, calendar!, times);
    }

    /// <summary>The message, and which verb would have understood.</summary>
    private static void Refuse(string message, string text, params ReadOnlySpan<string> others)
    {
        StandardStreams.Text.Flush();
        StandardStreams.Errors.WriteLine(message);
        var local = Zones.Local();
        foreach (string other in others)
            if (other switch
            {
                "calendar" => CalendarEvent.Read(text, TimeReport.NamesAt(local, Now), out _) == ParseError.None,
                "timestamp" => Timestamps.Read(text, Now, local, out _) == ParseError.None,
                _ => TimeSpans.TryParse(text, out _),
            })
                StandardStreams.Errors.WriteLine(Text.Current.TimeHint(other, Printable.Of(text)));
    }

    /// <summary>With an empty line between two; what can't be read makes the exit status 1.</summary>
    private static int Each(string[] texts, bool json, bool goesOn, Func<string, bool> show)
    {
        int exit = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            if (!show(texts[i]))
            {
                exit = 1;
                if (!goesOn)
                    break;
            }
            if (!json && i + 1 < texts.Length)
                StandardStreams.Text.WriteLine();
        }
        return exit;
    }

    private static void Write(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            StandardStreams.Text.WriteLine(line);
    }

    private static void WriteJson(List<Elapses> found, Zone local) => ListVerbs.Json(found, (json, f) =>
    {
        json.WriteString("original", f.Original);
        json.WriteString("normalized", f.Event.Format(TimeReport.NamesAt(local, Now)));
        json.WriteStartArray("elapses_usec");
        foreach (ulong time in f.Times)
            json.WriteNumberValue(time);
        json.WriteEndArray();
    });

    private static Argument<string[]> Expressions() => new("EXPRESSION") { Arity = ArgumentArity.OneOrMore };

    private static ulong Now => (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10);
}
