using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Readable when the wall clock has been set, as opposed to gone on (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).</summary>
public sealed unsafe class ClockWatch : IDisposable
{
    public ClockWatch()
    {
        Fd = new(Errno.Check(libc.timerfd_create(libc.CLOCK_REALTIME, libc.TFD_NONBLOCK | libc.TFD_CLOEXEC), "create a timer"));
        Arm();
    }

    public Fd Fd { get; }

    /// <summary>Ready to tell of the next one.</summary>
    public void Arm()
    {
        // It never elapses: only its cancellation counts.
        var never = new libc.itimerspec { it_value = new() { tv_sec = nint.MaxValue } };
        Errno.Check(libc.timerfd_settime(Fd.Number, libc.TFD_TIMER_ABSTIME | libc.TFD_TIMER_CANCEL_ON_SET, &never, null), "watch the clock");
    }

    public void Dispose() => Fd.Dispose();
}
