using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sereno.Journal.Format;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Read;

/// <summary>What was found.</summary>
/// <param name="Errno">0: the file is right.</param>
/// <param name="Offset">Of the object that was looked at last in the walk through the file.</param>
public readonly record struct Verdict(int Errno, ulong Offset, ulong HeadRealtime, ulong TailRealtime);

/// <summary>
/// journalctl --verify of one file: first each object as the file has them, one after another, then all that the hash table and the
/// entry arrays lead to. What is wrong is told in journalctl's words, which are for who looks into a file, in English as the format's.
/// </summary>
/// <param name="complain">A line of what is wrong, with its offset; at most one, besides a decompression's.</param>
/// <param name="progress">Of 65535.</param>
public sealed partial class Verifier(IJournalBytes file, Action<string>? complain = null, Action<int>? progress = null) : IDisposable
{
    private const ulong EndOfTime = 1UL << 55;
    private const int WalkEnd = 0x7FFF, EntriesBegin = 0x8000, TablesBegin = 0xC000, PartLength = 0x3FFF;

    /// <summary>Something is wrong, and has been said; ends the verification.</summary>
    private sealed class Fault(int errno) : Exception
    {
        public int Errno { get; } = errno;
    }

    private readonly Compression _compression = new();
    private readonly OffsetList _data = new(), _entries = new(), _arrays = new();
    private byte[] _expanded = [];
    private FileHeader _header;
    private ulong _at;

    private bool IsCompact => (_header.Incompatible & Incompatible.Compact) != 0;
    private int DataSize => IsCompact ? DataObject.CompactSize : DataObject.Size;
    private int OffsetSize => IsCompact ? sizeof(uint) : sizeof(ulong);

    /// <summary>What journalctl says after a complaint.</summary>
    public static string CorruptionLine(string path, in Verdict verdict, ulong size) =>
        $"File corruption detected at {path}:{verdict.Offset:x6} (of {size} bytes, {(size == 0 ? 0 : 100 * verdict.Offset / size)}%).";

    /// <summary>Once. EBADMSG and its like for a file that is damaged; ENOKEY for a sealed one, as the key isn't here.</summary>
    public Verdict Verify()
    {
        try
        {
            ReadHeader();
            if ((_header.Compatible & Compatible.Sealed) != 0)
                return new(libc.ENOKEY, 0, 0, 0);
            Walk();
            FollowEntryArray();
            FollowDataHashTable();
            return new(0, _at, _header.HeadEntryRealtime, _header.TailEntryRealtime);
        }
        catch (Fault fault)
        {
            return new(fault.Errno, _at, 0, 0);
        }
    }

    public void Dispose() => _compression.Dispose();

    private void ReadHeader()
    {
        var whole = MemoryMarshal.AsBytes(new Span<FileHeader>(ref _header));
        if (!file.TryGet(0, FileHeader.SizeMin, out var first))
            throw new Fault(libc.ENODATA);
        first.CopyTo(whole);
        if (_header.Signature != FileHeader.Magic || _header.State > FileState.Archived || _header.HeaderSize < FileHeader.SizeMin)
            throw new Fault(libc.EBADMSG);
        if ((_header.Incompatible & ~Incompatible.Known) != 0)
            throw new Fault(libc.EPROTONOSUPPORT);
        int length = (int)Math.Min(_header.HeaderSize, FileHeader.Size);
        if (!file.TryGet(0, length, out var all) || _header.ArenaSize > file.Size || _header.HeaderSize + _header.ArenaSize > file.Size)
            throw new Fault(libc.ENODATA);
        all.CopyTo(whole);
        if (_header.TailObjectOffset > _header.HeaderSize + _header.ArenaSize
            || (_header.DataHashTableOffset | _header.FieldHashTableOffset | _header.TailObjectOffset | _header.EntryArrayOffset) % 8 != 0)
            throw new Fault(libc.ENODATA);
        if ((_header.Compatible & ~Compatible.Sealed) != 0)
        {
            complain?.Invoke("Cannot verify file with unknown extensions.");
            throw new Fault(libc.EOPNOTSUPP);
        }
        for (int i = FileHeader.StateAt + 1; i < FileHeader.StateAt + 8; i++)
            if (whole[i] != 0)
                throw Bad((ulong)i, "Reserved field is non-zero");
    }

    private bool Has(int end) => _header.HeaderSize >= (ulong)end;

    private Fault Bad(ulong offset, string text)
    {
        complain?.Invoke($"{offset:x6}: {text}");
        return new(libc.EBADMSG);
    }

    private static int Scale(int scale, ulong p, ulong m) => p >= m || m == 0 ? scale : (int)((UInt128)scale * p / m);

    /// <summary>As <see cref="Scale"/>, told.</summary>
    private void Advance(int begin, int scale, ulong p, ulong m) => progress?.Invoke(begin + Scale(scale, p, m));

    private bool TryGet<T>(ulong offset, out T value) where T : unmanaged
    {
        bool there = file.TryGet(offset, Unsafe.SizeOf<T>(), out var bytes);
        value = there ? MemoryMarshal.Read<T>(bytes) : default;
        return there;
    }
}
