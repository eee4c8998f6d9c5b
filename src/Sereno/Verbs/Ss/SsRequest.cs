using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>What one command line of ss asks for.</summary>
internal sealed record SsRequest
{
    public SsOptions Options { get; init; } = new();

    /// <summary>Tables, families and states, settled: what isn't said comes from what is.</summary>
    public SsSelection Selection { get; init; } = SsSelection.Nothing;

    /// <summary>-s.</summary>
    public bool Summary { get; init; }

    /// <summary>-s and nothing else: no table.</summary>
    public bool OnlySummary { get; init; }

    /// <summary>-K: close what is found, and show what could be closed.</summary>
    public bool Kill { get; init; }

    /// <summary>-E: show sockets as they are destroyed.</summary>
    public bool Follow { get; init; }

    /// <summary>-N: a name below /var/run/netns.</summary>
    public string? Namespace { get; init; }

    /// <summary>-D: where to write the kernel's answers as they are; "-" for standard output.</summary>
    public string? RecordTo { get; init; }

    /// <summary>-F: a filter to read behind the words; "-" for standard input.</summary>
    public string? FilterFile { get; init; }

    /// <summary>What is behind options: states, then a filter.</summary>
    public IReadOnlyList<string> Operands { get; init; } = [];

    /// <summary>Where in them the filter begins.</summary>
    public int FirstFilterWord { get; init; }

    /// <summary>States that were asked for by option; None when they follow from the tables.</summary>
    public TcpStates AskedStates { get; init; }

    public SocketDetails Details =>
        (Options.Memory ? SocketDetails.Memory : 0) | (Options.Information ? SocketDetails.Information : 0)
        | (Options.TypeOfService ? SocketDetails.TypeOfService : 0) | (Options.InetOptions ? SocketDetails.Options : 0)
        // Lines of /proc/net and packet filters are kept like details.
        | (Options.Extended || Options.Bpf || Options.Timers ? SocketDetails.Extended : 0);
}
