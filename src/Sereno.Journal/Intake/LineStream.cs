using Sereno.Linux;

namespace Sereno.Journal.Intake;

/// <summary>Something that brings lines: a pipe of the keeper's, or a connection of the stdout socket.</summary>
internal sealed class LineStream(ulong id, Fd fd, int pid)
{
    /// <summary>Ids of connections, which are the journal's own, have this bit.</summary>
    public const ulong Connection = 1UL << 63;

    public ulong Id => id;
    public Fd Fd => fd;
    public int Pid { get; set; } = pid;
    public bool IsConnection => (id & Connection) != 0;

    /// <summary>Null while a connection hasn't said what it is.</summary>
    public StreamMetadata? Metadata { get; set; }

    /// <summary>What it came with, until somebody needs to know: most streams are quiet.</summary>
    public byte[]? Encoded { get; set; }
    public ProcessFields? Process { get; set; }
    public Origin? Origin { get; set; }

    /// <summary>Of <see cref="Process"/>, when <see cref="Origin"/> was made.</summary>
    public int Version { get; set; }
    public PeerCredentials? Peer { get; set; }

    /// <summary>The line that has begun.</summary>
    public byte[] Begun { get; set; } = [];
    public int BegunLength { get; set; }

    /// <summary>-1: none.</summary>
    public int Slot { get; set; } = -1;
    public SlotHead Kept { get; set; }

    /// <summary>It is emptied while nothing can be written.</summary>
    public bool IsEmptied { get; set; }

    /// <summary>Lines that were dropped while nothing could be written.</summary>
    public ulong Dropped { get; set; }
}
