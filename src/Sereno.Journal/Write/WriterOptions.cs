namespace Sereno.Journal.Write;

/// <summary>How a journal file is to be.</summary>
public sealed record WriterOptions
{
    /// <summary>Offsets of 32 bits where they are many: at most 4 GiB.</summary>
    public bool IsCompact { get; init; } = true;

    /// <summary>Hashed with the file's id as key, so that nobody can prepare collisions.</summary>
    public bool IsKeyed { get; init; } = true;

    /// <summary>Fields of so many bytes are compressed; null: none are.</summary>
    public ulong? CompressFrom { get; init; } = 512;

    /// <summary>In bytes; 0: as the format allows.</summary>
    public ulong MaxSize { get; init; } = 128 << 20;

    /// <summary>Bytes that must stay free in the file system.</summary>
    public ulong KeepFree { get; init; }

    /// <summary>Of the file, before the umask.</summary>
    public uint Mode { get; init; } = 0x1A0; // 0640

    /// <summary>As their 16 bytes lie in memory.</summary>
    public UInt128 MachineId { get; init; }

    /// <summary>The present boot's.</summary>
    public UInt128 BootId { get; init; }

    /// <summary>Of the files before, whose sequence numbers the new file continues; 0: the file begins its own.</summary>
    public UInt128 SeqnumId { get; init; }

    /// <summary>The last number in the files before.</summary>
    public ulong Seqnum { get; init; }
}
