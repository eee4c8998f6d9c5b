using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Keeper;

/// <summary>A program that the keeper runs again whenever it dies: its process, its socket, and when to start it next.</summary>
internal sealed class Role(string name, IReadOnlyList<string> arguments)
{
    private static readonly long[] s_backoffMilliseconds = [0, 100, 200, 400, 800, 1000];
    private int _failures;
    private long _startedAt;

    public string Name => name;

    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>0 while it doesn't run.</summary>
    public int Pid { get; private set; }

    public Fd? Pidfd { get; private set; }

    public UnixSocket? Socket { get; private set; }

    public PacketQueue? Queue { get; private set; }

    /// <summary>Whether epoll watches the socket for writing, too.</summary>
    public bool WatchesWrite { get; set; }

    /// <summary>Milliseconds of <see cref="Environment.TickCount64"/>; null when it runs, or is not to be started again.</summary>
    public long? StartAt { get; set; } = 0;

    /// <summary>It has died again and again, each time soon after its start.</summary>
    public bool KeepsFailing => _failures > 3 && (Pid == 0 || Environment.TickCount64 - _startedAt < 1000);

    public void Started(int pid, Fd? pidfd, UnixSocket socket)
    {
        (Pid, Pidfd, Socket, Queue, WatchesWrite, StartAt) = (pid, pidfd, socket, new PacketQueue(socket), false, null);
        _startedAt = Environment.TickCount64;
    }

    /// <summary>Ends one that is of no use any more; its exit is noticed as any other.</summary>
    public void Kill()
    {
        if (Pidfd is not null)
            Sereno.Linux.Pidfd.Signal(Pidfd, libc.SIGKILL);
        else if (Pid != 0)
            Self.Kill(Pid, libc.SIGKILL); // not reaped yet, so the pid is still its own
    }

    /// <summary>It died, or could not be started: at once the first time, then with a wait of up to a second.</summary>
    /// <param name="wasKilled">By somebody else, so that it does not fail by itself; and what it does cannot wait.</param>
    public void Ended(TimeSpan stableAfter, bool wasKilled = false)
    {
        long now = Environment.TickCount64;
        if (Pid != 0 && now - _startedAt >= stableAfter.TotalMilliseconds)
            _failures = 0;
        StartAt = now + s_backoffMilliseconds[Math.Min(_failures, wasKilled ? 1 : s_backoffMilliseconds.Length - 1)];
        _failures++;
        Pid = 0;
        Pidfd?.Dispose();
        Queue?.Dispose();
        Socket?.Dispose();
        (Pidfd, Socket, Queue) = (null, null, null);
    }
}
