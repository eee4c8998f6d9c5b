using System.Globalization;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;

namespace Sereno.Sockets.Diagnosis;

/// <summary>What the sockets of a machine are judged by: one snapshot.</summary>
public sealed record DoctorFacts(PlacedSockets Here)
{
    /// <summary>Every socket of the namespace, where <see cref="Here"/> has only those that somebody asked for. What is told is about
    /// those; whether a listener is there, or a limit is near, is judged by all.</summary>
    public SocketTable Whole => Here.Table.Whole;

    public bool IsFiltered => !ReferenceEquals(Whole, Here.Table);

    public SocketVitals Vitals { get; init; } = SocketVitals.Unknown;
    public LinuxPorts Ports { get; init; } = new();

    /// <summary>net.ipv4.tcp_max_tw_buckets; 0 when unknown.</summary>
    public long MaxTimeWait { get; init; }

    /// <summary>net.ipv4.tcp_max_orphans; 0 when unknown.</summary>
    public long MaxOrphans { get; init; }

    /// <summary>TcpExt ListenOverflows of this namespace since it was made: of all listeners, also of those that are gone.</summary>
    public long ListenOverflows { get; init; }

    /// <summary>[X-Sereno] Scope= by unit.</summary>
    public IReadOnlyDictionary<string, AddressScope> DeclaredScopes { get; init; } = new Dictionary<string, AddressScope>();

    /// <summary>Units that are kept to it, however wide their sockets are: others are refused.</summary>
    public IReadOnlySet<string> HeldScopes { get; init; } = new HashSet<string>();

    /// <summary>How often each unit was restarted by itself (NRestarts).</summary>
    public IReadOnlyDictionary<string, long> Restarts { get; init; } = new Dictionary<string, long>();

    /// <summary>Adds what the kernel says to a snapshot of the sockets.</summary>
    /// <param name="here">Captured with <see cref="SocketVitals.Details"/>.</param>
    /// <param name="selection">Which of them are looked at; all when null.</param>
    public static DoctorFacts Read(PlacedSockets here, SocketSelection? selection = null) => new(here with { Table = here.Table.Select(selection ?? SocketSelection.Everything, here.Network) })
    {
        Vitals = SocketVitals.Of(here.Table),
        Ports = LinuxPorts.Read(),
        MaxTimeWait = Sysctl.ReadNumber("net/ipv4/tcp_max_tw_buckets") ?? 0,
        MaxOrphans = Sysctl.ReadNumber("net/ipv4/tcp_max_orphans") ?? 0,
        ListenOverflows = ReadCounter("TcpExt", "ListenOverflows"),
    };

    /// <summary>A counter of proc_net(5)'s netstat file: a line of names, then one of values.</summary>
    public static long Counter(IReadOnlyList<string> lines, string group, string name)
    {
        for (int i = 0; i + 1 < lines.Count; i += 2)
            if (lines[i].StartsWith(group + ":", StringComparison.Ordinal))
            {
                int at = Array.IndexOf(lines[i].Split(' '), name);
                string[] values = lines[i + 1].Split(' ');
                return at > 0 && at < values.Length && long.TryParse(values[at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : 0;
            }
        return 0;
    }

    private static long ReadCounter(string group, string name)
    {
        try
        {
            return Counter(File.ReadAllLines("/proc/thread-self/net/netstat"), group, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // no /proc/net: nothing is counted
        }
    }
}
