using Sereno.Bus;

namespace Sereno.Verbs;

/// <summary>systemctl's exit codes: the LSB's for init scripts (systemctl(1), "Exit status").</summary>
public static class ExitCodes
{
    public const int Success = 0, Failure = 1, InvalidArgument = 2, NotImplemented = 3, NoPermission = 4, NotInstalled = 5, NotConfigured = 6, NotRunning = 7;

    /// <summary>status and is-active: a unit that isn't active, and one that nobody knows.</summary>
    public const int Inactive = 3, Unknown = 4;

    /// <summary>For a job that could not be queued.</summary>
    public static int Of(BusException error) => error.Name switch
    {
        BusErrors.AccessDenied or BusErrors.OnlyByDependency or BusErrors.NoIsolation or BusErrors.TransactionIsDestructive => NoPermission,
        BusErrors.NoSuchUnit => NotInstalled,
        BusErrors.JobTypeNotApplicable or BusErrors.NotSupported => NotImplemented,
        BusErrors.LoadFailed => NotConfigured,
        _ => Failure,
    };
}
