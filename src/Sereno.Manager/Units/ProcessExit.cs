using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

/// <summary>si_code of a SIGCHLD (sigaction(2)).</summary>
public enum ExitCode { Exited = 1, Killed = 2, Dumped = 3 }

/// <summary>How a process ended: an exit status, or a signal number.</summary>
public readonly record struct ProcessExit(ExitCode Code, int Status)
{
    // What a polite daemon may die of (systemd.service(5), SuccessExitStatus=): HUP, INT, PIPE, TERM.
    private static readonly int[] s_cleanSignals = [1, 2, 13, 15];

    /// <param name="daemon">Commands of a oneshot must exit 0; daemons may also die of the four polite signals.</param>
    public bool IsClean(ExitStatusSet success, bool daemon) => Code switch
    {
        ExitCode.Exited => Status == 0 || success.Codes.Contains(Status),
        ExitCode.Killed => (daemon && s_cleanSignals.Contains(Status)) || success.Signals.Contains(Status),
        ExitCode.Dumped => false,
    };

    public bool IsIn(ExitStatusSet set) => Code == ExitCode.Exited ? set.Codes.Contains(Status) : set.Signals.Contains(Status);

    public ServiceResult ToResult() => Code switch
    {
        ExitCode.Exited => ServiceResult.ExitCode,
        ExitCode.Killed => ServiceResult.Signal,
        ExitCode.Dumped => ServiceResult.CoreDump,
    };

    public string CodeName => Code switch
    {
        ExitCode.Exited => "exited",
        ExitCode.Killed => "killed",
        ExitCode.Dumped => "dumped",
    };

    /// <summary><c>0/SUCCESS</c>, <c>203/EXEC</c>, <c>9/KILL</c>: as status prints it.</summary>
    public string StatusName => Code == ExitCode.Exited
        ? ExitStatuses.Name(Status) is { } name ? $"{Status}/{name}" : Status.ToString()
        : $"{Status}/{Signals.ShortName(Status)}";
}
