using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Sereno.Sockets.Owners;
using Sereno.Texts;
using Sereno.Verbs;

namespace Sereno;

/// <summary>What a person types. Only the verb that was typed is built: start-up counts.</summary>
public static class CommandLine
{
    // "@12" is a point in time (systemd.time(7)), not the name of a file with arguments.
    private static readonly ParserConfiguration s_parsing = new() { ResponseFileTokenReplacer = null };

    private static readonly (string Name, Func<Command> Build)[] s_verbs =
    [
        ("init", InitVerb.Build),
        ("start", () => JobVerbs.Build("start")),
        ("stop", () => JobVerbs.Build("stop")),
        ("restart", () => JobVerbs.Build("restart")),
        ("reload", () => JobVerbs.Build("reload")),
        ("try-restart", () => JobVerbs.Build("try-restart")),
        ("reload-or-restart", () => JobVerbs.Build("reload-or-restart")),
        ("run", RunVerb.Build),
        ("status", StatusVerb.Build),
        ("is-active", () => StateVerbs.Build("is-active")),
        ("is-failed", () => StateVerbs.Build("is-failed")),
        ("is-enabled", () => InstallVerbs.Build("is-enabled")),
        ("enable", () => InstallVerbs.Build("enable")),
        ("disable", () => InstallVerbs.Build("disable")),
        ("mask", () => InstallVerbs.Build("mask")),
        ("unmask", () => InstallVerbs.Build("unmask")),
        ("reenable", () => InstallVerbs.Build("reenable")),
        ("preset", () => InstallVerbs.Build("preset")),
        ("preset-all", () => InstallVerbs.Build("preset-all")),
        ("link", () => InstallVerbs.Build("link")),
        ("revert", () => InstallVerbs.Build("revert")),
        ("edit", EditVerb.Build),
        ("add-wants", () => InstallVerbs.Build("add-wants")),
        ("add-requires", () => InstallVerbs.Build("add-requires")),
        ("set-default", () => InstallVerbs.Build("set-default")),
        ("get-default", () => InstallVerbs.Build("get-default")),
        ("list-units", ListVerbs.Units),
        ("list-unit-files", () => InstallVerbs.Build("list-unit-files")),
        ("list-jobs", ListVerbs.Jobs),
        ("list-timers", TimersVerb.Build),
        ("list-sockets", TriggerListVerbs.Sockets),
        ("list-paths", TriggerListVerbs.Paths),
        ("list-dependencies", DependenciesVerb.Build),
        ("cat", CatVerb.Build),
        ("show", ShowVerb.Build),
        ("check", CheckVerb.Build),
        ("kill", KillVerb.Build),
        ("reset-failed", ControlVerbs.ResetFailed),
        ("daemon-reload", ControlVerbs.DaemonReload),
        ("exit", ControlVerbs.Exit),
        ("logs", LogsVerb.Build),
        ("forward", ForwardVerb.Build),
        ("ports", () => PortsVerb.Build(r => UnitsByPid.For(GlobalOptions.Instance(r).BusPath), (r, units) => UnitScopes.Of(units, GlobalOptions.Instance(r)))),
        ("sockets", SocketsVerb.Build),
        ("why", WhyVerb.Build),
        ("explain", ExplainVerb.Build),
        ("doctor", DoctorVerb.Build),
        ("ss", SsVerb.Build),
        ("netstat", NetstatVerb.Build),
        ("trace", TraceVerb.Build),
        ("watch", WatchVerb.Build),
        ("tmpfiles", TmpfilesVerb.Build),
        ("sysusers", SysusersVerb.Build),
        ("serve", ServeVerb.Build),
        ("connect", ConnectVerb.Build),
        ("import", ImportVerb.Build),
        ("calendar", AnalyzeVerb.Calendar),
        ("timespan", AnalyzeVerb.Timespan),
        ("timestamp", AnalyzeVerb.Timestamp),
        ("completion", CompletionVerb.Script),
        ("complete", CompletionVerb.Candidates),
        ("man", ManVerb.Build),
    ];

    public static int Run(string[] args) => Guard.Run("sereno", () => Do(args));

    /// <summary>The commands that these words need: the one whose verb is among them, or all.</summary>
    internal static Command Tree(string[] args, bool withHelp = true)
    {
        var root = withHelp ? RootWithHelp() : new Command("sereno");
        foreach (var option in GlobalOptions.All)
            root.Add(option);
        string? typed = FirstWord(args);
        int known = Array.FindIndex(s_verbs, v => v.Name == typed);
        foreach (var (_, build) in known >= 0 ? s_verbs.AsSpan(known, 1) : s_verbs)
            root.Add(build());
        return root;
    }

