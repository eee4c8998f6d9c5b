using System.Collections;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Linux;
using Sereno.Texts;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>One command on its way: as a service, as a scope, or as what a timer, path or socket will start.</summary>
internal sealed class RunSession(RunOptions options)
{
    /// <summary>What a command that died of a signal exits with here (systemd-run's EXIT_EXCEPTION).</summary>
    private const int Died = 255;

    private static RunTexts Texts => Text.Current.Run;

    public int Run(Func<BusClient> connect)
    {
        var type = options.IsScope ? UnitType.Scope : UnitType.Service;
        if (Named(options.Last("--unit") ?? $"run-r{Guid.NewGuid():N}", type) is not { } unit)
            return RunVerb.Complain(Texts.BadName(options.Last("--unit")!));
        var (settings, problem) = Settings(unit, options.Values("--property"));
        if (problem is not null)
            return RunVerb.Complain(problem);
        using var client = connect();
        var manager = new ManagerProxy(client);
        manager.Subscribe();
        try
        {
            return options.IsScope ? RunScope(manager, unit, settings)
                : options.Trigger is var (kind, properties) ? RunTrigger(manager, unit.WithType(kind), unit, settings, properties)
                : RunService(manager, unit, settings);
        }
        catch (BusException e) when (e.Name != BusErrors.Disconnected)
        {
            return RunVerb.Complain(Texts.NotStarted((options.Trigger?.Type ?? type).ToString().ToLowerInvariant(), Text.Current.Problem(e.Message)));
        }
    }

    /// <summary>A name is a service's unless it says otherwise; a trigger's own name may be given too.</summary>
    private UnitName? Named(string name, UnitType type)
    {
        if (options.Trigger is { Type: var trigger } && name.EndsWith(UnitName.SuffixOf(trigger), StringComparison.Ordinal))
            name = name[..^UnitName.SuffixOf(trigger).Length] + ".service";
        if (UnitNameMangling.Mangle(name, UnitName.SuffixOf(type), out _, out _) is not { } mangled)
            return null;
        if (!mangled.EndsWith(UnitName.SuffixOf(type), StringComparison.Ordinal))
            mangled += UnitName.SuffixOf(type);
        return UnitName.TryParse(mangled, out var unit) ? unit : null;
    }

    private (List<KeyValuePair<string, string>> Settings, string? Problem) Settings(UnitName unit, IEnumerable<string> properties)
    {
        var settings = new List<KeyValuePair<string, string>> { new("Description", options.Description) };
        if (options.Collects)
            settings.Add(new("CollectMode", "inactive-or-failed"));
        foreach (string property in properties)
            if (RunProperties.Problem(unit, property, options.Specifiers, out var setting) is { } problem)
                return (settings, problem);
            else
                settings.Add(setting);
        if (unit.Type is not (UnitType.Service or UnitType.Scope))
            return (settings, null);
        if (options.Flag("--send-sighup"))
            settings.Add(new("SendSIGHUP", "yes"));
        string? slice = options.Last("--slice");
        if (options.Flag("--slice-inherit") && OwnSlice() is { } own)
            slice = slice is null ? own : $"{own}-{slice}";
        if (slice is not null && UnitNameMangling.Mangle(slice, ".slice", out _, out _) is { } inSlice)
            settings.Add(new("Slice", inSlice));
        return (settings, null);
    }

    private static string? OwnSlice() => Files.TryReadText("/proc/self/cgroup")?.Split('\n').FirstOrDefault(l => l.StartsWith("0::", StringComparison.Ordinal))?
        .Split('/').LastOrDefault(p => p.EndsWith(".slice", StringComparison.Ordinal))?[..^".slice".Length];

