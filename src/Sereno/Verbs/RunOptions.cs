using Sereno.Linux;
using Sereno.Texts;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>How a service of run has its standard streams.</summary>
internal enum RunStreams { None, Terminal, Descriptors }

/// <summary>What was asked of run, made consistent as systemd-run(1) does it.</summary>
internal sealed record RunOptions
{
    public required IReadOnlyList<string> Command { get; init; }
    public required Func<string, string[]> Values { get; init; }
    public required Func<string, bool> Flag { get; init; }
    public required SpecifierContext Specifiers { get; init; }
    public RunStreams Streams { get; init; }

    /// <summary>The type of the unit that starts the service, and its settings; null when it is started at once.</summary>
    public (UnitType Type, List<string> Properties)? Trigger { get; init; }

    public string? Last(string option) => Values(option) is [.., var value] ? value : null;

    public bool IsScope => Flag("--scope");
    public bool IsShell => Flag("--shell");
    public bool IsQuiet => Flag("--quiet");
    public bool Waits => Flag("--wait") || (IsShell && !IsScope);
    public bool NoBlock => Flag("--no-block");
    public bool Collects => Flag("--collect") || IsShell;
    public string? ServiceType => Last("--service-type") ?? (IsShell && !IsScope ? "exec" : null);
    public string? WorkingDirectory => Flag("--same-dir") || (IsShell && !IsScope && Last("--working-directory") is null)
        ? Environment.CurrentDirectory is var here and not "/" ? here : null
        : Last("--working-directory") is { } path ? Path.GetFullPath(path) : null;

    public string Description => Last("--description") ?? (Command.Count > 0 ? string.Join(' ', Command) : Last("--unit") ?? "");

    /// <summary>Fills in what follows from what was said.</summary>
    /// <returns>Or why it can't be.</returns>
    public (RunOptions? Options, string? Problem) Settled()
    {
        var texts = Text.Current.Run;
        var times = RunVerb.Times.SelectMany(t => Values(t.Name).Select(v => $"{t.Setting}={v}"))
            .Concat(RunVerb.Changes.Where(c => Flag(c.Name)).Select(c => $"{c.Setting}=yes")).ToList();
        string[] timer = Values("--timer-property");
        bool hasTimer = times.Count > 0 || timer.Any(t => t.StartsWith("On", StringComparison.Ordinal) && t.Contains('='));
        var triggers = new List<(UnitType, List<string>)>();
        if (hasTimer)
            triggers.Add((UnitType.Timer, [.. times, .. timer]));
        if (Values("--path-property") is { Length: > 0 } path)
            triggers.Add((UnitType.Path, [.. path]));
        if (Values("--socket-property") is { Length: > 0 } socket)
            triggers.Add((UnitType.Socket, [.. socket]));
        bool pty = Flag("--pty"), pipe = Flag("--pipe"), either = (pty && pipe) || (IsShell && !IsScope && !pty && !pipe);
        var streams = either ? Terminal.Is(0) && Terminal.Is(1) && Terminal.Is(2) ? RunStreams.Terminal : RunStreams.Descriptors
            : pty ? RunStreams.Terminal : pipe ? RunStreams.Descriptors : RunStreams.None;
        RunConflict? conflict = triggers.Count > 1 ? RunConflict.OneTrigger
            : IsShell && Command.Count > 0 ? RunConflict.ShellHasNoCommand
            : !IsShell && Command.Count == 0 && (Last("--unit") is null || triggers.Count == 0) ? RunConflict.NeedsCommand
            : IsScope && (Flag("--remain-after-exit") || Last("--service-type") is not null) ? RunConflict.ScopeIsNoService
            : streams != RunStreams.None && (triggers.Count > 0 || IsScope) ? RunConflict.StreamsNeedService
            : streams != RunStreams.None && NoBlock ? RunConflict.StreamsBlock
            : IsScope && triggers.Count > 0 ? RunConflict.ScopeHasNoTrigger
            : timer.Length > 0 && !hasTimer ? RunConflict.TimerWithoutTime
            : Waits && NoBlock ? RunConflict.WaitBlocks
            : Waits && triggers.Count > 0 ? RunConflict.WaitHasNoTrigger
            : Waits && IsScope ? RunConflict.WaitHasNoScope : null;
        if (conflict is { } wrong)
            return (null, texts.Conflict(wrong));
        if (Last("--nice") is { } nice && !(int.TryParse(nice, out int level) && level is >= -20 and <= 19))
            return (null, texts.BadNice(nice));
        if (!TryCommand(out var command, out string? problem))
            return (null, problem);
        return (this with { Command = command, Streams = streams, Trigger = triggers is [var trigger] ? trigger : null }, null);
    }

    /// <summary>The program is looked for here, by the caller's own PATH, unless the unit has a root or path of its own.</summary>
    private bool TryCommand(out IReadOnlyList<string> command, out string? problem)
    {
        (command, problem) = (IsShell ? [Shell()] : Command, null);
        if (command.Count == 0 || Values("--property").Any(p => s_otherRoots.Any(r => p.StartsWith(r, StringComparison.Ordinal))))
            return true;
        if (Find(command[0]) is not { } path)
        {
            problem = Text.Current.Run.NoExecutable(command[0], Errno.Text(Linux.Headers.libc.ENOENT));
            return false;
        }
        command = [path, .. command.Skip(1)];
        return true;
    }

    private static readonly string[] s_otherRoots = ["RootDirectory=", "RootImage=", "ExecSearchPath=", "MountImages=", "ExtensionImages="];

    private static string Shell() => Environment.GetEnvironmentVariable("SHELL") is { Length: > 1 } shell && shell[0] == '/' ? shell
        : new UserDatabase().User(Self.Uid.ToString())?.Shell is { Length: > 0 } own ? own : "/bin/sh";

    /// <summary>execvp(3)'s search.</summary>
    internal static string? Find(string name)
    {
        if (name.Contains('/'))
            return IsExecutable(name) ? Path.GetFullPath(name) : null;
        string path = Environment.GetEnvironmentVariable("PATH") ?? Sereno.Manager.Spawn.PlanBuilder.DefaultPath;
        return path.Split(':').Where(f => f.StartsWith('/')).Select(f => Paths.Simplify($"{f}/{name}")).FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path) => File.Exists(path) && ((int)File.GetUnixFileMode(path) & 0x49 /* 0111 */) != 0;
}
