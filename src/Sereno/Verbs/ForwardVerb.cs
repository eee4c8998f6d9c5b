using System.CommandLine;
using Sereno.Forward;
using Sereno.Journalctl;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>forward: the journal's entries to a collector, from where the last run ended.</summary>
public static class ForwardVerb
{
    // What chooses entries is read as logs reads it.
    private static readonly (string Name, string Letter, string Value)[] s_filters =
    [
        ("unit", "-u", "UNIT"), ("identifier", "-t", "NAME"), ("priority", "-p", "emerg|alert|crit|err|warning|notice|info|debug"), ("facility", "", "NAME[,NAME...]"),
        ("since", "-S", "TIME"), ("directory", "-D", "DIR"), ("file", "", "FILE"),
    ];

    public static Command Build()
    {
        var target = new Argument<string>("TARGET") { Description = Text.Current.Option("forward-target"), HelpName = "SCHEME://HOST[:PORT][/PATH]" };
        var matches = new Argument<string[]>("UNIT") { Description = Text.Current.Option("forward-matches"), Arity = ArgumentArity.ZeroOrMore };
        var cursor = Value("--cursor-file", "forward-cursor-file", "FILE");
        var once = Help.Option<bool>("--once", "forward-once");
        var format = Value("--syslog-format", "forward-format", "rfc5424|rfc3164");
        format.AcceptOnlyFromAmong("rfc5424", "rfc3164");
        var header = new Option<string[]>("--header") { Description = Text.Current.Option("forward-header"), HelpName = "NAME: VALUE", Arity = ArgumentArity.OneOrMore };
        var headers = Value("--header-file", "forward-header-file", "FILE");
        var gzip = Help.Option<bool>("--gzip", "forward-gzip");
        var timeout = Value("--timeout", "forward-timeout", "TIME");
        var batch = new Option<int?>("--batch") { Description = Text.Current.Option("forward-batch"), HelpName = "N" };
        var tries = new Option<int?>("--tries") { Description = Text.Current.Option("forward-tries"), HelpName = "N" };
        var command = Help.Command("forward",
            "sereno forward syslog+tcp://logs.example:514 --cursor-file /var/lib/forward/cursor",
            "sereno forward syslog+unix:/run/rsyslog.sock --syslog-format rfc3164 -p warning",
            "sereno forward tcp://logs.example:5170 -u nginx --since today",
            "sereno forward https://logs.example/ingest --gzip --header-file /etc/sereno/token --cursor-file cursor",
            "sereno forward otlp://127.0.0.1 --once");
        command.Add(target);
        command.Add(matches);
        foreach (var option in (Option[])[cursor, once, format, header, headers, gzip, timeout, batch, tries])
            command.Add(option);
        var filters = s_filters.Select(f => new Option<string[]>("--" + f.Name, f.Letter.Length > 0 ? [f.Letter] : [])
        {
            Description = Text.Current.Logs.Option(f.Name), HelpName = f.Value, Arity = ArgumentArity.OneOrMore,
        }).ToArray();
        foreach (var option in filters)
            command.Add(option);
        command.SetAction(r =>
        {
            string[] chosen = [.. filters.SelectMany(f => (r.GetValue(f) ?? []).SelectMany(v => (string[])[f.Name, v])), "--", .. r.GetValue(matches) ?? []];
            var wanted = JournalctlArguments.Read(chosen, isVerb: true, StandardStreams.Errors, out int exit, out _);
            if (wanted is null)
                return exit;
            var instance = GlobalOptions.Instance(r);
            wanted.HomeFolders = instance.IsSystem ? null : instance.LogFolders;
            wanted.IsQuiet = true;
            using var run = new ForwardRun(ForwardTarget.Parse(r.GetValue(target)!), new()
            {
                CursorFile = r.GetValue(cursor),
                // Nobody tells when an open file grows: of standard input goes what is there.
                Once = r.GetValue(once) || wanted.ReadsInput,
                IsOldSyslog = r.GetValue(format) is { } name ? name == "rfc3164" : null,
                Headers = r.GetValue(header) ?? [],
                HeaderFile = r.GetValue(headers),
                Compresses = r.GetValue(gzip),
                Timeout = Time(r.GetValue(timeout)),
                Batch = Positive(r, batch) ?? new ForwardOptions().Batch,
                Tries = Positive(r, tries),
            }, StandardStreams.Errors);
            return run.Run(wanted);
        });
        return command;
    }

    private static Option<string?> Value(string name, string text, string value)
    {
        var option = Help.Option<string?>(name, text);
        option.HelpName = value;
        return option;
    }

    private static TimeSpan Time(string? text)
    {
        if (text is null)
            return new ForwardOptions().Timeout;
        return TimeSpans.TryParse(text, out ulong usec) && usec is > 0 and < TimeSpans.Day ? TimeSpan.FromMicroseconds(usec)
            : throw new FormatException(Text.Current.InvalidValue("--timeout", Printable.Of(text)));
    }

    private static int? Positive(ParseResult result, Option<int?> option) => result.GetValue(option) is not { } number ? null
        : number is > 0 and <= 100_000 ? number : throw new FormatException(Text.Current.InvalidValue(option.Name, $"{number}"));
}