    private void AddService(List<KeyValuePair<string, string>> service, string? terminal)
    {
        if (options.Flag("--remain-after-exit"))
            service.Add(new("RemainAfterExit", "yes"));
        if (options.ServiceType is { } type)
            service.Add(new("Type", type));
        foreach (var (name, _, setting) in RunVerb.Settings)
            if (setting is not null && options.Last(name) is { } value)
                service.Add(new(setting, value));
        if (options.WorkingDirectory is { } folder)
            service.Add(new("WorkingDirectory", folder));
        if (terminal is not null)
            service.Add(new("TTYPath", terminal));
        bool atTerminal = terminal is not null || (options.Streams == RunStreams.Descriptors && (Terminal.Is(0) || Terminal.Is(1) || Terminal.Is(2)));
        if (atTerminal && Environment.GetEnvironmentVariable("TERM") is { } term)
            service.Add(new("Environment", Quote($"TERM={term}")));
        foreach (string assignment in Variables())
            service.Add(new("Environment", Quote(assignment)));
        if (options.Command.Count > 0)
            service.Add(new("ExecStart", string.Join(' ', options.Command.Select(Quote))));
    }

    /// <summary>A name alone passes our own variable on.</summary>
    private IEnumerable<string> Variables() => options.Values("--setenv")
        .Select(v => v.Contains('=') ? v : Environment.GetEnvironmentVariable(v) is { } value ? $"{v}={value}" : null).OfType<string>();

    private int RunService(ManagerProxy manager, UnitName unit, List<KeyValuePair<string, string>> service)
    {
        using var terminal = options.Streams == RunStreams.Terminal ? new PseudoTerminal() : null;
        AddService(service, terminal?.Path);
        string job;
        var streams = Streams(terminal);
        try
        {
            job = manager.StartTransientUnit(unit.Full, service, streams: streams, addRef: true);
        }
        finally
        {
            foreach (var stream in streams)
                stream.Dispose();
        }
        if (!options.NoBlock && options.Streams == RunStreams.None && !JobSucceeds(manager, job, unit))
            return ExitCodes.Failure;
        Say(Texts.Running(unit.Full));
        return options.Waits || options.Streams != RunStreams.None ? WaitForEnd(manager, unit, terminal) : ExitCodes.Success;
    }

    /// <summary>The descriptors themselves travel: who opened a file anew would begin at its start.</summary>
    private List<Fd> Streams(PseudoTerminal? terminal) => options.Streams switch
    {
        RunStreams.None => [],
        RunStreams.Terminal => [terminal!.OpenSlave(), terminal.OpenSlave(), terminal.OpenSlave()],
        RunStreams.Descriptors => [Fd.DuplicateOf(0), Fd.DuplicateOf(1), Fd.DuplicateOf(2)],
    };

    private int RunTrigger(ManagerProxy manager, UnitName trigger, UnitName service, List<KeyValuePair<string, string>> settings, IEnumerable<string> properties)
    {
        var (own, problem) = Settings(trigger, properties);
        if (problem is not null)
            return RunVerb.Complain(problem);
        if (trigger.Type == UnitType.Timer)
            own.Add(new("RemainAfterElapse", "no"));
        AddService(settings, null);
        bool hasCommand = options.Command.Count > 0;
        string job = manager.StartTransientUnit(trigger.Full, own, triggered: hasCommand ? (service.Full, settings) : null);
        if (!options.NoBlock && !JobSucceeds(manager, job, trigger))
            return ExitCodes.Failure;
        Say(Texts.RunningTrigger(trigger.Type.ToString().ToLowerInvariant(), trigger.Full));
        if (hasCommand)
            Say(Texts.WillRun(service.Full));
        return ExitCodes.Success;
    }

