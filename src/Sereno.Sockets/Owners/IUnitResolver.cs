namespace Sereno.Sockets.Owners;

/// <summary>What knows which unit a process or a cgroup belongs to: this room knows units only as names.</summary>
public interface IUnitResolver
{
    /// <summary>The unit of a process, or null.</summary>
    string? UnitOf(int pid);

    /// <summary>The unit whose cgroup (v2) has this id, or null.</summary>
    string? UnitOfCgroup(ulong cgroupId);

    /// <summary>Whether a process is a service manager (or keeps descriptors for one): it holds the sockets of socket units
    /// beside, or before, the services that they are for, and those are whose they are.</summary>
    bool IsManager(int pid) => pid == 1;

    /// <summary>The process of this number is another now: what was answered for it before no longer holds.</summary>
    void Forget(int pid) { }
}
