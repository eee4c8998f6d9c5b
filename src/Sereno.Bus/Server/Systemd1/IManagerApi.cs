using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>
/// What org.freedesktop.systemd1 needs of a manager: questions, answered at once from snapshots, and orders, answered through a
/// reply token when the manager has taken them. An order may also be refused by throwing a <see cref="BusException"/>; access
/// is checked before.
/// </summary>
public interface IManagerApi
{
    ManagerSnapshot Manager { get; }

    /// <summary>The loaded units, each once.</summary>
    IEnumerable<UnitStatus> Units { get; }

    /// <summary>A unit that is loaded, under any of its names; null when it is not.</summary>
    UnitSnapshot? Find(UnitName name);

    /// <summary>A unit, which is loaded if it was not. One without a file has <see cref="LoadState.NotFound"/>.</summary>
    UnitSnapshot Load(UnitName name);

    /// <summary>The unit that a process belongs to.</summary>
    UnitName? UnitOf(uint pid);

    IReadOnlyList<UnitProcess> ProcessesOf(UnitName unit);

    IEnumerable<JobStatus> Jobs { get; }

    /// <summary>Queues a job; the reply comes when it and what it pulls in are queued, not when they are done.</summary>
    void Enqueue(JobRequest request, Reply<QueuedJob> reply);

    /// <summary>Makes units that have no file and starts the first of them.</summary>
    /// <param name="others">What the first one triggers or needs.</param>
    void StartTransient(TransientRequest unit, IReadOnlyList<TransientRequest> others, JobMode mode, Reply<QueuedJob> reply);

    /// <summary>Somebody wants to look at the unit even when it is over, until he says otherwise.</summary>
    void Reference(UnitName unit);

    void Unreference(UnitName unit);

    /// <summary>Changes settings by drop-ins, until the next boot where <paramref name="runtime"/> says so.</summary>
    void SetProperties(TransientRequest change, bool runtime);

    /// <summary>The scope's processes are left to themselves.</summary>
    void AbandonScope(UnitName unit);

    /// <exception cref="BusException">NoSuchJob.</exception>
    void CancelJob(uint id);

    void ClearJobs();

    void Kill(KillRequest request, Reply reply);

    /// <summary>Clears the failed state and the start-limit counter; of all units when null.</summary>
    void ResetFailed(UnitName? unit);

    IEnumerable<UnitFile> UnitFiles { get; }

    /// <exception cref="BusException">NoSuchUnit, or FileNotFound, when there is no such file.</exception>
    string UnitFileState(string file);

    /// <summary>The links that disabling a unit would remove.</summary>
    IReadOnlyList<string> UnitFileLinks(string unit, bool runtime);

    void Install(InstallRequest request, Reply<InstallResult> reply);

    string DefaultTarget { get; }

    /// <summary>Sets and removes variables of the environment that services inherit.</summary>
    void ChangeEnvironment(IReadOnlyList<string> unset, IReadOnlyList<string> set);

    /// <summary>Reads all unit files anew; the reply comes when it is done.</summary>
    void Reload(Reply reply);

    /// <summary>Replaces the manager's process by a new one; nobody waits for a reply.</summary>
    void Reexecute();

    /// <summary>Stops everything and ends.</summary>
    void Exit();

    void SetExitCode(byte code);
}
