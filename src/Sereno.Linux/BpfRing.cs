using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What programs tell us, one record after the other (Documentation/bpf/ringbuf.rst, Linux 5.8).</summary>
public sealed unsafe class BpfRing : IDisposable
{
    private readonly nuint _size;
    private readonly ulong* _consumed;
    private readonly byte* _produced;

    private BpfRing(Fd fd, nuint size, void* consumed, void* produced)
    {
        (Fd, _size) = (fd, size);
        _consumed = (ulong*)consumed;
        _produced = (byte*)produced;
    }

    /// <summary>The map, for programs; readable when there is a record.</summary>
    public Fd Fd { get; }

    private static nuint Page => (nuint)Environment.SystemPageSize;

    /// <summary>A page of records; null with errno where the kernel doesn't permit it.</summary>
    public static BpfRing? TryCreate(out int errno)
    {
        nuint size = Page;
        libc.bpf_attr_map_create create = new() { map_type = libc.BPF_MAP_TYPE_RINGBUF, max_entries = (uint)size };
        if (Bpf.Call(libc.BPF_MAP_CREATE, &create, sizeof(libc.bpf_attr_map_create), out errno) is not { } fd)
            return null;
        // Our position may be written; the kernel's, and the records, which are mapped twice so that none wraps, may not.
        void* consumed = libc.mmap(null, Page, libc.PROT_READ | libc.PROT_WRITE, libc.MAP_SHARED, fd.Number, 0);
        errno = (nint)consumed == -1 ? Errno.Last : 0;
        void* produced = errno != 0 ? null : libc.mmap(null, Page + 2 * size, libc.PROT_READ, libc.MAP_SHARED, fd.Number, (nint)Page);
        if (errno == 0 && (nint)produced != -1)
            return new(fd, size, consumed, produced);
        if (errno == 0)
        {
            errno = Errno.Last;
            _ = libc.munmap(consumed, Page);
        }
        fd.Dispose();
        return null;
    }

    /// <summary>The next record, until the next call at the latest; false when there is none now.</summary>
    public bool Next(Span<byte> record, out int length)
    {
        while (true)
        {
            length = 0;
            ulong at = *_consumed;
            if (at == Volatile.Read(ref *(ulong*)_produced))
                return false;
            byte* header = _produced + Page + (nuint)(at & (_size - 1));
            uint word = Volatile.Read(ref *(uint*)header);
            if ((word & libc.BPF_RINGBUF_BUSY_BIT) != 0)
                return false; // somebody is just writing it
            uint bytes = word & ~(libc.BPF_RINGBUF_BUSY_BIT | libc.BPF_RINGBUF_DISCARD_BIT);
            bool isRecord = (word & libc.BPF_RINGBUF_DISCARD_BIT) == 0;
            if (isRecord)
            {
                length = (int)Math.Min(bytes, (uint)record.Length);
                new ReadOnlySpan<byte>(header + libc.BPF_RINGBUF_HDR_SZ, length).CopyTo(record);
            }
            Volatile.Write(ref *_consumed, at + ((bytes + libc.BPF_RINGBUF_HDR_SZ + 7) & ~7ul));
            if (isRecord)
                return true;
        }
    }

    public void Dispose()
    {
        if (!Fd.IsClosed)
        {
            _ = libc.munmap(_consumed, Page);
            _ = libc.munmap(_produced, Page + 2 * _size);
        }
        Fd.Dispose();
    }
}
