using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>Why a request is refused; each has its name on the bus.</summary>
public enum ManagerErrorKind
{
    NoSuchUnit, UnitMasked, LoadFailed, BadUnitSetting, JobTypeNotApplicable, NoIsolation, OnlyByDependency, NoSuchJob,
    TransactionIsDestructive, TransactionJobsConflicting, TransactionOrderIsCyclic, ShuttingDown, InvalidArguments, NoSuchProcess, AccessDenied,
}

/// <summary>A request that can't be carried out, worded as systemctl shows it.</summary>
public sealed class ManagerException(ManagerErrorKind kind, string message) : Exception(message)
{
    public ManagerErrorKind Kind { get; } = kind;
}

public static class LoadErrors
{
    /// <summary>Why a unit can't be started as its files are; null when it can.</summary>
    public static (ManagerErrorKind Kind, string Message)? StartError(this UnitDefinition definition) => definition.LoadState switch
    {
        LoadState.NotFound => (ManagerErrorKind.NoSuchUnit, $"Unit {definition.Name} not found."),
        LoadState.BadSetting => (ManagerErrorKind.BadUnitSetting, $"Unit {definition.Name} has a bad unit file setting."),
        LoadState.Error => (ManagerErrorKind.LoadFailed, $"Unit {definition.Name} failed to load properly, please adjust/correct and reload service manager: {definition.LoadError}"),
        LoadState.Masked => (ManagerErrorKind.UnitMasked, $"Unit {definition.Name} is masked."),
        LoadState.Loaded => null,
    };
}
