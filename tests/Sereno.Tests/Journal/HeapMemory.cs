using Sereno.Journal.Read;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Tests.Journal;

/// <summary>A file that is none, so that it can be as it was in the instant of a kill -9: each look at it may be the last.</summary>
internal sealed class HeapMemory(byte[] bytes) : FileMemory, IJournalBytes
{
    /// <summary>Looks are counted for all that are to be killed together.</summary>
    internal sealed class Fuse { public int Looks, KilledAt = int.MaxValue; }

    internal sealed class KilledException : Exception;

    private byte[] _bytes = bytes;

    public Fuse Life { get; init; } = new();

    /// <summary>The disk's.</summary>
    public ulong Limit { get; set; } = ulong.MaxValue;

    public byte[] Bytes => _bytes;

    public HeapMemory Copy(Fuse life) => new((byte[])_bytes.Clone()) { Life = life };

    public override ulong Length => (ulong)_bytes.Length;
    public ulong Size => Length;
    public override bool IsWhole => true;

    public override Span<byte> Slice(ulong offset, int length)
    {
        if (++Life.Looks > Life.KilledAt)
            throw new KilledException();
        return offset <= Length ? _bytes.AsSpan((int)offset, length) : throw new ArgumentOutOfRangeException(nameof(offset));
    }

    public bool TryGet(ulong offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bool there = offset <= Length && (ulong)length <= Length - offset;
        bytes = there ? _bytes.AsSpan((int)offset, length) : default;
        return there;
    }

    public override int Grow(ulong length)
    {
        if (length > Limit)
            return libc.ENOSPC;
        if (length > Length)
            Array.Resize(ref _bytes, (int)length);
        return 0;
    }

    public override int Shorten(ulong length)
    {
        Array.Resize(ref _bytes, (int)length);
        return 0;
    }

    public override int Sync() => 0;
    public override bool HasFree(ulong bytes, ulong left) => Length + bytes + left <= Limit;
    public override void Touch() { }
    public override void ReleasePages() { }
    protected override void Dispose(bool disposing) { }
}