    private static int Do(string[] args)
    {
        OwnerQuery.HeedEnvironment();
        if (args is ["--version"])
        {
            StandardStreams.Text.WriteLine($"sereno {typeof(CommandLine).Assembly.GetName().Version!.ToString(3)}");
            StandardStreams.Text.Flush();
            return 0;
        }
        string? typed = FirstWord(args);
        if (typed == "logs" && LogsVerb.Reads(args))
            return LogsVerb.Run([.. args.TakeWhile(a => a != typed), .. args.SkipWhile(a => a != typed).Skip(1)]);
        bool known = s_verbs.Any(v => v.Name == typed);
        var root = Tree(args, withHelp: !known || args.Any(MayAskForHelp));
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : typed == "run" ? RunVerb.MarkCommand(args)
            : typed is "timespan" or "timestamp" or "calendar" ? AnalyzeVerb.MarkNumbers(args) : args, s_parsing);
        if ((parsed.Errors.Count > 0 || UnknownOption(parsed) is not null) && parsed.Action is not HelpPage)
        {
            foreach (string message in Messages(parsed).Distinct())
                StandardStreams.Errors.WriteLine($"sereno: {message}");
            StandardStreams.Errors.WriteLine(typed is null ? Text.Current.SeeHelp("") : Text.Current.SeeHelp(known ? " " + typed : ""));
            return 1;
        }
        int exit = parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = StandardStreams.Text,
            Error = StandardStreams.Errors,
        });
        StandardStreams.Text.Flush();
        return exit;
    }

    /// <summary>The library's own root; its constructor looks up texts, which takes longer than most verbs.</summary>
    private static RootCommand RootWithHelp()
    {
        var root = new RootCommand(Text.Current.Description);
        root.Options.OfType<HelpOption>().First().Action = new HelpPage();
        return root;
    }

    /// <summary>--help, -h or -? (also in a bundle of short options), and what that may be.</summary>
    private static bool MayAskForHelp(string word) => word is "/h" or "/?" || word.StartsWith("--help", StringComparison.Ordinal)
        || word.StartsWith("--version", StringComparison.Ordinal) || (word is ['-', not '-', ..] && word.AsSpan().ContainsAny('h', '?'));

    /// <summary>The two everyday mistakes in the session's language; the library words the rest.</summary>
    private static IEnumerable<string> Messages(ParseResult parsed) =>
        UnknownOption(parsed) is { } option ? [Unknown(option, HelpPage.OptionsOf(parsed.CommandResult.Command).SelectMany(HelpPage.NamesOf))] :
        parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens.Select(word => Unknown(word, parsed.CommandResult.Command is RootCommand ? s_verbs.Select(v => v.Name) : []))
        : parsed.CommandResult is { Command: { Arguments: [{ Arity.MinimumNumberOfValues: > 0 }, ..] } command } && parsed.CommandResult.Tokens.Count == 0
            ? [command.Arguments[0].Name == "UNIT" ? Text.Current.MissingArgument(command.Name) : Text.Current.MissingWord(command.Name, Text.Current.Placeholder(command.Arguments[0].Name))]
        : parsed.Errors.Select(e => e.SymbolResult is OptionResult { Tokens: [var value, ..] } bad
            ? Text.Current.InvalidValue(bad.Option.Name, value.Value) + (bad.Option.HelpName is { } values && values.Contains('|') ? Text.Current.AllowedValues(values) : "")
            : e.SymbolResult is OptionResult { Tokens: [] } bare
            ? Text.Current.MissingWord(bare.Option.Name, Text.Current.Placeholder(bare.Option.HelpName ?? bare.Option.Name.TrimStart('-').ToUpperInvariant()))
            : e.SymbolResult is ArgumentResult { Argument: { HelpName: { } choices } argument, Tokens: [var word, ..] }
            ? Text.Current.InvalidValue(Text.Current.Placeholder(argument.Name), word.Value) + Text.Current.AllowedValues(choices) : e.Message);

    private static string Unknown(string word, IEnumerable<string> known) => Text.Current.Unknown(Printable.Of(word))
        + (Nearest.Of(word.Split('=')[0], known) is { } meant ? Text.Current.DidYouMean(meant) : "");

    /// <summary>The library takes a misspelt option for a unit's name; nobody means that, except behind "--".</summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        foreach (var token in parsed.Tokens)
            if (token.Type == TokenType.DoubleDash)
                return null;
            else if (token is { Type: TokenType.Argument, Value: ['-', _, ..] })
                return token.Value;
        return null;
    }

    /// <summary>The verb: the first word that is neither a global option nor its value.</summary>
    private static string? FirstWord(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
            if (GlobalOptions.TakesValue(args[i]))
                i++;
            else if (!args[i].StartsWith('-'))
                return args[i];
        return null;
    }
}
