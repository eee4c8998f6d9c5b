using System.Globalization;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Tracepoints of the whole machine as records: an event for each of them on every CPU, and a ring per CPU.</summary>
/// <remarks>Needs CAP_PERFMON (perf_event_open(2), /proc/sys/kernel/perf_event_paranoid). Records carry
/// TID, TIME (CLOCK_MONOTONIC) and RAW, the others the same identity behind them (sample_id_all).</remarks>
public sealed unsafe class PerfEvents : IDisposable
{
    private const int ClockMonotonic = 1;

    private readonly List<(int Cpu, Fd[] Events)> _events = [];
    private readonly List<PerfRing> _rings = [];
    private bool _countsLost = true;

    /// <param name="tracepoints">Ids from tracefs, events/*/*/id.</param>
    /// <param name="ringSize">Bytes per CPU, a power of two; less is taken where so much may not be locked.</param>
    /// <exception cref="LinuxException">EACCES or EPERM without CAP_PERFMON, ENOSYS without perf events.</exception>
    public PerfEvents(ReadOnlySpan<int> tracepoints, int ringSize)
    {
        try
        {
            foreach (int cpu in OnlineCpus())
            {
                _rings.Add(OpenRing(cpu, ringSize));
                var events = new Fd[tracepoints.Length];
                _events.Add((cpu, events));
                for (int i = 0; i < events.Length; i++)
                {
                    events[i] = OpenTracepoint(tracepoints[i], cpu);
                    WriteTo(events[i], _rings[^1]);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Cpus => _rings.Count;

    /// <summary>Bytes of records that a CPU's ring holds.</summary>
    public int RingSize { get; private set; }

    /// <summary>Readable when a CPU's ring is a quarter full.</summary>
    public IReadOnlyList<Fd> Descriptors => [.. _rings.Select(r => r.Fd)];

    /// <summary>How often the tracepoints were passed, and the records of that for which a ring had no room; those are null
    /// where only LOST records tell (before Linux 6.0).</summary>
    public (ulong Passed, ulong? Lost) Counts
    {
        get
        {
            var (passed, lost) = (0UL, 0UL);
            Span<ulong> counts = stackalloc ulong[2]; // struct read_format: value, lost
            int length = _countsLost ? 16 : 8;
            foreach (var (_, events) in _events)
                foreach (var fd in events)
                    if (fd.TryRead(System.Runtime.InteropServices.MemoryMarshal.AsBytes(counts)[..length]) == length)
                        (passed, lost) = (passed + counts[0], lost + counts[1]);
            return (passed, _countsLost ? lost : null);
        }
    }

    /// <summary>A ring was found more than half full.</summary>
    public bool Crowded => _rings.Exists(r => r.Crowded);

    public void Enable()
    {
        foreach (var (_, events) in _events)
            foreach (var fd in events)
                Errno.Check(libc.ioctl(fd.Number, libc.PERF_EVENT_IOC_ENABLE, null), "enable a tracepoint");
    }

    /// <summary>The next record of a CPU, valid until the next call.</summary>
    /// <param name="cpu">0 to <see cref="Cpus"/> - 1.</param>
    public bool Next(int cpu, out ReadOnlySpan<byte> record) => _rings[cpu].Next(out record);

    /// <summary>From now on the kernel writes to larger rings. Nothing is lost by it: what the old ones still hold goes to
    /// <paramref name="drain"/>.</summary>
    /// <returns>False when there is no room for them: then nothing has changed.</returns>
    public bool Grow(int ringSize, Action<ReadOnlySpan<byte>> drain)
    {
        var larger = new List<PerfRing>();
        try
        {
            foreach (var (cpu, _) in _events)
                larger.Add(new(cpu, ringSize));
        }
        catch (LinuxException)
        {
            larger.ForEach(r => r.Dispose());
            return false;
        }
        for (int i = 0; i < _rings.Count; i++)
        {
            foreach (var fd in _events[i].Events)
                WriteTo(fd, larger[i]);
            while (_rings[i].Next(out var record))
                drain(record);
            _rings[i].Dispose();
            _rings[i] = larger[i];
        }
        RingSize = ringSize;
        return true;
    }

    public void Dispose()
    {
        foreach (var (_, events) in _events)
            foreach (var fd in events)
                fd?.Dispose();
        foreach (var ring in _rings)
            ring.Dispose();
    }

    /// <summary>Opens an event of every process on one CPU.</summary>
    internal static Fd Open(libc.perf_event_attr attr, int cpu)
    {
        attr.size = (uint)sizeof(libc.perf_event_attr);
        attr.sample_type = libc.PERF_SAMPLE_TID | libc.PERF_SAMPLE_TIME | libc.PERF_SAMPLE_RAW;
        attr._flags |= libc.PERF_ATTR_SAMPLE_ID_ALL | libc.PERF_ATTR_USE_CLOCKID | libc.PERF_ATTR_WATERMARK;
        attr.clockid = ClockMonotonic;
        int fd = (int)libc.syscall(libc.SYS_perf_event_open, (nint)(&attr), -1, cpu, -1, (nint)libc.PERF_FLAG_FD_CLOEXEC, 0);
        return new(Errno.Check(fd, "open a perf event"));
    }

    private Fd OpenTracepoint(int id, int cpu)
    {
        libc.perf_event_attr attr = new() { type = libc.PERF_TYPE_TRACEPOINT, config = (ulong)id, sample_period = 1, _flags = libc.PERF_ATTR_DISABLED };
        if (_countsLost)
            try
            {
                return Open(attr with { read_format = libc.PERF_FORMAT_LOST }, cpu);
            }
            catch (LinuxException e) when (e.Number == libc.EINVAL)
            {
                _countsLost = false;
            }
        return Open(attr, cpu);
    }

    private static void WriteTo(Fd fd, PerfRing ring) =>
        Errno.Check(libc.ioctl(fd.Number, libc.PERF_EVENT_IOC_SET_OUTPUT, (void*)ring.Fd.Number), "join perf events");

    // Who lacks CAP_IPC_LOCK may lock /proc/sys/kernel/perf_event_mlock_kb per CPU, 516 KiB by default.
    private PerfRing OpenRing(int cpu, int size)
    {
        while (true)
            try
            {
                var ring = new PerfRing(cpu, size);
                RingSize = size;
                return ring;
            }
            catch (LinuxException e) when (e.Number is libc.EPERM or libc.ENOMEM && size > 64 * 1024)
            {
                size /= 2;
            }
    }

    // "0-3,8": the list format of cpuset(7).
    private static List<int> OnlineCpus()
    {
        var cpus = new List<int>();
        foreach (string range in File.ReadAllText("/sys/devices/system/cpu/online").Trim().Split(','))
        {
            int[] ends = [.. range.Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
            cpus.AddRange(Enumerable.Range(ends[0], ends[^1] - ends[0] + 1));
        }
        return cpus;
    }
}
