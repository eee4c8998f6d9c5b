using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A memfd mapped for reading and writing: what a process writes here outlives it, as long as somebody holds the descriptor.</summary>
public sealed unsafe class SharedMemory : IDisposable
{
    private readonly byte* _start;

    /// <param name="length">The file grows to it where it is shorter.</param>
    public SharedMemory(Fd fd, int length)
    {
        Fd = fd;
        Length = length;
        if (Files.Length(fd) < length)
            Files.Truncate(fd, length);
        void* mapped = libc.mmap(null, (nuint)length, libc.PROT_READ | libc.PROT_WRITE, libc.MAP_SHARED, fd.Number, 0);
        if (mapped == (void*)-1)
            throw Errno.Failed("map shared memory");
        _start = (byte*)mapped;
    }

    public Fd Fd { get; }

    public int Length { get; }

    public Span<byte> Bytes => new(_start, Length);

    public ref T At<T>(int offset) where T : unmanaged => ref MemoryMarshal.AsRef<T>(Bytes.Slice(offset, sizeof(T)));

    /// <summary>Gives pages back: they read as zero from now on, here and for everybody (madvise(2), MADV_REMOVE).</summary>
    public void Clear(int from, int length) => _ = libc.madvise(_start + from, (nuint)length, libc.MADV_REMOVE);

    public void Dispose()
    {
        _ = libc.munmap(_start, (nuint)Length);
        Fd.Dispose();
    }
}
