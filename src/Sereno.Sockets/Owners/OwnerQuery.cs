namespace Sereno.Sockets.Owners;

/// <summary>How it was found out who holds which socket.</summary>
public enum OwnerMethod
{
    /// <summary>It wasn't: nobody asked.</summary>
    None,

    /// <summary>By reading the links in /proc/PID/fd.</summary>
    Proc,

    /// <summary>By a BPF iterator over every process's descriptors: kernel 5.11, CAP_BPF and CAP_PERFMON.</summary>
    Bpf,

    /// <summary>Not by descriptors at all: units by the cgroup that each socket was made in, which needs no privilege.</summary>
    Cgroup,
}

/// <summary>Whose descriptors to look at, and how.</summary>
public sealed record OwnerQuery
{
    /// <summary>The environment variable that forces a method where <see cref="Method"/> doesn't, after <see cref="HeedEnvironment"/>: proc, bpf or cgroup. For
    /// measurements and tests: the methods give the same answers.</summary>
    public const string MethodVariable = "SERENO_OWNERS";

    private static OwnerMethod? s_default;

    /// <summary>Just these processes, when it is known whose sockets are wanted; all when null.</summary>
    public IReadOnlyCollection<int>? Only { get; init; }

    /// <summary>Each thread is a holder of its own, as ss -T shows them.</summary>
    public bool Threads { get; init; }

    /// <summary>Tell also what /proc hides from us, where BPF is permitted. ss and netstat don't know it: what stands in for
    /// them leaves it off.</summary>
    public bool BeyondProc { get; init; }

    /// <summary>The method to use: <see cref="OwnerMethod.Bpf"/> falls back to /proc where it isn't permitted. Null for
    /// the fastest.</summary>
    public OwnerMethod? Method { get; init; }

    /// <summary>Where the proc filesystem is, or a copy of one.</summary>
    public string ProcRoot { get; init; } = "/proc";

    internal OwnerMethod? Forced => Method ?? s_default;

    /// <summary>From now on the process's environment forces the method; a library leaves that to its program.</summary>
    public static void HeedEnvironment() => s_default = Environment.GetEnvironmentVariable(MethodVariable) switch
    {
        "proc" => OwnerMethod.Proc,
        "bpf" => OwnerMethod.Bpf,
        "cgroup" => OwnerMethod.Cgroup,
        _ => null,
    };
}
