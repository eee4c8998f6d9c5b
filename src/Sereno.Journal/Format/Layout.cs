using System.Runtime.InteropServices;

namespace Sereno.Journal.Format;

// What a journal file is made of, at byte offsets and in values of "Journal File Format" (systemd.io/JOURNAL_FILE_FORMAT).
// All numbers are little-endian, as is every machine that we run on; all objects begin at multiples of 8.

public enum ObjectType : byte
{
    Unused,
    Data,
    Field,
    Entry,
    DataHashTable,
    FieldHashTable,
    EntryArray,
    Tag,
}

public enum FileState : byte
{
    Offline,
    Online,
    Archived,
}

/// <summary>Of a data object; at most one.</summary>
[Flags]
public enum ObjectFlags : byte
{
    None = 0,
    Xz = 1,
    Lz4 = 2,
    Zstd = 4,
    CompressionMask = Xz | Lz4 | Zstd,
}

/// <summary>Who doesn't know one of these must not read the file.</summary>
[Flags]
public enum Incompatible : uint
{
    None = 0,
    Xz = 1,
    Lz4 = 2,
    KeyedHash = 4,
    Zstd = 8,
    Compact = 16,
    Known = Xz | Lz4 | KeyedHash | Zstd | Compact,
}

/// <summary>Who doesn't know one of these may read the file and must not write it.</summary>
[Flags]
public enum Compatible : uint
{
    None = 0,
    Sealed = 1,
}

/// <summary>The file's first bytes. Files of before 252 are shorter: <see cref="HeaderSize"/> says what counts.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct FileHeader
{
    /// <summary>"LPKSHHRH".</summary>
    public const ulong Magic = 0x485248_48534B504C;

    /// <summary>In bytes: of 252, of 246 (hash chains' depths), of 189, of 187, and of the first.</summary>
    public const int Size = 264, Size246 = 256, Size189 = 240, Size187 = 224, SizeMin = 208;
    public const int StateAt = 16, ArenaSizeAt = 96;

    public ulong Signature;
    public Compatible Compatible;
    public Incompatible Incompatible;
    public FileState State;
    private readonly byte _reserved1, _reserved2, _reserved3, _reserved4, _reserved5, _reserved6, _reserved7;
    public UInt128 FileId;
    public UInt128 MachineId;
    /// <summary>Of who wrote last.</summary>
    public UInt128 BootId;
    public UInt128 SeqnumId;
    public ulong HeaderSize;
    /// <summary>Bytes after the header.</summary>
    public ulong ArenaSize;
    /// <summary>Of the first item, 16 after its object; sizes in bytes.</summary>
    public ulong DataHashTableOffset, DataHashTableSize, FieldHashTableOffset, FieldHashTableSize;
    public ulong TailObjectOffset;
    public ulong ObjectCount, EntryCount;
    public ulong TailEntrySeqnum, HeadEntrySeqnum;
    public ulong EntryArrayOffset;
    /// <summary>Microseconds.</summary>
    public ulong HeadEntryRealtime, TailEntryRealtime, TailEntryMonotonic;
    public ulong DataCount, FieldCount;
    public ulong TagCount, EntryArrayCount;
    public ulong DataHashChainDepth, FieldHashChainDepth;
    public uint TailEntryArrayOffset, TailEntryArrayEntryCount;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct ObjectHeader
{
    public const int Size = 16;

    public ObjectType Type;
    public ObjectFlags Flags;
    private readonly ushort _reserved1;
    private readonly uint _reserved2;
    /// <summary>With this header, without what fills up to a multiple of 8.</summary>
    public ulong Length;

    public ObjectHeader(ObjectType type, ulong length) => (Type, Length) = (type, length);
}

/// <summary>FIELD=VALUE, once in a file; the payload follows (8 later in a compact file, after <see cref="CompactTail"/>).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct DataObject
{
    public const int Size = 64, CompactSize = 72;
    public const int NextHashAt = 24, NextFieldAt = 32, EntryAt = 40, EntryArrayAt = 48, EntryCountAt = 56, CompactTailAt = 64;

    public ObjectHeader Object;
    public ulong Hash;
    public ulong NextHashOffset;
    /// <summary>The field's value before this one.</summary>
    public ulong NextFieldOffset;
    /// <summary>The first entry with it; the others are in the arrays.</summary>
    public ulong EntryOffset;
    public ulong EntryArrayOffset;
    public ulong EntryCount;
}

/// <summary>After a compact file's <see cref="DataObject"/>: where its last entry array is, and how many it has.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct CompactTail
{
    public uint ArrayOffset, EntryCount;
}

/// <summary>A field's name; the payload follows.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct FieldObject
{
    public const int Size = 40;
    public const int NextHashAt = 24, HeadDataAt = 32;

    public ObjectHeader Object;
    public ulong Hash;
    public ulong NextHashOffset;
    /// <summary>Its last new value.</summary>
    public ulong HeadDataOffset;
}

/// <summary>The items follow: a data object's offset and hash, or in a compact file its offset in 32 bits; ascending.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct EntryObject
{
    public const int Size = 64, ItemSize = 16, CompactItemSize = 4;

    public ObjectHeader Object;
    public ulong Seqnum;
    /// <summary>Microseconds.</summary>
    public ulong Realtime, Monotonic;
    public UInt128 BootId;
    /// <summary>Of all its items, by Jenkins' hash of their payloads whatever the file's flags say.</summary>
    public ulong XorHash;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct HashItem
{
    public const int Size = 16, TailAt = 8;

    public ulong HeadOffset, TailOffset;
}

/// <summary>Offsets of entries follow, of 8 bytes, or 4 in a compact file; 0 where there is none yet.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct EntryArrayObject
{
    public const int Size = 24, NextAt = 16;

    public ObjectHeader Object;
    public ulong NextOffset;
}
