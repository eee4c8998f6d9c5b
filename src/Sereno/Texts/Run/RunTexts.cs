namespace Sereno.Texts;

/// <summary>Options of run that don't go together.</summary>
public enum RunConflict { NeedsCommand, ShellHasNoCommand, ScopeIsNoService, StreamsNeedService, StreamsBlock, ScopeHasNoTrigger, OneTrigger, TimerWithoutTime, WaitBlocks, WaitHasNoTrigger, WaitHasNoScope }

/// <summary>What run says; in English the words are systemd-run's, since scripts look for them.</summary>
public abstract class RunTexts
{
    public abstract string Conflict(RunConflict conflict);
    public abstract string NotAnAssignment(string text);
    public abstract string UnknownAssignment(string text);

    /// <summary>A value that can't be read; <paramref name="reason"/> is null where only the value is named.</summary>
    public abstract string Unparsable(string key, string value, string? reason);
    public abstract string BadQuota(string value);
    public abstract string BadLimit(string value);
    public abstract string BadNice(string value);
    public abstract string BadCalendar { get; }
    public abstract string PastCalendar { get; }
    public abstract string NoExecutable(string name, string reason);
    public abstract string BadName(string name);
    public abstract string NotStarted(string kind, string reason);
    public abstract string Running(string unit);
    public abstract string RunningScope(string unit);
    public abstract string RunningTrigger(string kind, string unit);
    public abstract string WillRun(string unit);
    public abstract string HowToDisconnect { get; }
    public abstract string Result(string result);
    public abstract string MainEnded(string code, string status);
    public abstract string Runtime(string span);
    public abstract string CpuTime(string span);
    public abstract string Cannot(RunStep step, string what, string reason);
}

/// <summary>What a scope does to itself before it becomes the command.</summary>
public enum RunStep { Nice, FindGroup, ChangeGroup, FindUser, ChangeUser, ChangeFolder, Execute }
