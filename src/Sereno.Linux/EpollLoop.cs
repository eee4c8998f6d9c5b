namespace Sereno.Linux;

/// <summary>The plainest <see cref="IEventLoop"/>: one epoll set and a callback for each descriptor.</summary>
public sealed class EpollLoop : IEventLoop, IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly Dictionary<ulong, Watched> _watched = [];
    private ulong _lastToken;

    public IWatch Watch(Fd fd, Readiness interest, Action<Readiness> ready)
    {
        var watched = new Watched(this, fd, ++_lastToken, ready);
        _epoll.Add(fd, watched.Token, interest);
        _watched.Add(watched.Token, watched);
        return watched;
    }

    /// <summary>Waits once and calls whoever is ready.</summary>
    public void RunOnce(int timeoutMilliseconds)
    {
        Span<(ulong Token, Readiness Ready)> ready = stackalloc (ulong, Readiness)[64];
        int count = _epoll.Wait(ready, timeoutMilliseconds);
        foreach (var (token, readiness) in ready[..count])
            if (_watched.TryGetValue(token, out var watched)) // an earlier one of this round may have ended it
                watched.Ready(readiness);
    }

    public void Dispose() => _epoll.Dispose();

    private sealed class Watched(EpollLoop loop, Fd fd, ulong token, Action<Readiness> ready) : IWatch
    {
        public ulong Token { get; } = token;

        public void Ready(Readiness readiness) => ready(readiness);

        public void Change(Readiness interest)
        {
            if (!fd.IsClosed)
                loop._epoll.Change(fd, Token, interest);
        }

        public void Dispose()
        {
            // A closed descriptor left the epoll set by itself, and its number may be another's by now.
            if (loop._watched.Remove(Token) && !fd.IsClosed)
                loop._epoll.Remove(fd);
        }
    }
}
