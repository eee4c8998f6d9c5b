namespace Sereno.Sockets.Diag;

/// <summary>Where the text of /proc/net is read: the running kernel's, or a copy's, as iproute2's variables PROC_ROOT and
/// PROC_NET_* say. Naming a file also means that the kernel isn't asked by sock_diag(7) for that table.</summary>
public sealed class ProcFiles(Func<string, string?> variable)
{
    // "self" would be the process's first thread, which may be in another network namespace.
    private const string OwnNet = "/proc/thread-self/";

    /// <summary>The running kernel's.</summary>
    public static ProcFiles Running { get; } = new(_ => null);

    /// <summary>As this process's environment says.</summary>
    public static ProcFiles OfEnvironment() => new(Environment.GetEnvironmentVariable);

    /// <summary>The folder that stands for /proc.</summary>
    public string Root => variable("PROC_ROOT") ?? "/proc";

    /// <summary>A recorded dump of TCP sockets to show instead of them; null for none.</summary>
    public string? RecordedDump => variable("TCPDIAG_FILE");

    /// <summary>The table is to be read as text, whatever the kernel can do.</summary>
    /// <param name="table">"TCP" for PROC_NET_TCP.</param>
    public bool IsNamed(string table) => variable("PROC_ROOT") is not null || variable("PROC_NET_" + table) is not null;

    /// <summary>The file of a table: "tcp6" is PROC_NET_TCP6, or else net/tcp6 in the root.</summary>
    public string PathOf(string table) => variable("PROC_NET_" + table.ToUpperInvariant())
        ?? (variable("PROC_ROOT") is string root ? $"{root}/net/{table}" : $"{OwnNet}net/{table}");

    /// <summary>Where the range of ephemeral ports is told.</summary>
    public string EphemeralRange => variable("PROC_IP_LOCAL_PORT_RANGE") ?? $"{Root}/sys/net/ipv4/ip_local_port_range";
}
