using Sereno.Journal.Intake;
using Sereno.Linux;

namespace Sereno.Journal.Keep;

public enum JournalStorage { Auto, Persistent, Volatile, None }

public enum JournalSplit { Uid, Login, None }

/// <summary>How much a kind of storage may take (journald.conf(5)); 0: as much as is fit for the file system.</summary>
public sealed record StorageLimits(ulong MaxUse = 0, ulong KeepFree = 0, ulong MaxFileSize = 0, ulong MaxFiles = 100);

/// <summary>Where lines are forwarded, and up to which level.</summary>
public sealed record ForwardTarget(bool IsOn = false, int MaxLevel = 7);

/// <summary>Where a journal keeps its files, and what journald.conf(5) says.</summary>
public sealed record JournalOptions
{
    /// <summary>What survives a boot, and what doesn't. Files are in the folder itself.</summary>
    public required string PersistentFolder { get; init; }
    public required string VolatileFolder { get; init; }

    /// <summary>Where sockets and the notice that the journal is full are; empty for no sockets.</summary>
    public string RuntimeFolder { get; init; } = "";

    /// <summary>The machine's own: its sockets are systemd's, and the kernel's messages are its to read.</summary>
    public bool IsSystem { get; init; }

    /// <summary>Until the first flush nothing is written to what survives a boot: it may not be mounted yet.</summary>
    public bool AwaitsFlush { get; init; }

    /// <summary>Is there while files are made in the folder that survives a boot; empty: nobody looks.</summary>
    public string FlushedFile { get; init; } = "";

    /// <summary>The time of day in microseconds.</summary>
    public Func<ulong> Now { get; init; } = static () => Clock.Realtime;

    public JournalStorage Storage { get; init; } = JournalStorage.Persistent;
    public JournalSplit Split { get; init; } = JournalSplit.None;
    public StorageLimits System { get; init; } = new();
    public StorageLimits Runtime { get; init; } = new();

    /// <summary>Microseconds; 0 for ever.</summary>
    public ulong MaxRetention { get; init; }
    public ulong MaxFileAge { get; init; } = 30UL * 24 * 3600 * 1_000_000;
    public ulong SyncInterval { get; init; } = 5UL * 60 * 1_000_000;
    public ulong RateLimitInterval { get; init; } = 30_000_000;
    public uint RateLimitBurst { get; init; } = 10_000;
    public int LineMax { get; init; } = Lines.DefaultMax;
    public int MaxLevelStore { get; init; } = 7;

    /// <summary>Null: nothing is compressed.</summary>
    public ulong? CompressFrom { get; init; } = 512;
    public bool ReadsKernel { get; init; } = true;
    public ForwardTarget ToSyslog { get; init; } = new();
    public ForwardTarget ToKernel { get; init; } = new(MaxLevel: 5);
    public ForwardTarget ToConsole { get; init; } = new(MaxLevel: 6);
    public ForwardTarget ToWall { get; init; } = new(MaxLevel: 0);

    /// <summary>Who is logged in.</summary>
    public string Utmp { get; init; } = LoggedIn.Utmp;
    public string ConsolePath { get; init; } = "/dev/console";

    /// <summary>What is wrong with the files that were read.</summary>
    public IReadOnlyList<string> Complaints { get; init; } = [];
}
