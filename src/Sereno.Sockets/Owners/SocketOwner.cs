namespace Sereno.Sockets.Owners;

/// <summary>How well we know whose a socket is.</summary>
public enum OwnerKind
{
    /// <summary>These processes hold a descriptor of it.</summary>
    Exact,

    /// <summary>No process was seen with it; the cgroup that created it tells the unit.</summary>
    ByCgroup,

    /// <summary>Some process could not be looked at or isn't shown (CAP_SYS_PTRACE), and nobody else has it.</summary>
    Hidden,

    /// <summary>Every process here was read and none has it: another PID namespace's, the kernel's, or a descriptor in flight.</summary>
    Elsewhere,

    /// <summary>The kernel keeps it without an owner: TIME_WAIT, or a connection being set up.</summary>
    None,
}

/// <summary>A process and the descriptor by which it holds a socket.</summary>
/// <param name="Name">comm: at most 15 bytes (proc_pid_comm(5)).</param>
public readonly record struct SocketHolder(int Pid, int Fd, string Name);

/// <summary>Whose a socket is: kind, unit when known, and every holder, lowest pid first.</summary>
public sealed record SocketOwner(OwnerKind Kind, string? Unit, IReadOnlyList<SocketHolder> Holders);

public static class OwnerKinds
{
    /// <summary>The name in machine formats.</summary>
    public static string Name(this OwnerKind kind) => kind switch
    {
        OwnerKind.Exact => "exact",
        OwnerKind.ByCgroup => "by-cgroup",
        OwnerKind.Hidden => "hidden",
        OwnerKind.Elsewhere => "elsewhere",
        OwnerKind.None => "none",
    };
}
