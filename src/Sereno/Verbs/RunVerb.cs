using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>run: a command as a service, a scope or at a time, without a unit file (systemd-run(1)).</summary>
public static class RunVerb
{
    /// <summary>Options with a value, and the setting that they stand for; without one they are looked at by themselves.</summary>
    private static readonly (string Name, string[] Aliases, string? Setting)[] s_values =
    [
        ("--unit", ["-u"], null), ("--description", [], "Description"), ("--slice", [], "Slice"), ("--property", ["-p"], null),
        ("--uid", [], "User"), ("--gid", [], "Group"), ("--nice", [], "Nice"), ("--working-directory", [], "WorkingDirectory"),
        ("--setenv", ["-E"], null), ("--service-type", [], "Type"),
    ];

    private static readonly (string Name, string Setting)[] s_times =
    [
        ("--on-active", "OnActiveSec"), ("--on-boot", "OnBootSec"), ("--on-startup", "OnStartupSec"), ("--on-unit-active", "OnUnitActiveSec"),
        ("--on-unit-inactive", "OnUnitInactiveSec"), ("--on-calendar", "OnCalendar"),
    ];

    public static Command Build()
    {
        var command = Help.Command("run", "sereno run sleep 60", "sereno run --wait --pipe -p MemoryMax=100M sort < names", "sereno run --on-active 10min sync");
        var words = new Argument<string[]>("COMMAND") { Description = Text.Current.Option("run-command"), Arity = ArgumentArity.OneOrMore };
        command.Add(words);
        var values = new Dictionary<string, Option<string[]>>();
        foreach (var (name, aliases, _) in s_values)
            Add(name, aliases);
        foreach (var (name, _) in s_times)
            Add(name, []);
        Add("--timer-property", []);
        var flags = new Dictionary<string, Option<bool>>();
        foreach (var (name, aliases) in ((string, string[])[])[("--remain-after-exit", ["-r"]), ("--scope", []), ("--wait", []), ("--pipe", ["-P"]),
            ("--collect", ["-G"]), ("--same-dir", ["-d"]), ("--no-block", []), ("--quiet", ["-q"]), ("--send-sighup", [])])
            command.Add(flags[name] = new Option<bool>(name, aliases) { Description = Text.Current.Option("run" + name[1..]) });
        command.SetAction(r => Run(r, r.GetValue(words)!, name => r.GetValue(values[name]) ?? [], name => r.GetValue(flags[name])));
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

    private static bool TakesValue(string option) => GlobalOptions.TakesValue(option) || option == "--timer-property"
        || Array.Exists(s_times, t => t.Name == option) || Array.Exists(s_values, v => v.Name == option || v.Aliases.Contains(option));

    private static int Run(ParseResult parsed, string[] command, Func<string, string[]> values, Func<string, bool> flag)
    {
        var service = new List<KeyValuePair<string, string>>();
        foreach (var (name, _, setting) in s_values)
            if (setting is not null && values(name) is [.., var value])
                service.Add(new(setting, value));
        if (values("--description") is [])
            service.Add(new("Description", string.Join(' ', command)));
        foreach (string property in values("--property"))
            if (property.IndexOf('=') is > 0 and var at)
                service.Add(new(property[..at], property[(at + 1)..]));
            else
                return Complain(Text.Current.InvalidValue("--property", property));
        if (flag("--collect"))
            service.Add(new("CollectMode", "inactive-or-failed"));
        if (flag("--send-sighup"))
            service.Add(new("SendSIGHUP", "yes"));
        string stem = values("--unit") is [.., var given] ? given : $"run-r{Guid.NewGuid():N}";
        using var client = GlobalOptions.Connect(parsed);
        var manager = new ManagerProxy(client);
        manager.Subscribe();
        try
        {
            return flag("--scope") ? RunScope(manager, Named(stem, ".scope"), service, command, values, flag("--quiet"))
                : RunService(manager, stem, service, command, values, flag);
        }
        catch (BusException e)
        {
            return Complain(Text.Current.FailedJob("start", stem, e.Message));
        }
    }

    private static int RunService(ManagerProxy manager, string stem, List<KeyValuePair<string, string>> service, string[] command,
        Func<string, string[]> values, Func<string, bool> flag)
    {
        bool pipes = flag("--pipe");
        if (flag("--remain-after-exit"))
            service.Add(new("RemainAfterExit", "yes"));
        if (flag("--same-dir"))
            service.Add(new("WorkingDirectory", Environment.CurrentDirectory));
        foreach (string assignment in values("--setenv"))
            service.Add(new("Environment", Quote(assignment.Contains('=') ? assignment : $"{assignment}={Environment.GetEnvironmentVariable(assignment)}")));
        if (pipes)
            // What we have open is opened anew by its name in /proc: pipes and terminals are the same either way.
            foreach (var (fd, setting, prefix) in ((int, string, string)[])[(0, "StandardInput", "file:"), (1, "StandardOutput", "append:"), (2, "StandardError", "append:")])
                service.Add(new(setting, $"{prefix}/proc/{Self.Pid}/fd/{fd}"));
        service.Add(new("ExecStart", string.Join(' ', command.Select(Quote))));
        var times = s_times.SelectMany(t => values(t.Name).Select(v => new KeyValuePair<string, string>(t.Setting, v))).ToList();
        string unit = Named(stem, ".service");
        if (times.Count > 0)
        {
            foreach (string property in values("--timer-property"))
                if (property.IndexOf('=') is > 0 and var at)
                    times.Add(new(property[..at], property[(at + 1)..]));
            string timer = System.IO.Path.ChangeExtension(unit, ".timer");
            int end = Wait(manager, manager.StartTransientUnit(timer, [new("Description", string.Join(' ', command)), .. times, new("RemainAfterElapse", "no")], triggered: (unit, service)), timer, flag("--no-block"));
            if (end == 0 && !flag("--quiet"))
                StandardStreams.Errors.WriteLine(Text.Current.RunningTimer(timer, unit));
            return end;
        }
        string job = manager.StartTransientUnit(unit, service);
        bool waits = flag("--wait") || pipes;
        if (!flag("--quiet"))
            StandardStreams.Errors.WriteLine(Text.Current.RunningAs(unit));
        int result = Wait(manager, job, unit, flag("--no-block"));
        return waits ? WaitForEnd(manager, unit, flag("--quiet")) : result;
    }

    private static int RunScope(ManagerProxy manager, string unit, List<KeyValuePair<string, string>> scope, string[] command, Func<string, string[]> values, bool quiet)
    {
        // A scope's processes are the caller's own: what a service would be told is done here.
        foreach (string assignment in values("--setenv"))
            if (assignment.IndexOf('=') is > 0 and var at)
                Environment.SetEnvironmentVariable(assignment[..at], assignment[(at + 1)..]);
        scope.RemoveAll(s => s.Key is "User" or "Group" or "Nice" or "WorkingDirectory" or "Type");
        int result = Wait(manager, manager.StartTransientUnit(unit, scope, [(uint)Self.Pid]), unit, noBlock: false);
        if (result != 0)
            return result;
        if (!quiet)
            StandardStreams.Errors.WriteLine(Text.Current.RunningAs(unit));
        StandardStreams.Text.Flush();
        int errno = Self.Become(command);
        return Complain($"{command[0]}: {Errno.Text(errno)}");
    }

    private static int Wait(ManagerProxy manager, string job, string unit, bool noBlock)
    {
        if (noBlock || manager.WaitForJob(job) is "done" or "skipped")
            return 0;
        return Complain(Text.Current.JobFailed(unit, Text.Current.JobReason("failed", "")));
    }

    /// <returns>The command's own exit status; 255 when it died of a signal.</returns>
    private static int WaitForEnd(ManagerProxy manager, string unit, bool quiet)
    {
        var proxy = manager.Unit(unit);
        while (proxy.ActiveState is not ("inactive" or "failed"))
            manager.Client.WaitForSignal(s => s.Header.Member == "PropertiesChanged", TimeSpan.FromSeconds(1));
        int code = proxy.Get("ExecMainCode", UnitProxy.Service).Scalar as int? ?? 0, status = proxy.Get("ExecMainStatus", UnitProxy.Service).Scalar as int? ?? 0;
        if (!quiet)
            StandardStreams.Errors.WriteLine(Text.Current.RunEnded(unit, proxy.GetString("Result", UnitProxy.Service)));
        return code == 1 ? status : proxy.GetString("Result", UnitProxy.Service) == "success" ? 0 : 255;
    }

    private static string Named(string stem, string suffix) => stem.EndsWith(suffix, StringComparison.Ordinal) ? stem
        : stem.EndsWith(".service", StringComparison.Ordinal) ? stem[..^".service".Length] + suffix : stem + suffix;

    /// <summary>One word of an Exec line; its variables are expanded by the service.</summary>
    private static string Quote(string word) => '"' + word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal) + '"';

    private static int Complain(string message)
    {
        StandardStreams.Errors.WriteLine(message);
        return 1;
    }
}
