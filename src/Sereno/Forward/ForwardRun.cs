using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sereno.Journalctl;
using Sereno.Linux;
using Sereno.Serve;
using Sereno.Texts;

namespace Sereno.Forward;

/// <summary>Reads entries, sends them, and notes how far the other side has them; until it is told to end.</summary>
internal sealed class ForwardRun : IDisposable
{
    private const long MostBytes = 1 << 20;
    private const int TriesOnce = 5;

    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(500), s_longestWait = TimeSpan.FromSeconds(30), s_longestAsked = TimeSpan.FromMinutes(10);

    /// <summary>How long what is under way may take behind SIGTERM.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    private readonly ForwardTarget _target;
    private readonly ForwardOptions _options;
    private readonly TextWriter _errors;
    private readonly Sink _sink;
    private readonly CursorFile? _cursors;
    private readonly CancellationTokenSource _stop = new(), _abort = new();
    private readonly (Fd Read, Fd Write) _wake = Pipe.Create(nonBlockingRead: true);
    private string? _trouble;
    private bool _isStopping;

    public ForwardRun(ForwardTarget target, ForwardOptions options, TextWriter errors)
    {
        (_target, _options, _errors) = (target, options, errors);
        _sink = Sink.For(target, options);
        _cursors = options.CursorFile is { } file ? new(file) : null;
    }

    /// <returns>The exit code.</returns>
    public int Run(JournalctlOptions wanted)
    {
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var source = ForwardSource.Open(wanted, _cursors?.Read(), _errors);
        if (source is null)
            return 1;
        using var epoll = new Epoll();
        epoll.Add(_wake.Read, 0);
        if (!_options.Once)
            epoll.Add(source.Watch(), 1);
        Server.Notify($"READY=1\nSTATUS={Text.Current.Forward.Status(Printable.Of(_target.Shown))}");
        while (!_stop.IsCancellationRequested)
        {
            if (Gather(source) is { } last)
            {
                if (!Deliver(0, _sink.Count))
                    return _stop.IsCancellationRequested ? 0 : 1;
                _cursors?.Write(last);
                _sink.Clear();
            }
            else if (_options.Once)
                return 0;
            else
                Wait(epoll, source);
        }
        return 0;
    }

    public void Dispose()
    {
        _sink.Dispose();
        _stop.Dispose();
        _abort.Dispose();
        _wake.Read.Dispose();
        _wake.Write.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        // Who asks again doesn't give more time.
        if (Interlocked.Exchange(ref _isStopping, true))
            return;
        _abort.CancelAfter(s_grace);
        _stop.Cancel();
        _wake.Write.Write([0]);
    }

    /// <returns>The last one's cursor; null where there are none.</returns>
    private string? Gather(ForwardSource source)
    {
        string? last = null;
        while (_sink.Count < _options.Batch && _sink.Size < MostBytes && source.Next())
        {
            if (!_sink.TryAdd(source.Journal, source.Fields))
                Say(Text.Current.Forward.LeftOut(source.Journal.Cursor()!, Text.Current.Forward.BadField));
            else if (_sink.Count == _options.Batch || _sink.Size >= MostBytes)
                return source.Journal.Cursor();
            last = source.Journal.Cursor();
        }
        return _sink.Count > 0 ? last : null;
    }

    private static void Wait(Epoll epoll, ForwardSource source)
    {
        Span<(ulong Token, Readiness Ready)> ready = new (ulong, Readiness)[2];
        foreach (var (token, _) in ready[..epoll.Wait(ready, -1)])
            if (token == 1)
                source.Refresh();
    }

    /// <summary>Tries until the other side has them. False where it gives up, or shall end.</summary>
    private bool Deliver(int from, int count)
    {
        for (int tries = 1; ; tries++)
        {
            TimeSpan? asked = null;
            try
            {
                Send(from, count);
                if (_trouble is not null)
                    Say(Text.Current.Forward.GoesOn(Printable.Of(_target.Shown)));
                _trouble = null;
                return true;
            }
            catch (RefusedException e) when (e.IsTooLarge && count > 1)
            {
                return Deliver(from, count / 2) && Deliver(from + count / 2, count - count / 2);
            }
            catch (RefusedException e) when (e.IsTooLarge)
            {
                Say(Text.Current.Forward.LeftOut(Text.Current.Forward.OneEntry, e.Message));
                return true;
            }
            catch (Exception e) when (e is IOException or SocketException or HttpRequestException or LinuxException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                if (_abort.IsCancellationRequested)
                    return false;
                asked = (e as RefusedException)?.RetryAfter;
                Complain(e is OperationCanceledException ? Text.Current.Forward.NoAnswer : Text.Current.Problem(e.GetBaseException().Message));
            }
            if (tries >= (_options.Tries ?? (_options.Once ? TriesOnce : int.MaxValue)) || !Pause(tries, asked))
                return false;
        }
    }

    private void Send(int from, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token);
        limit.CancelAfter(_options.Timeout);
        _sink.SendAsync(from, count, limit.Token).GetAwaiter().GetResult();
    }

    /// <summary>Longer each time, and not at the same time as all others that the collector has lost. False where it shall end meanwhile.</summary>
    private bool Pause(int tries, TimeSpan? asked)
    {
        double most = Math.Min(s_longestWait.TotalSeconds, s_firstWait.TotalSeconds * Math.Pow(2, Math.Min(tries - 1, 10)));
        var wait = TimeSpan.FromSeconds(most * (0.5 + Random.Shared.NextDouble() / 2));
        if (asked > wait)
            wait = asked < s_longestAsked ? asked.Value : s_longestAsked;
        return !_stop.Token.WaitHandle.WaitOne(wait);
    }

    /// <summary>Each trouble once: what we say is in the journal, too, and would be sent on.</summary>
    private void Complain(string cause)
    {
        if (cause == _trouble)
            return;
        _trouble = cause;
        Say(Text.Current.Forward.Cannot(Printable.Of(_target.Shown), cause));
    }

    private void Say(string message) => _errors.WriteLine(Printable.Lines($"sereno: {message}"));
}
