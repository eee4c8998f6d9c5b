using System.CommandLine;
using Sereno.Sockets.Namespaces;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Trace;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>sereno trace: every TCP state change as it happens.</summary>
public static class TraceVerb
{
    public static Command Build()
    {
        var unit = new Argument<string?>("UNIT") { Description = Text.Current.Option("units"), Arity = ArgumentArity.ZeroOrOne };
        var source = Help.Option<string?>("--source", "trace-source");
        source.AcceptOnlyFromAmong([.. Enum.GetValues<TraceSourceKind>().Select(s => s.Name())]);
        source.HelpName = "perf|destroy|poll";
        var count = Help.Option<long?>("--count", "count", "-n");
        count.HelpName = "N";
        var duration = Help.Option<string?>("--duration", "time-limit");
        duration.HelpName = "TIME";
        var interval = Help.Option<string?>("--interval", "trace-interval");
        interval.HelpName = "TIME";
        var netns = SocketSource.Netns();
        var format = Help.Output();
        var command = Help.Command("trace", "sereno trace", "sereno trace nginx", "sereno trace --port 443 --state established,closed",
            "sereno trace --scope internet --duration 10s", "sereno trace --count 100 -o json", "sereno trace --source destroy");
        command.Add(unit);
        var options = new SelectionOptions().AddTo(command);
        foreach (var option in (Option[])[source, count, duration, interval, netns, format])
            command.Add(option);
        command.SetAction(result =>
        {
            var selection = options.Read(result);
            if (result.GetValue(unit) is { } name)
                selection = selection with { Units = [.. selection.Units, NamePattern.Complete(name)] };
            if (selection is { Udp: true, Tcp: false })
            {
                StandardStreams.Errors.WriteLine(Text.Current.Sockets.NothingToTrace);
                return ExitCodes.Success;
            }
            using var run = new TraceRun
            {
                Selection = selection,
                Everywhere = result.GetValue(netns) == "all",
                Json = result.GetValue(format) == "json",
                Wanted = result.GetValue(source) is { } wanted ? Enum.GetValues<TraceSourceKind>().First(s => s.Name() == wanted) : null,
                Count = Number(count, result),
                Duration = Time(duration, result),
                Interval = Time(interval, result),
                Units = UnitsByPid.For(GlobalOptions.Instance(result).BusPath),
            };
            return result.GetValue(netns) is { } place and not "all" ? RunIn(place, run) : run.Run();
        });
        return command;
    }

    private static int RunIn(string place, TraceRun run)
    {
        if (NetworkNamespaces.List(run.Units).Select(place) is [var space, ..])
            return NetworkNamespaces.Run(space, run.Run);
        StandardStreams.Errors.WriteLine($"sereno: {Text.Current.Sockets.NoNamespace(place)}");
        return ExitCodes.Failure;
    }

    private static long Number(Option<long?> option, ParseResult result) => result.GetValue(option) switch
    {
        null => long.MaxValue,
        > 0 and var number => number,
        var number => throw new FormatException(Text.Current.InvalidValue(option.Name, $"{number}")),
    };

    private static TimeSpan? Time(Option<string?> option, ParseResult result)
    {
        if (result.GetValue(option) is not { } text)
            return null;
        return TimeSpans.TryParse(text, out ulong usec) && usec is > 0 and < 100 * TimeSpans.Year
            ? TimeSpan.FromMicroseconds(usec) : throw new FormatException(Text.Current.InvalidValue(option.Name, text));
    }
}
