namespace Sereno.Import;

/// <summary>A service of inetd or xinetd, in a unit's terms.</summary>
public sealed record ImportedService
{
    public required string File { get; init; }
    public required int Line { get; init; }

    /// <summary>Of its units, without a type.</summary>
    public required string UnitName { get; init; }
    public required string Description { get; init; }

    /// <summary>One process at a time has the listening socket; otherwise each connection has a process.</summary>
    public required bool Waits { get; init; }

    /// <summary>Program, argv[0], and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The program is this executable.</summary>
    public bool IsOurs { get; init; }
    public string? User { get; init; }
    public string? Group { get; init; }

    /// <summary>Further lines of the [Socket] and [Service] sections, ListenStream= and its like first.</summary>
    public required IReadOnlyList<string> SocketLines { get; init; }
    public IReadOnlyList<string> ServiceLines { get; init; } = [];
}

/// <summary>What was made of some files.</summary>
public sealed record ImportResult(IReadOnlyList<ImportedService> Services, IReadOnlyList<ImportNote> Notes, IReadOnlySet<(string File, int Line)> Left);
