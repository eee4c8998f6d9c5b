using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>What <see cref="TcpTracer"/> asks of the machine that it watches.</summary>
public interface ITraceMachine
{
    /// <summary>Asks the kernel for one connection of this network namespace: also one in TIME-WAIT. False when there is none.</summary>
    bool TryFind(in TcpTuple tuple, out SocketRecord socket);

    /// <summary>The sockets of this network namespace in any of <paramref name="states"/>, valid until the next call. Some may
    /// be missing: a dump is no snapshot.</summary>
    /// <returns>False when the kernel said that the list isn't consistent.</returns>
    bool TryDump(TcpStates states, out ReadOnlySpan<SocketRecord> sockets);

    /// <summary>comm of a process, or null when it is gone.</summary>
    string? NameOf(int pid);

    /// <summary>The unit of a process, or null.</summary>
    string? UnitOf(int pid);

    /// <summary>The unit whose cgroup (v2) has this id, or null.</summary>
    string? UnitOfCgroup(ulong cgroupId);

    /// <summary>A process of this number has begun or ended: what was known of it is another's.</summary>
    void Forget(int pid);

    /// <summary>A thread of the kernel's: no sockets are its own.</summary>
    bool IsKernelThread(int pid);

    /// <summary>The inode of our network namespace.</summary>
    ulong OurNamespace { get; }

    /// <summary>The inode of a thread's network namespace; null when it is gone or not ours to look at.</summary>
    ulong? NamespaceOf(int pid, int tid);
}