    /// <summary>A scope's processes are the caller's own: what a service would be told is done here.</summary>
    private int RunScope(ManagerProxy manager, UnitName unit, List<KeyValuePair<string, string>> scope)
    {
        if (!JobSucceeds(manager, manager.StartTransientUnit(unit.Full, scope, [(uint)Self.Pid]), unit))
            return ExitCodes.Failure;
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
        if (manager.Unit(unit.Full).Get("InvocationID").Scalar is byte[] id)
            variables["INVOCATION_ID"] = Convert.ToHexStringLower(id);
        if (Become(variables) is var (step, what, errno))
            return RunVerb.Complain(Texts.Cannot(step, what, Errno.Text(errno)));
        foreach (string assignment in Variables())
            variables[assignment[..assignment.IndexOf('=')]] = assignment[(assignment.IndexOf('=') + 1)..];
        Say(Texts.RunningScope(unit.Full));
        int failed = Self.Become(options.Command[0], options.Command, [.. variables.Select(v => $"{v.Key}={v.Value}")]);
        return RunVerb.Complain(Texts.Cannot(RunStep.Execute, options.Command[0], Errno.Text(failed)));
    }

    private (RunStep, string, int)? Become(Dictionary<string, string> variables)
    {
        var users = new UserDatabase();
        if (options.Last("--nice") is { } nice && Self.SetNice(int.Parse(nice)) is not 0 and var noNice)
            return (RunStep.Nice, nice, noNice);
        var group = options.Last("--gid") is { } groupName ? users.Group(groupName) : null;
        if (options.Last("--gid") is { } missing && group is null)
            return (RunStep.FindGroup, missing, Linux.Headers.libc.ESRCH);
        var user = options.Last("--uid") is { } userName ? users.User(userName) : null;
        if (options.Last("--uid") is { } unknown && user is null)
            return (RunStep.FindUser, unknown, Linux.Headers.libc.ESRCH);
        if ((group?.Gid ?? user?.Gid) is { } gid && Self.SetGid(gid) is not 0 and var noGroup)
            return (RunStep.ChangeGroup, gid.ToString(), noGroup);
        if (user is { } account)
        {
            (variables["HOME"], variables["SHELL"]) = (account.Home, account.Shell);
            variables["USER"] = variables["LOGNAME"] = account.Name;
            if (Self.SetUid(account.Uid) is not 0 and var noUser)
                return (RunStep.ChangeUser, account.Uid.ToString(), noUser);
        }
        return options.WorkingDirectory is { } folder && Self.ChangeDirectory(folder) is not 0 and var noFolder ? (RunStep.ChangeFolder, folder, noFolder) : null;
    }

    private bool JobSucceeds(ManagerProxy manager, string job, UnitName unit)
    {
        if (manager.WaitForJob(job, unit.Full, stops: false) is var result && result is "done" or "skipped")
            return true;
        if (!options.IsQuiet)
            JobVerbs.Complain(manager, unit.Full, result);
        return false;
    }

    /// <returns>The command's own exit status.</returns>
    private int WaitForEnd(ManagerProxy manager, UnitName unit, PseudoTerminal? terminal)
    {
        var proxy = manager.Unit(unit.Full);
        var end = terminal is null ? WaitForEnd(manager.Client, proxy) : WaitAtTerminal(manager.Client, proxy, terminal);
        if (end is null)
            return ExitCodes.Success;
        string result = end["Result"].Scalar as string ?? "";
        int code = end["ExecMainCode"].Scalar as int? ?? 0, status = end["ExecMainStatus"].Scalar as int? ?? 0;
        if (options.Waits)
            Summarize(end, result, code, status);
        return result switch
        {
            "success" => ExitCodes.Success,
            "exit-code" when status > 0 => status,
            "signal" => Died,
            _ => ExitCodes.Failure,
        };
    }

    private static Dictionary<string, BusValue> WaitForEnd(BusClient client, UnitProxy unit)
    {
        while (true)
            try
            {
                var now = unit.GetAll();
                if (HasEnded(now))
                    return now;
                client.WaitForSignal(s => IsOf(s, unit), Timeout.InfiniteTimeSpan);
            }
            catch (BusException e) when (e.Name == BusErrors.Disconnected)
            {
                Return(client, unit);
            }
    }

