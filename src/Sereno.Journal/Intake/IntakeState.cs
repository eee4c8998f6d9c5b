using System.Runtime.InteropServices;

namespace Sereno.Journal.Intake;

/// <summary>What must be known after a crash (docs/formats/intake.md), at the start of the state's memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IntakeState
{
    public const ulong Version = 0x32_6E_74_61_6B_65; // another with each change of what follows

    public ulong Format;
    /// <summary>Makes the ids of streams.</summary>
    public ulong Seed1, Seed2;
    /// <summary>The last id that was given to a connection of the stdout socket.</summary>
    public ulong LastConnection;
    /// <summary>Where files are made since somebody asked for it; unknown: as the options have it.</summary>
    public JournalPlace Place;
    /// <summary>The record of /dev/kmsg that comes next.</summary>
    public ulong KernelNext;
    /// <summary>Of the last entry, in whatever file, and whose numbers they are.</summary>
    public ulong Seqnum, SeqnumIdLow, SeqnumIdHigh;

    /// <summary>Whose bytes are in the spool from <see cref="Done"/> to its file position; 0: nobody's.</summary>
    public ulong Source;
    public long Done;
    /// <summary>The socket whose next message has so many entries that are kept already; 0: none.</summary>
    public ulong SkipIn;
    public int Skip;

    /// <summary>Not 0: <see cref="Record"/> is to be carried out, whatever happens. The commit point is the store of this word.</summary>
    public uint Committed;
    public CommitRecord Record;
}

/// <summary>Which of the two folders (journalctl(1), --flush and --relinquish-var).</summary>
internal enum JournalPlace : ulong { Unknown, Volatile, Persistent }

/// <summary>What a batch changes besides the journal file. Carrying it out twice does no harm.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CommitRecord
{
    /// <summary>As in the state, for afterwards.</summary>
    public ulong Source;
    public long Done;
    public ulong SkipIn;
    public int Skip;
    /// <summary>Which region of the undo log has nothing to undo any more.</summary>
    public int Region;
    public ulong Seqnum, KernelNext;

    /// <summary>The slot that changes; -1: none.</summary>
    public int Slot;
    public SlotHead SlotHead;
    /// <summary>What is copied from the spool to the slot.</summary>
    public long CopyFrom;
    public int CopyTo, CopyLength;

    /// <summary>The socket from which a message, or so many bytes of a stream, are to be taken; 0: none.</summary>
    public ulong TakeFrom;
    public int TakeLength;
}

/// <summary>The first bytes of a slot: the line that a stream has begun.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlotHead
{
    /// <summary>0: the slot is free.</summary>
    public ulong Source;
    /// <summary>Bytes of the line so far, and of the lines with which a connection began.</summary>
    public int Length, HeaderLength;
    /// <summary>Whose line it is: connections are handed on.</summary>
    public int Pid;
}
