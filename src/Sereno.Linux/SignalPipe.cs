using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Signals as bytes of a pipe: signal(7) to epoll(7). One per process.</summary>
public sealed unsafe class SignalPipe : IDisposable
{
    /// <summary>The runtime suspends its threads with this one (SIGRTMIN); it is not ours to take.</summary>
    public const int RuntimeSignal = libc.SIGRTMIN;

    public SignalPipe(params ReadOnlySpan<int> signals)
    {
        int fd;
        Check(sereno_spawn.sereno_signals_open(&fd), "create the signal pipe");
        Fd = new Fd(fd);
        foreach (int signo in signals)
            Check(sereno_spawn.sereno_signals_watch(signo), $"handle signal {signo}");
    }

    /// <summary>Readable when a signal has come.</summary>
    public Fd Fd { get; }

    /// <summary>Fills in the numbers of the signals that came, oldest first; 0 when there are no more. Equal ones may coalesce.</summary>
    public int Receive(Span<byte> signals) => Math.Max(0, Fd.Read(signals));

    public void Dispose() => Fd.Dispose();

    private static void Check(int errno, string action)
    {
        if (errno != 0)
            throw new LinuxException(errno, action);
    }
}
