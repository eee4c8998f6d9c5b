using System.Diagnostics;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Connect;

/// <summary>What a load client is to do.</summary>
/// <param name="Targets">As long as nobody has answered, the next one is tried instead.</param>
/// <param name="Request">What each connection sends before it ends its side.</param>
/// <param name="Holds">Connections stay open until all is over.</param>
internal sealed record LoadPlan(IReadOnlyList<(ClientAddress Address, ListenerKind Kind)> Targets, long Count, int Concurrency, byte[] Request, TimeSpan Timeout, bool Holds, TimeSpan? Duration);

/// <summary>Makes many connections on one thread, so many at a time, and takes the time of each.</summary>
internal sealed class LoadRun(LoadPlan plan) : IDisposable
{
    private const ulong Signals = ulong.MaxValue;
    private const int BufferSize = 64 * 1024, SweepMilliseconds = 50;

    private readonly Epoll _epoll = new();
    private readonly Stopwatch _clock = new();
    private readonly Dictionary<ulong, Exchange> _open = [];
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly (ulong Token, Readiness Ready)[] _ready = new (ulong, Readiness)[64];
    private ulong _lastToken;
    private long _sweptAt;
    private int _working, _target;

    public ClientAddress Address => plan.Targets[_target].Address;
    public ListenerKind Kind => plan.Targets[_target].Kind;

    /// <summary>Microseconds from the beginning until connected, until the first byte came, and until the end.</summary>
    public Percentiles Connected { get; } = new();
    public Percentiles FirstByte { get; } = new();
    public Percentiles Whole { get; } = new();
    public long Started { get; private set; }
    public long Done { get; private set; }
    public long BytesSent { get; private set; }
    public long BytesReceived { get; private set; }

    /// <summary>How many are connected and held.</summary>
    public int Held { get; private set; }
    public int MostHeld { get; private set; }
    public Dictionary<int, long> Failures { get; } = [];
    public TimeSpan Elapsed { get; private set; }
    public bool Interrupted { get; private set; }

    /// <param name="allHeld">Called when every connection that is to be held is there.</param>
    public void Run(SignalPipe signals, Action allHeld)
    {
        _clock.Start();
        _epoll.Add(signals.Fd, Signals);
        bool told = false;
        while (true)
        {
            while (Started < plan.Count && _working < plan.Concurrency && !IsOver && TryStart()) { }
            if (Started == plan.Count && _working == 0 && !told)
            {
                Elapsed = _clock.Elapsed;
                told = true;
                if (Held > 0)
                    allHeld();
            }
            if ((told && Held == 0) || IsOver)
                break;
            int count = _epoll.Wait(_ready, SweepMilliseconds);
            foreach (var (token, ready) in _ready.AsSpan(0, count))
                if (token == Signals)
                    Interrupted = true;
                else if (_open.TryGetValue(token, out var exchange))
                    Guarded(exchange, e => Continue(e, ready));
            if (Interrupted)
                break;
            Sweep();
        }
        Elapsed = told ? Elapsed : _clock.Elapsed;
    }

    public void Dispose()
    {
        foreach (var exchange in _open.Values)
            exchange.Socket.Dispose();
        _epoll.Dispose();
    }

    private bool IsOver => _clock.Elapsed >= plan.Duration;

    /// <returns>False when it makes no sense to go on at once.</returns>
    private bool TryStart()
    {
        long start = _clock.ElapsedTicks;
        var socket = ClientSocket.Start(Address, Kind, out int errno);
        if (socket is null && errno == libc.EAGAIN)
            return false; // a full backlog of a Unix socket: another time
        Started++;
        if (socket is null)
        {
            Fail(errno, _target);
            return true;
        }
        var exchange = new Exchange(socket, ++_lastToken, start, _target);
        _open.Add(exchange.Token, exchange);
        _working++;
        _epoll.Add(socket.Fd, exchange.Token, Readiness.Write);
        if (errno == 0)
            Guarded(exchange, e => Continue(e, Readiness.Write));
        return true;
    }

    /// <summary>One broken connection isn't the end of the others.</summary>
    private void Guarded(Exchange exchange, Action<Exchange> work)
    {
        try
        {
            work(exchange);
        }
        catch (LinuxException e)
        {
            End(exchange, e.Number);
        }
    }

    private void Continue(Exchange e, Readiness ready)
    {
        if (!e.IsConnected)
        {
            if (e.Socket.TakeError() is not 0 and var errno)
            {
                End(e, errno);
                return;
            }
            e.IsConnected = true;
            Connected.Add(Since(e));
            if (plan.Holds)
            {
                _working--;
                MostHeld = Math.Max(MostHeld, ++Held);
                _epoll.Change(e.Socket.Fd, e.Token, Readiness.Read);
                return;
            }
        }
        if (!plan.Holds && !e.HasSent)
            Send(e);
        if ((ready & ~Readiness.Write) != 0)
            Receive(e);
    }

    private void Send(Exchange e)
    {
        // An empty datagram is one, too.
        while (e.Sent < plan.Request.Length || Kind == ListenerKind.Datagram)
        {
            int n = e.Socket.Send(plan.Request.AsSpan(e.Sent));
            if (n < 0)
                return;
            e.Sent += n;
            BytesSent += n;
            if (Kind == ListenerKind.Datagram)
                break;
        }
        e.HasSent = true;
        if (Kind != ListenerKind.Datagram)
            e.Socket.EndSending();
        _epoll.Change(e.Socket.Fd, e.Token, Readiness.Read);
    }

    private void Receive(Exchange e)
    {
        int n = e.Socket.Receive(_buffer);
        if (n < 0)
            return;
        BytesReceived += n;
        if (n > 0 && !e.HasAnswer)
        {
            e.HasAnswer = true;
            FirstByte.Add(Since(e));
        }
        if (n == 0 || (Kind == ListenerKind.Datagram && !plan.Holds))
            End(e, 0);
    }

    private void End(Exchange e, int errno)
    {
        _open.Remove(e.Token);
        e.Socket.Dispose();
        if (plan.Holds && e.IsConnected)
            Held--;
        else
            _working--;
        if (errno != 0)
            Fail(errno, e.IsConnected ? plan.Targets.Count : e.Target);
        else
        {
            Done++;
            Whole.Add(Since(e));
        }
    }

    private void Fail(int errno, int target)
    {
        if (Connected.Count == 0 && target + 1 < plan.Targets.Count)
        {
            _target = Math.Max(_target, target + 1);
            Started--; // it begins again there
        }
        else
            Failures[errno] = Failures.GetValueOrDefault(errno) + 1;
    }

    /// <summary>Ends what takes too long.</summary>
    private void Sweep()
    {
        if (_clock.ElapsedMilliseconds - _sweptAt < SweepMilliseconds)
            return;
        _sweptAt = _clock.ElapsedMilliseconds;
        foreach (var late in _open.Values.Where(e => !(plan.Holds && e.IsConnected) && Since(e) > plan.Timeout.TotalMicroseconds).ToList())
            End(late, libc.ETIMEDOUT);
    }

    private long Since(Exchange e) => (_clock.ElapsedTicks - e.Start) / (Stopwatch.Frequency / 1_000_000);

    private sealed class Exchange(ClientSocket socket, ulong token, long start, int target)
    {
        public readonly ClientSocket Socket = socket;
        public readonly ulong Token = token;
        public readonly long Start = start;
        public readonly int Target = target;
        public bool IsConnected, HasSent, HasAnswer;
        public int Sent;
    }
}
