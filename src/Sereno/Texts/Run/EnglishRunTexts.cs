namespace Sereno.Texts;

public sealed class EnglishRunTexts : RunTexts
{
    public override string Conflict(RunConflict conflict) => conflict switch
    {
        RunConflict.NeedsCommand => "Command line to execute required.",
        RunConflict.ShellHasNoCommand => "If --shell is used, no command line is expected.",
        RunConflict.ScopeIsNoService => "--remain-after-exit and --service-type= are not supported in --scope mode.",
        RunConflict.StreamsNeedService => "--pty/--pipe is not compatible in timer or --scope mode.",
        RunConflict.StreamsBlock => "--pty/--pipe is not compatible with --no-block.",
        RunConflict.ScopeHasNoTrigger => "Path, socket or timer options are not supported in --scope mode.",
        RunConflict.OneTrigger => "Only single trigger (path, socket, timer) unit can be created.",
        RunConflict.TimerWithoutTime => "--timer-property= has no effect without any other timer options.",
        RunConflict.WaitBlocks => "--wait may not be combined with --no-block.",
        RunConflict.WaitHasNoTrigger => "--wait may not be combined with path, socket or timer operations.",
        RunConflict.WaitHasNoScope => "--wait may not be combined with --scope.",
    };

    public override string NotAnAssignment(string text) => $"Not an assignment: {text}";
    public override string UnknownAssignment(string text) => $"Unknown assignment: {text}";
    public override string Unparsable(string key, string value, string? reason) => reason is null ? $"Failed to parse {key}: {value}" : $"Failed to parse {key}={value}: {reason}";
    public override string BadQuota(string value) => $"CPU quota '{value}' invalid.";
    public override string BadLimit(string value) => $"Failed to parse resource limit: {value}";
    public override string BadNice(string value) => $"Failed to parse nice value: {value}";
    public override string BadCalendar => "Failed to parse calendar event specification: Invalid argument";
    public override string PastCalendar => "Specified calendar expression is in the past, proceeding anyway.";
    public override string NoExecutable(string name, string reason) => $"Failed to find executable {name}: {reason}";
    public override string BadName(string name) => $"Failed to mangle unit name: {name}";
    public override string NotStarted(string kind, string reason) => $"Failed to start transient {kind} unit: {reason}";
    public override string Running(string unit) => $"Running as unit: {unit}";
    public override string RunningScope(string unit) => $"Running scope as unit: {unit}";
    public override string RunningTrigger(string kind, string unit) => $"Running {kind} as unit: {unit}";
    public override string WillRun(string unit) => $"Will run service as unit: {unit}";
    public override string HowToDisconnect => "Press ^] three times within 1s to disconnect TTY.";
    public override string Result(string result) => $"Finished with result: {result}";
    public override string MainEnded(string code, string status) => $"Main processes terminated with: code={code}/status={status}";
    public override string Runtime(string span) => $"Service runtime: {span}";
    public override string CpuTime(string span) => $"CPU time consumed: {span}";

    public override string Cannot(RunStep step, string what, string reason) => step switch
    {
        RunStep.Nice => $"Failed to set nice level: {reason}",
        RunStep.FindGroup => $"Failed to resolve group {what}: {reason}",
        RunStep.ChangeGroup => $"Failed to change GID to {what}: {reason}",
        RunStep.FindUser => $"Failed to resolve user {what}: {reason}",
        RunStep.ChangeUser => $"Failed to change UID to {what}: {reason}",
        RunStep.ChangeFolder => $"Failed to change directory to '{what}': {reason}",
        RunStep.Execute => $"Failed to execute: {reason}",
    };
}
