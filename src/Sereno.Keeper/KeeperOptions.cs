namespace Sereno.Keeper;

/// <summary>How a keeper runs.</summary>
public sealed class KeeperOptions
{
    /// <summary>The program of both roles, absolute: what /proc/self/exe points at.</summary>
    public required string Executable { get; init; }

    /// <summary>What the manager is started with, after argv[0]. It finds its socket at 3 and its log pipe at 4.</summary>
    public required IReadOnlyList<string> ManagerArguments { get; init; }

    /// <summary>What the journal is started with, after argv[0]. It finds its socket at 3.</summary>
    public required IReadOnlyList<string> JournalArguments { get; init; }

    /// <summary>A file that is locked for as long as this keeper lives.</summary>
    public required string LockPath { get; init; }

    /// <summary>StreamMetadata of the manager's own log pipe, opaque here; empty for none.</summary>
    public byte[] ManagerLog { get; init; } = [];

    /// <summary>How long killed processes get to disappear at the end, and then the journal to write the rest.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A role that lived this long starts again at once, the next time it dies.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);
}
