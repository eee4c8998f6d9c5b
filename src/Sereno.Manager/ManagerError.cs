namespace Sereno.Manager;

/// <summary>Why a request is refused; each has its name on the bus.</summary>
public enum ManagerErrorKind
{
    NoSuchUnit, UnitMasked, LoadFailed, BadUnitSetting, JobTypeNotApplicable, NoIsolation, OnlyByDependency, NoSuchJob,
    TransactionIsDestructive, TransactionJobsConflicting, TransactionOrderIsCyclic, ShuttingDown, InvalidArguments, NoSuchProcess,
}

/// <summary>A request that can't be carried out, worded as systemctl shows it.</summary>
public sealed class ManagerException(ManagerErrorKind kind, string message) : Exception(message)
{
    public ManagerErrorKind Kind { get; } = kind;
}
