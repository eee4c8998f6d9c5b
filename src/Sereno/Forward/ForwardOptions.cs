namespace Sereno.Forward;

/// <summary>How entries are sent.</summary>
internal sealed record ForwardOptions
{
    /// <summary>RFC 3164 instead of RFC 5424; null for what the other side is used to.</summary>
    public bool? IsOldSyslog { get; init; }

    /// <summary>"Name: value" of each request.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>More of them, a line each; read for each request, since tokens are renewed.</summary>
    public string? HeaderFile { get; init; }

    public bool Compresses { get; init; }

    /// <summary>Longest wait for one batch.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Entries of a batch, at most.</summary>
    public int Batch { get; init; } = 1000;

    /// <summary>Failures in a row after which it gives up; null for never.</summary>
    public int? Tries { get; init; }

    /// <summary>What is there now, and no more.</summary>
    public bool Once { get; init; }

    public string? CursorFile { get; init; }
}
