using System.Buffers.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Owners;

/// <summary>Reads every link in /proc/PID/fd, on several threads where there is much to read. Processes may come and go
/// meanwhile: one that is gone holds nothing.</summary>
internal static class ProcWalk
{
    private const int MaxWorkers = 4;

    // A thread starts in the time that it takes to look at some dozens of processes.
    private const int ProcessesPerWorker = 100, Batch = 16;

    public static void Fill(OwnerIndexBuilder builder, OwnerQuery query)
    {
        using var proc = Folder.TryOpen(query.ProcRoot, out _);
        if (proc is null || (query.ProcRoot == "/proc" && !ProcView.IsMounted))
        {
            builder.HasUnlisted = true;
            return;
        }
        int[] pids = query.Only is { } only ? [.. only.Order()] : [.. Numbers(proc)];
        int workers = Math.Min(Math.Min(MaxWorkers, Environment.ProcessorCount), pids.Length / ProcessesPerWorker);
        if (workers < 2)
            foreach (int pid in pids)
                ScanProcess(builder, proc, pid, query.Threads);
        else
            Share(builder, proc, pids, workers, query.Threads);
        // Whether there are others is of no interest where some of these were refused.
        builder.HasUnlisted = builder.Hidden == 0 && query.Only is null && query.ProcRoot == "/proc" && !ProcView.ListsEveryProcess;
    }

    /// <summary>How many processes beside these there are whose descriptors may not be read.</summary>
    public static int CountUnreadable(IEnumerable<OwnerIndex.Process> read)
    {
        using var proc = Folder.TryOpen("/proc", out _);
        if (proc is null)
            return 0;
        var known = read.Select(process => process.Pid).ToHashSet();
        int count = 0;
        Span<byte> path = stackalloc byte[40], link = stackalloc byte[1];
        foreach (int pid in Numbers(proc))
            if (!known.Contains(pid))
            {
                Utf8Formatter.TryFormat(pid, path, out int length);
                "/fd"u8.CopyTo(path[length..]);
                using var fds = proc.TryOpen(path[..(length + 3)], out int errno);
                if (fds is null)
                    count += errno is libc.EACCES or libc.EPERM ? 1 : 0;
                else
                    while (fds.Next(out var entry))
                        if (entry.Name[0] != (byte)'.')
                        {
                            count += fds.ReadLink(entry, link) == -1 && Errno.Last is libc.EACCES or libc.EPERM ? 1 : 0;
                            break; // the same for all of them
                        }
            }
        return count;
    }

    /// <summary>Workers take batches of processes; what they found is put together in the order of the pids.</summary>
    private static void Share(OwnerIndexBuilder builder, Folder proc, int[] pids, int workers, bool byThread)
    {
        var parts = new OwnerIndexBuilder[workers];
        var found = new (OwnerIndexBuilder Part, Range Processes)[(pids.Length + Batch - 1) / Batch];
        int taken = -1;
        void Work(int worker)
        {
            var part = parts[worker] = new();
            for (int batch; (batch = Interlocked.Increment(ref taken)) < found.Length;)
            {
                int first = part.ProcessCount;
                foreach (int pid in pids.AsSpan(batch * Batch, Math.Min(Batch, pids.Length - batch * Batch)))
                    ScanProcess(part, proc, pid, byThread);
                found[batch] = (part, first..part.ProcessCount);
            }
        }
        Exception? failure = null;
        void Try(int worker)
        {
            try
            {
                Work(worker);
            }
            catch (Exception e) // whatever it is, who asked can tell it
            {
                failure = e;
            }
        }
        var threads = new Thread[workers - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            (threads[i] = new(() => Try(worker), maxStackSize: 256 * 1024)).Start();
        }
        Work(0);
        foreach (var thread in threads)
            thread.Join();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        foreach (var (part, processes) in found)
            builder.Append(part, processes);
        foreach (var part in parts)
        {
            builder.Hidden += part.Hidden;
            builder.Unopened += part.Unopened;
        }
    }

    private static void ScanProcess(OwnerIndexBuilder builder, Folder proc, int pid, bool byThread)
    {
        Span<byte> path = stackalloc byte[40];
        Utf8Formatter.TryFormat(pid, path, out int length);
        if (!ScanDescriptors(builder, proc, path, length, pid, pid, out bool opened))
        {
            builder.Hidden++;
            builder.Unopened += opened ? 0 : 1;
        }
        if (!byThread)
            return;
        "/task"u8.CopyTo(path[length..]);
        using var tasks = proc.TryOpen(path[..(length + 5)], out _);
        if (tasks is null)
            return;
        // In the order of the folder, which needn't be ascending.
        foreach (int tid in Numbers(tasks))
            if (tid != pid)
            {
                path[length + 5] = (byte)'/';
                Utf8Formatter.TryFormat(tid, path[(length + 6)..], out int digits);
                ScanDescriptors(builder, proc, path, length + 6 + digits, pid, tid, out _);
            }
    }

    /// <summary>False when they exist and may not be read.</summary>
    private static bool ScanDescriptors(OwnerIndexBuilder builder, Folder proc, Span<byte> path, int length, int pid, int tid, out bool opened)
    {
        "/fd"u8.CopyTo(path[length..]);
        using var fds = proc.TryOpen(path[..(length + 3)], out int errno);
        opened = fds is not null;
        if (fds is null)
            return errno is not (libc.EACCES or libc.EPERM);
        Span<byte> link = stackalloc byte[64];
        bool begun = false;
        while (fds.Next(out var entry))
        {
            int linkLength = fds.ReadLink(entry, link);
            // Who may open every folder (CAP_DAC_READ_SEARCH) may still not look into every process.
            if (linkLength == -1 && Errno.Last is libc.EACCES or libc.EPERM)
                return false;
            if (linkLength <= 9 || !link.StartsWith("socket:["u8)
                || !Utf8Parser.TryParse(link[8..linkLength], out uint inode, out _)
                || !Utf8Parser.TryParse(entry.Name, out int fd, out _))
                continue;
            if (!begun)
                builder.BeginProcess(pid, ReadName(proc, path, length), tid);
            begun = true;
            builder.Add(fd, inode);
        }
        return true;
    }

    // comm may hold anything but a zero, even brackets and line ends: /proc/PID/comm ends in one line end of its own.
    private static byte[] ReadName(Folder proc, Span<byte> path, int length)
    {
        "/comm"u8.CopyTo(path[length..]);
        Span<byte> name = stackalloc byte[64];
        int n = proc.ReadFile(path[..(length + 5)], name);
        return n > 0 ? name[..(n - 1)].ToArray() : [];
    }

    private static List<int> Numbers(Folder folder)
    {
        var numbers = new List<int>();
        while (folder.Next(out var entry))
            if (Utf8Parser.TryParse(entry.Name, out int number, out int used) && used == entry.Name.Length)
                numbers.Add(number);
        return numbers;
    }
}
