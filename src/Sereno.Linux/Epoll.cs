using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

[Flags]
public enum Readiness : uint { None = 0, Read = libc.EPOLLIN, Write = libc.EPOLLOUT, Error = libc.EPOLLERR, HangUp = libc.EPOLLHUP }

/// <summary>epoll(7), level-triggered: descriptors in, tokens out.</summary>
public sealed unsafe class Epoll : IDisposable
{
    private static readonly bool s_packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private readonly Fd _fd = new(Errno.Check(libc.epoll_create1(libc.EPOLL_CLOEXEC), "create an epoll instance"));
    private readonly ulong[] _buffer = new ulong[2 * Batch];
    private const int Batch = 64;

    public void Add(Fd fd, ulong token, Readiness interest = Readiness.Read) => Control(libc.EPOLL_CTL_ADD, fd, token, interest);

    public void Change(Fd fd, ulong token, Readiness interest) => Control(libc.EPOLL_CTL_MOD, fd, token, interest);

    public void Remove(Fd fd) => Control(libc.EPOLL_CTL_DEL, fd, 0, Readiness.None);

    /// <summary>Waits and fills <paramref name="ready"/> with what is ready; returns how many (0: time is up, or a signal came).</summary>
    /// <param name="timeoutMilliseconds">-1 for ever.</param>
    public int Wait(Span<(ulong Token, Readiness Ready)> ready, int timeoutMilliseconds)
    {
        fixed (ulong* buffer = _buffer)
        {
            int n = libc.epoll_wait(_fd.Number, buffer, Math.Min(ready.Length, Batch), timeoutMilliseconds);
            if (n == -1)
                return Errno.Last == libc.EINTR ? 0 : throw Errno.Failed("wait for events");
            for (int i = 0; i < n; i++)
                ready[i] = s_packed
                    ? (((libc.epoll_event_packed*)buffer)[i].data, (Readiness)((libc.epoll_event_packed*)buffer)[i].events)
                    : (((libc.epoll_event_aligned*)buffer)[i].data, (Readiness)((libc.epoll_event_aligned*)buffer)[i].events);
            return n;
        }
    }

    public void Dispose() => _fd.Dispose();

    private void Control(int operation, Fd fd, ulong token, Readiness interest)
    {
        var packed = new libc.epoll_event_packed { events = (uint)interest, data = token };
        var aligned = new libc.epoll_event_aligned { events = (uint)interest, data = token };
        Errno.Check(libc.epoll_ctl(_fd.Number, operation, fd.Number, s_packed ? &packed : &aligned), "watch a descriptor");
    }
}
