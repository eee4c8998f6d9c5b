using System.Runtime.InteropServices;
using System.Text;

namespace Sereno.Sockets.Trace;

/// <summary>Names and units of processes, kept up to date by what perf tells: also of those that are gone before anybody
/// could look, and never those of an earlier process with the same number.</summary>
public sealed class ProcessMemory(ITraceMachine machine)
{
    // Events of a process come after its end only by the order of the CPUs' rings.
    private const int DeadKept = 256;
    private const ulong PruneInterval = 1_000_000_000;

    private readonly Dictionary<int, Entry> _processes = [];
    private readonly Dictionary<int, ulong> _namespaces = []; // by thread
    private readonly Queue<(int Pid, Entry Entry)> _dead = new();
    private ulong _nextPrune;

    private sealed class Entry
    {
        public string? Name;
        public string? Unit;
        public bool Asked, Kernel;
        public int Parent;
    }

    public void Take(in TraceRecord record)
    {
        switch (record.Kind)
        {
            case TraceRecordKind.Name when record.Pid == record.Tid:
                Of(record.Pid).Name = Text(record.Name);
                break;
            case TraceRecordKind.Fork when record.Pid == record.Tid:
                machine.Forget(record.Pid);
                _processes[record.Pid] = new() { Parent = record.ParentPid, Name = _processes.GetValueOrDefault(record.ParentPid)?.Name };
                break;
            case TraceRecordKind.Namespace:
                _namespaces[record.Tid] = record.NetworkNamespace;
                break;
            case TraceRecordKind.Exit when record.Pid != record.Tid:
                _namespaces.Remove(record.Tid);
                break;
            case TraceRecordKind.Exit when _processes.TryGetValue(record.Pid, out var entry):
                _namespaces.Remove(record.Tid);
                _dead.Enqueue((record.Pid, entry));
                if (_dead.Count > DeadKept && _dead.Dequeue() is var oldest && _processes.GetValueOrDefault(oldest.Pid) == oldest.Entry)
                {
                    _processes.Remove(oldest.Pid);
                    machine.Forget(oldest.Pid);
                }
                break;
        }
    }

    /// <summary>Records were lost, and with them perhaps ends of processes: forgets those that are gone; at most once a second.</summary>
    /// <param name="now">CLOCK_MONOTONIC, in nanoseconds.</param>
    public void Prune(ulong now)
    {
        if (now < _nextPrune)
            return;
        _nextPrune = now + PruneInterval;
        foreach (int pid in _processes.Keys)
            if (machine.NameOf(pid) is null)
            {
                _processes.Remove(pid);
                machine.Forget(pid);
            }
        foreach (int tid in _namespaces.Keys)
            if (machine.NamespaceOf(tid, tid) is null)
                _namespaces.Remove(tid);
    }

    /// <summary>How many processes are remembered.</summary>
    public int Count => _processes.Count;

    /// <summary>The owner that a process is; none for a kernel thread or a process of another pid namespace.</summary>
    public TracedOwner OwnerOf(int pid)
    {
        if (pid <= 0)
            return default;
        var entry = Of(pid);
        if (!entry.Asked)
        {
            entry.Asked = true;
            entry.Kernel = machine.IsKernelThread(pid);
            entry.Name ??= machine.NameOf(pid) ?? NameOfParent(entry);
            entry.Unit = machine.UnitOf(pid);
        }
        return entry.Kernel ? default : new(OwnerSource.Exact, pid, entry.Name, entry.Unit);
    }

    /// <summary>Which network namespace a thread is in; null when nobody knows any more.</summary>
    public ulong? NamespaceOf(int pid, int tid)
    {
        if (pid <= 0)
            return null;
        if (_namespaces.TryGetValue(tid, out ulong place))
            return place;
        if (machine.NamespaceOf(pid, tid) is ulong found)
            return _namespaces[tid] = found;
        return null;
    }

    // Neither of the two has taken another name since the fork: that would have been told.
    private string? NameOfParent(Entry entry) =>
        entry.Parent > 0 && _processes.GetValueOrDefault(entry.Parent)?.Name is null ? machine.NameOf(entry.Parent) : null;

    private Entry Of(int pid)
    {
        if (!_processes.TryGetValue(pid, out var entry))
            _processes[pid] = entry = new();
        return entry;
    }

    private static string Text(UInt128 name)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in name));
        return Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);
    }
}
