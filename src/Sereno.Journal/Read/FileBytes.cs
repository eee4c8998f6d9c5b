using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sereno.Linux;

namespace Sereno.Journal.Read;

/// <summary>A file that others may write, cut or replace at any time; what is beyond its end, or can't be read, isn't there.</summary>
internal sealed class FileBytes(Fd fd, BlockCache cache) : IJournalBytes, IDisposable
{
    private static int s_files;

    private byte[] _across = new byte[256];

    /// <summary>Spreads the blocks of many files over the cache.</summary>
    public int Salt { get; } = unchecked(Interlocked.Increment(ref s_files) * 37);

    /// <summary>Blocks that were read before it was raised are read again.</summary>
    public uint Generation { get; private set; }

    public long Length { get; private set; }

    ulong IJournalBytes.Size => (ulong)Length;

    /// <summary>From now on the file as it is now.</summary>
    public void Renew()
    {
        Generation++;
        Length = CurrentLength();
    }

    /// <summary>The same, as long as it is known to be here, with another cache.</summary>
    public FileBytes Duplicate(BlockCache other) => new(fd.Duplicate(), other) { Length = Length };

    public ulong Allocated => FileStatus.Of(fd).Allocated;

    private long CurrentLength()
    {
        try
        {
            return Files.Length(fd);
        }
        catch (LinuxException)
        {
            return 0;
        }
    }

    /// <summary>Reads past the cache, for who goes through all of it.</summary>
    public int ReadAt(long offset, Span<byte> into)
    {
        int length = 0;
        try
        {
            for (int n; length < into.Length && (n = Files.ReadAt(fd, into[length..], offset + length)) > 0;)
                length += n;
        }
        catch (LinuxException)
        {
            // A sector that can't be read: what came before it is all that there is.
        }
        return length;
    }

    /// <summary>Good until the next read of any file of the same cache.</summary>
    public bool TryGet(ulong offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (offset > (ulong)Length || (ulong)length > (ulong)Length - offset)
            return false;
        int within = (int)(offset % BlockCache.BlockSize);
        if (within + length > BlockCache.BlockSize)
            return TryGather((long)offset, length, out bytes);
        var block = cache.Get(this, (long)(offset / BlockCache.BlockSize));
        if (within + length > block.Length)
            return false;
        bytes = block.Slice(within, length);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet<T>(ulong offset, out T value) where T : unmanaged
    {
        bool there = TryGet(offset, Unsafe.SizeOf<T>(), out var bytes);
        value = there ? MemoryMarshal.Read<T>(bytes) : default;
        return there;
    }

    private bool TryGather(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (_across.Length < length)
            _across = GC.AllocateUninitializedArray<byte>(Math.Max(length, Math.Min(2 * _across.Length, 1 << 20)));
        for (int done = 0; done < length;)
        {
            int within = (int)((offset + done) % BlockCache.BlockSize);
            var block = cache.Get(this, (offset + done) / BlockCache.BlockSize);
            if (within >= block.Length)
                return false;
            var part = block[within..Math.Min(block.Length, within + length - done)];
            part.CopyTo(_across.AsSpan(done));
            done += part.Length;
        }
        bytes = _across.AsSpan(0, length);
        return true;
    }

    public void Dispose() => fd.Dispose();
}