    /// <summary>To the manager's successor, who is asked to keep the unit for us too.</summary>
    private static void Return(BusClient client, UnitProxy unit)
    {
        client.Reconnect(ManagerProxy.Succession);
        client.Call(unit.Path, UnitProxy.Unit, "Ref");
        new ManagerProxy(client).Subscribe();
    }

    /// <returns>Null when the user has let go of the terminal, and doesn't want to wait.</returns>
    private Dictionary<string, BusValue>? WaitAtTerminal(BusClient client, UnitProxy unit, PseudoTerminal terminal)
    {
        Say(Texts.HowToDisconnect);
        using var loop = new EpollLoop();
        using var signals = new SignalPipe(Linux.Headers.libc.SIGWINCH, Linux.Headers.libc.SIGTERM, Linux.Headers.libc.SIGINT);
        using var forwarder = new TerminalForwarder(loop, terminal);
        bool told = false;
        byte[] came = new byte[16];
        loop.Watch(signals.Fd, Readiness.Read, _ =>
        {
            for (int n; (n = signals.Receive(came)) > 0;)
                if (came.AsSpan(0, n).ContainsAnyExcept((byte)Linux.Headers.libc.SIGWINCH))
                    told = true;
                else
                    forwarder.Resize();
        });
        var watch = loop.Watch(client.Fd, Readiness.Read, _ => { });
        var now = unit.GetAll();
        while (!HasEnded(now) && !told && !(forwarder.IsDisconnected && !options.Waits))
        {
            bool changed = false;
            try
            {
                while (client.WaitForSignal(s => IsOf(s, unit), TimeSpan.Zero) is not null)
                    changed = true;
                if (changed)
                    now = unit.GetAll();
                else
                    loop.RunOnce(-1);
            }
            catch (BusException e) when (e.Name == BusErrors.Disconnected)
            {
                watch.Dispose();
                Return(client, unit);
                watch = loop.Watch(client.Fd, Readiness.Read, _ => { });
                now = unit.GetAll();
            }
        }
        if (forwarder.IsDisconnected && !options.Waits)
            return null;
        forwarder.Drain();
        if (forwarder.EndsMidLine && !options.IsQuiet)
            StandardStreams.Text.WriteLine();
        return now;
    }

    private static bool IsOf(Message signal, UnitProxy unit) => signal.Header.Member == "PropertiesChanged" && signal.Header.Path == unit.Path;

    private static bool HasEnded(Dictionary<string, BusValue> unit) => unit["ActiveState"].Scalar is "inactive" or "failed" && unit["Job"].Items[0].Scalar is 0u;

    private void Summarize(Dictionary<string, BusValue> end, string result, int code, int status)
    {
        if (result.Length > 0)
            Say(Texts.Result(result));
        if (code is 1 or 2 or 3)
            Say(Texts.MainEnded(code switch { 1 => "exited", 2 => "killed", _ => "dumped" }, code == 1 ? status.ToString() : Signals.ShortName(status)));
        ulong began = Number(end, "InactiveExitTimestampMonotonic"), ended = Number(end, "InactiveEnterTimestampMonotonic");
        if (began > 0 && ended > began)
            Say(Texts.Runtime(TimeSpans.Format(ended - began, 1000)));
        if (Number(end, "CPUUsageNSec") is not ulong.MaxValue and var spent)
            Say(Texts.CpuTime(TimeSpans.Format((spent + 999) / 1000, 1000)));
    }

    private static ulong Number(Dictionary<string, BusValue> all, string name) => all.TryGetValue(name, out var value) && value.Scalar is ulong n ? n : ulong.MaxValue;

    private void Say(string line)
    {
        if (!options.IsQuiet)
            StandardStreams.Errors.WriteLine(line);
    }

    /// <summary>One word of an Exec line; its variables are expanded by the service.</summary>
    private static string Quote(string word) => '"' + word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}
