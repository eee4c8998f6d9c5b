using System.CommandLine;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>run: a command as a service, a scope or at a time, without a unit file (systemd-run(1)).</summary>
public static class RunVerb
{
    /// <summary>Options with a value, and the setting that they stand for; without one they are looked at by themselves.</summary>
    internal static readonly (string Name, string[] Aliases, string? Setting)[] Settings =
    [
        ("--unit", ["-u"], null), ("--description", [], null), ("--slice", [], null), ("--property", ["-p"], null),
        ("--uid", [], "User"), ("--gid", [], "Group"), ("--nice", [], "Nice"), ("--working-directory", [], null),
        ("--setenv", ["-E"], null), ("--service-type", [], null), ("--timer-property", [], null), ("--path-property", [], null), ("--socket-property", [], null),
    ];

    internal static readonly (string Name, string Setting)[] Times =
    [
        ("--on-active", "OnActiveSec"), ("--on-boot", "OnBootSec"), ("--on-startup", "OnStartupSec"), ("--on-unit-active", "OnUnitActiveSec"),
        ("--on-unit-inactive", "OnUnitInactiveSec"), ("--on-calendar", "OnCalendar"),
    ];

    internal static readonly (string Name, string Setting)[] Changes = [("--on-timezone-change", "OnTimezoneChange"), ("--on-clock-change", "OnClockChange")];

    private static readonly (string Name, string[] Aliases)[] s_flags =
    [
        ("--pty", ["-t", "--tty"]), ("--pipe", ["-P"]), ("--shell", ["-S"]), ("--wait", []), ("--scope", []), ("--remain-after-exit", ["-r"]), ("--collect", ["-G"]),
        ("--same-dir", ["-d"]), ("--slice-inherit", []), ("--no-block", []), ("--quiet", ["-q"]), ("--send-sighup", []), .. Changes.Select(c => (c.Name, Array.Empty<string>())),
    ];

    public static Command Build()
    {
        var command = Help.Command("run", "sereno run sleep 60", "sereno run --wait --pipe -p MemoryMax=100M sort < names", "sereno run --shell", "sereno run -t -p PrivateNetwork=yes bash",
            "sereno run --on-active 10min sync", "sereno run --scope --slice demo make -j4");
        var words = new Argument<string[]>("COMMAND") { Description = Text.Current.Option("run-command"), Arity = ArgumentArity.ZeroOrMore };
        command.Add(words);
        var values = new Dictionary<string, Option<string[]>>();
        foreach (var (name, aliases, _) in Settings)
            Add(name, aliases);
        foreach (var (name, _) in Times)
            Add(name, []);
        var flags = new Dictionary<string, Option<bool>>();
        foreach (var (name, aliases) in s_flags)
            command.Add(flags[name] = new Option<bool>(name, aliases) { Description = Text.Current.Option("run" + name[1..]) });
        command.SetAction(r => Run(r, new()
        {
            Command = r.GetValue(words)!,
            Values = name => r.GetValue(values[name]) ?? [],
            Flag = name => r.GetValue(flags[name]),
            Specifiers = GlobalOptions.Instance(r).Specifiers,
        }));
        return command;

        void Add(string name, string[] aliases) => command.Add(values[name] = new Option<string[]>(name, aliases)
        {
            Description = Text.Current.Option("run" + name[1..]), AllowMultipleArgumentsPerToken = false, Arity = ArgumentArity.OneOrMore,
        });
    }

    /// <summary>Options end at the first word of the command, which may have options of its own.</summary>
    public static string[] MarkCommand(string[] args)
    {
        int at = Array.IndexOf(args, "run") + 1;
        while (at < args.Length && args[at].StartsWith('-') && args[at] != "--")
            at += TakesValue(args[at]) ? 2 : 1;
        return at >= args.Length || args[at] == "--" ? args : [.. args[..at], "--", .. args[at..]];
    }

    private static bool TakesValue(string option) => GlobalOptions.TakesValue(option)
        || Array.Exists(Times, t => t.Name == option) || Array.Exists(Settings, v => v.Name == option || v.Aliases.Contains(option));

    private static int Run(ParseResult parsed, RunOptions asked)
    {
        var (options, problem) = asked.Settled();
        return options is null ? Complain(problem!) : new RunSession(options).Run(() => GlobalOptions.Connect(parsed));
    }

    internal static int Complain(string message)
    {
        StandardStreams.Errors.WriteLine(message);
        return ExitCodes.Failure;
    }
}
