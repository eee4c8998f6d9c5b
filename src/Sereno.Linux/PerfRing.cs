using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>One CPU's ring of perf records (perf_event_open(2)), mapped: the kernel writes at its head, we read at its tail.</summary>
/// <remarks>The event that owns the ring counts nothing: it only tells of processes that begin, end, and change
/// their names or namespaces, and other events write into it.</remarks>
internal sealed unsafe class PerfRing : IDisposable
{
    // A record's length is 16 bits.
    private readonly byte[] _scratch = new byte[ushort.MaxValue + 1];
    private readonly libc.perf_event_mmap_page* _page;
    private readonly byte* _data;
    private readonly nuint _mapped;
    private readonly ulong _mask;
    private ulong _tail;

    /// <param name="size">Bytes of records; a power of two and a multiple of the page.</param>
    /// <exception cref="LinuxException">EPERM where so much may not be locked, EACCES without CAP_PERFMON.</exception>
    public PerfRing(int cpu, int size)
    {
        Fd = PerfEvents.Open(new()
        {
            type = libc.PERF_TYPE_SOFTWARE,
            config = libc.PERF_COUNT_SW_DUMMY,
            _flags = libc.PERF_ATTR_COMM | libc.PERF_ATTR_TASK | libc.PERF_ATTR_NAMESPACES,
            wakeup_watermark = (uint)size / 4,
        }, cpu);
        _mapped = (nuint)(size + Environment.SystemPageSize);
        void* start = libc.mmap(null, _mapped, libc.PROT_READ | libc.PROT_WRITE, libc.MAP_SHARED, Fd.Number, 0);
        if ((nint)start == -1)
        {
            var failure = Errno.Failed("map a ring of perf records");
            Fd.Dispose();
            throw failure;
        }
        _page = (libc.perf_event_mmap_page*)start;
        _data = (byte*)start + Environment.SystemPageSize;
        _mask = (ulong)size - 1;
    }

    /// <summary>Readable when a quarter of the ring is full.</summary>
    public Fd Fd { get; }

    /// <summary>It was found more than half full: at the next burst it may be too small.</summary>
    public bool Crowded { get; private set; }

    /// <summary>The next record with its header, valid until the next call; the one before goes back to the kernel.</summary>
    public bool Next(out ReadOnlySpan<byte> record)
    {
        // The kernel's smp_wmb() pairs with the acquire; our release keeps it from overwriting what we still read
        // (kernel/events/ring_buffer.c, perf_output_put_handle).
        Volatile.Write(ref _page->data_tail, _tail);
        ulong available = Volatile.Read(ref _page->data_head) - _tail;
        record = default;
        Crowded |= available > _mask / 2;
        if (available < (ulong)sizeof(libc.perf_event_header))
            return false;
        // Records are multiples of 8 bytes: a header never wraps.
        int length = ((libc.perf_event_header*)(_data + (_tail & _mask)))->size;
        if (length < sizeof(libc.perf_event_header) || (ulong)length > available)
        {
            _tail += available; // not what the kernel writes: nothing behind it can be found
            return false;
        }
        ulong start = _tail & _mask;
        int whole = (int)Math.Min((ulong)length, _mask + 1 - start);
        if (whole == length)
            record = new(_data + start, length);
        else
        {
            new ReadOnlySpan<byte>(_data + start, whole).CopyTo(_scratch);
            new ReadOnlySpan<byte>(_data, length - whole).CopyTo(_scratch.AsSpan(whole));
            record = _scratch.AsSpan(0, length);
        }
        _tail += (ulong)length;
        return true;
    }

    public void Dispose()
    {
        if (!Fd.IsClosed)
            _ = libc.munmap(_page, _mapped);
        Fd.Dispose();
    }
}
