namespace Sereno.Sockets.Views;

/// <summary>What ss's options ask to be shown.</summary>
public sealed record SsOptions
{
    public bool Header { get; init; } = true;

    /// <summary>-Q of newer versions: without the two queues' columns.</summary>
    public bool Queues { get; init; } = true;

    public bool Numeric { get; init; }

    /// <summary>-r: names of hosts.</summary>
    public bool Resolve { get; init; }

    public bool Processes { get; init; }
    public bool Threads { get; init; }
    public bool Timers { get; init; }
    public bool Extended { get; init; }
    public bool Memory { get; init; }

    /// <summary>-i: tcp_info and what belongs to it.</summary>
    public bool Information { get; init; }

    /// <summary>-b: the filters of packet sockets.</summary>
    public bool Bpf { get; init; }

    public bool TypeOfService { get; init; }
    public bool Cgroup { get; init; }
    public bool InetOptions { get; init; }

    /// <summary>-O: details stay on the socket's line.</summary>
    public bool OneLine { get; init; }

    /// <summary>Only one socket table is shown, so that its name isn't.</summary>
    public bool OneTable { get; init; }

    /// <summary>Only one state is shown, so that its name isn't.</summary>
    public bool OneState { get; init; }
}
