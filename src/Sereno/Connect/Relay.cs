using System.Diagnostics;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;
using Sereno.Verbs;

namespace Sereno.Connect;

/// <summary>Carries standard input to a connection and what comes back to standard output, both at once, to the end of both.</summary>
internal sealed class Relay(ClientSocket socket, ListenerKind kind)
{
    private const int BufferSize = 64 * 1024;
    private const ulong Peer = 0, Signals = 1, Sender = 2, Others = 3;

    /// <summary>Silence that ends a conversation by datagrams, which have no end.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);

    private readonly UnixSocket[] _sender = Pair();
    private volatile bool _sent;
    private volatile LinuxException? _sendError;
    private long _lastByte = Stopwatch.GetTimestamp();
    private long _bytesSent;

    /// <summary>Neither side may be silent for longer; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>It ends after that, whatever happens; null for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Nothing is sent; the connection is only kept.</summary>
    public bool Holds { get; init; }

    /// <summary>What to do besides whenever something happens, and the descriptors that tell of it.</summary>
    public Action Besides { get; init; } = () => { };
    public IReadOnlyList<Fd> Watched { get; init; } = [];
    public TimeSpan? Interval { get; init; }

    /// <summary>Takes what comes; false when nobody reads it any more.</summary>
    public required Func<ReadOnlySpan<byte>, bool> Output { get; init; }

    public long BytesSent => Interlocked.Read(ref _bytesSent);
    public long BytesReceived { get; private set; }

    private bool _isUnread;

    private bool IsDatagram => kind == ListenerKind.Datagram;

    /// <exception cref="LinuxException">The connection broke.</exception>
    /// <exception cref="IOException">The time was over.</exception>
    public void Run(SignalPipe signals)
    {
        var clock = Stopwatch.StartNew();
        using var epoll = new Epoll();
        epoll.Add(socket.Fd, Peer);
        epoll.Add(signals.Fd, Signals);
        epoll.Add(_sender[0].Fd, Sender);
        foreach (var fd in Watched)
            epoll.Add(fd, Others);
        if (!Holds)
            new Thread(Send) { IsBackground = true }.Start();
        byte[] buffer = new byte[BufferSize];
        var ready = new (ulong Token, Readiness)[8];
        bool peerEnded = false, told = false;
        while (true)
        {
            if (_isUnread)
                return;
            if (peerEnded && (Holds || _sent || Terminal.Is(0)))
                return;
            if (_sendError is { } error && !(peerEnded && error.Number is libc.EPIPE or libc.ECONNRESET))
                throw error;
            var left = Left(clock);
            if (left <= TimeSpan.Zero)
            {
                if (IsDatagram || Holds || (Duration is { } limit && clock.Elapsed >= limit))
                    return;
                throw new IOException(Text.Current.Connect.Silent);
            }
            if (left is null || left > Interval)
                left = Interval;
            int count = epoll.Wait(ready, left is { } time ? (int)Math.Min(int.MaxValue, Math.Ceiling(time.TotalMilliseconds)) : -1);
            Besides();
            foreach (var (token, _) in ready.AsSpan(0, count))
                if (token == Signals)
                    return;
                else if (token == Peer && !Receive(buffer))
                {
                    peerEnded = true;
                    epoll.Remove(socket.Fd);
                }
            if (_sent && !told)
            {
                told = true;
                epoll.Remove(_sender[0].Fd);
            }
        }
    }

    /// <summary>How long it may go on without anything happening; null for ever.</summary>
    private TimeSpan? Left(Stopwatch clock)
    {
        var quiet = IsDatagram && _sent ? Timeout ?? s_quiet : Holds ? null : Timeout;
        var silence = quiet - Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastByte));
        var rest = Duration - clock.Elapsed;
        return silence is null || rest < silence ? rest : silence;
    }

    /// <returns>False at the peer's end.</returns>
    private bool Receive(byte[] buffer)
    {
        int n = socket.Receive(buffer);
        if (n < 0)
            return true;
        if (n == 0 && !IsDatagram)
            return false;
        BytesReceived += n;
        Interlocked.Exchange(ref _lastByte, Stopwatch.GetTimestamp());
        _isUnread = !Output(buffer.AsSpan(0, n));
        return true;
    }

    // On a thread of its own: whoever reads our output may be who writes our input, and neither must wait for the other.
    private void Send()
    {
        try
        {
            var input = StandardStreams.Input;
            byte[] buffer = new byte[BufferSize];
            using var epoll = new Epoll();
            epoll.Add(socket.Fd, 0, Readiness.Write);
            var ready = new (ulong, Readiness)[1];
            for (int n; (n = input.Read(buffer)) != 0;)
            {
                for (ReadOnlySpan<byte> rest = buffer.AsSpan(0, Math.Max(0, n)); rest.Length > 0;)
                    if (socket.Send(rest) is >= 0 and var sent)
                    {
                        rest = rest[sent..];
                        Interlocked.Add(ref _bytesSent, sent);
                        Interlocked.Exchange(ref _lastByte, Stopwatch.GetTimestamp());
                    }
                    else
                        epoll.Wait(ready, -1);
                if (n < 0)
                    WaitFor(input);
            }
            if (!IsDatagram)
                socket.EndSending();
        }
        catch (LinuxException e)
        {
            _sendError = e;
        }
        _sent = true;
        Interlocked.Exchange(ref _lastByte, Stopwatch.GetTimestamp());
        _sender[1].Dispose(); // wakes the other thread
    }

    /// <summary>Standard input doesn't wait by itself when somebody who has it, too, made it so.</summary>
    private static void WaitFor(Fd input)
    {
        using var epoll = new Epoll();
        epoll.Add(input, 0);
        epoll.Wait(new (ulong, Readiness)[1], -1);
    }

    private static UnixSocket[] Pair()
    {
        var (one, other) = UnixSocket.Pair(UnixSocketType.Stream);
        return [one, other];
    }
}
