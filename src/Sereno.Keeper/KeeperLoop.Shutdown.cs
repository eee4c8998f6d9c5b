using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Keeper;

// The end: kill what is left of our tree, let the journal write what they said, and go.
public sealed partial class KeeperLoop
{
    private int ShutDown(int code)
    {
        long deadline = Environment.TickCount64 + (long)_options.ShutdownTimeout.TotalMilliseconds;
        // Killing makes orphans of grandchildren, which then become ours: again, until none but the journal is left.
        while (KillTree() && Environment.TickCount64 < deadline)
            ReapUntil(Environment.TickCount64 + 20);

        // Its end of the stream means: write what the pipes still have, and exit.
        _managerLog?.Dispose();
        _journal.Queue?.Flush();
        _journal.Queue?.Dispose();
        _journal.Socket?.Dispose();
        deadline = Environment.TickCount64 + (long)_options.ShutdownTimeout.TotalMilliseconds;
        while (_journal.Pid != 0 && Environment.TickCount64 < deadline)
            ReapUntil(Math.Min(deadline, Environment.TickCount64 + 1000));
        _journal.Kill();
        ReapUntil(Environment.TickCount64 + 20);
        return code;
    }

    /// <summary>SIGKILL to every descendant except the journal, and never to anything outside of our tree.</summary>
    /// <returns>False when there are none.</returns>
    private bool KillTree()
    {
        // A grandchild's pid could have changed hands since the look at /proc, as only its parent holds it. So: open first, look
        // again, and signal through a descriptor that can't come to mean another process.
        var opened = new Dictionary<int, Fd?>();
        foreach (int pid in ProcessTable.Take().Descendants(Self.Pid))
            if (pid != _journal.Pid)
                opened[pid] = TryOpen(pid);
        foreach (int pid in ProcessTable.Take().Descendants(Self.Pid))
            if (opened.TryGetValue(pid, out var pidfd))
                _ = pidfd is null ? Self.Kill(pid, libc.SIGKILL) : Pidfd.Signal(pidfd, libc.SIGKILL);
        foreach (var pidfd in opened.Values)
            pidfd?.Dispose();
        return opened.Count > 0;
    }

    private static Fd? TryOpen(int pid)
    {
        try
        {
            return Pidfd.Open(pid);
        }
        catch (LinuxException)
        {
            return null; // no pidfds here, or no descriptors left
        }
    }

    /// <summary>Reaps until the time, or until there is nobody left to wait for.</summary>
    private void ReapUntil(long deadline)
    {
        Span<(ulong, Readiness)> ready = new (ulong, Readiness)[1];
        while (true)
        {
            bool anyLeft = true;
            while (ChildWait.Next(out anyLeft) is { } exit)
            {
                if (exit.Pid == _journal.Pid)
                    _journal.Ended(_options.StableAfter);
                else if (exit.Pid == _manager.Pid)
                    _manager.Ended(_options.StableAfter);
                else if (_children.Remove(exit.Pid, out var child))
                    child.Pidfd?.Dispose();
            }
            long left = deadline - Environment.TickCount64;
            if (!anyLeft || left <= 0)
                return;
            using var epoll = new Epoll();
            epoll.Add(_signals.Fd, 0);
            epoll.Wait(ready, (int)left);
            while (_signals.Receive(_signalBuffer) > 0)
            {
            }
        }
    }
}
