using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Keeper;

/// <summary>
/// The keeper: owns every process and every descriptor that must not be lost, and decides nothing. One thread on one
/// epoll. It waits in two places only: in epoll, and in a spawn until the child has called execve(2).
/// </summary>
public sealed partial class KeeperLoop : IDisposable
{
    private const ulong SignalToken = 1, ManagerToken = 2, JournalToken = 3;
    private const int MessagesPerTurn = 64, ReapsPerTurn = 1024, MaxWaitingSignals = 64, RestAfter = 1500, TellAfter = 5;

    private readonly KeeperOptions _options;
    private readonly Epoll _epoll = new();
    private readonly SignalPipe _signals;
    private readonly Role _manager, _journal;
    private readonly byte[] _buffer = new byte[KeeperWire.MaxPacket];
    private readonly byte[] _signalBuffer = new byte[256];
    private readonly List<Fd> _fds = [];
    private readonly List<int> _waitingSignals = [];
    private bool _reapAgain;
    private long _workedAt; // 0: nothing to tidy up after

    private KeeperLoop(KeeperOptions options)
    {
        _options = options;
        _manager = new("manager", options.ManagerArguments);
        _journal = new("journal", options.JournalArguments);
        _signals = new(ForwardedSignals());
        _epoll.Add(_signals.Fd, SignalToken);
    }

    /// <summary>Runs until the manager asks for the end.</summary>
    /// <returns>The exit code that it asked for, or 1 when the keeper can't start (said on standard error).</returns>
    public static int Run(KeeperOptions options)
    {
        try
        {
            using var held = InstanceLock.TryTake(options.LockPath, out int holder);
            if (held is null)
            {
                Files.Complain($"cannot start: another instance holds {options.LockPath} (pid {holder})");
                return 1;
            }
            if (Self.Pid != 1)
                Self.BecomeSubreaper();
            Self.RaiseFileLimit();
            Spawner.ReserveWindow();
            using var loop = new KeeperLoop(options);
            int code = loop.Loop();
            held.Remove(options.LockPath);
            return code;
        }
        catch (IOException e)
        {
            Files.Complain($"cannot start: {e.Message}");
            return 1;
        }
    }

    /// <summary>
    /// SIGCHLD, and what is forwarded to the manager. Not SIGRTMIN itself: the runtime stops its threads with that one for a
    /// collection, so systemd's SIGRTMIN+0 (start default.target) can't be offered.
    /// </summary>
    private static int[] ForwardedSignals() =>
    [
        libc.SIGCHLD, libc.SIGTERM, libc.SIGINT, libc.SIGHUP, libc.SIGPWR, libc.SIGWINCH, libc.SIGUSR1, libc.SIGUSR2,
        .. Enumerable.Range(SignalPipe.RuntimeSignal + 1, libc.SIGRTMAX - SignalPipe.RuntimeSignal),
    ];

    private int Loop()
    {
        Span<(ulong Token, Readiness Ready)> ready = new (ulong, Readiness)[16];
        OpenManagerLog();
        while (_exitCode is null)
        {
            StartIfDue(_journal);
            StartIfDue(_manager);
            Watch(_manager, ManagerToken);
            Watch(_journal, JournalToken);
            int n = _epoll.Wait(ready, Timeout());
            if (n == 0 && _workedAt > 0 && Environment.TickCount64 - _workedAt >= RestAfter)
                GiveMemoryBack();
            bool reap = _reapAgain;
            try
            {
                foreach (var (token, state) in ready[..n])
                    reap |= Turn(token, state);
                if (reap)
                    Reap();
                TellOfTheUntold();
            }
            catch (LinuxException e)
            {
                // The keeper must outlive everything: what the machine refuses is said, and the rest goes on.
                Files.Complain(e.Message);
                _reapAgain |= reap;
            }
        }
        return ShutDown(_exitCode.Value);
    }

    public void Dispose()
    {
        _signals.Dispose();
        _epoll.Dispose();
    }

    /// <summary>Milliseconds until something is due of itself.</summary>
    private int Timeout()
    {
        if (_reapAgain)
            return 0;
        long? due = _manager.StartAt is { } m ? _journal.StartAt is { } j ? Math.Min(m, j) : m : _journal.StartAt;
        if (_untold.Count > 0)
            return TellAfter;
        return due is { } at ? (int)Math.Clamp(at - Environment.TickCount64, 0, 1000) : _workedAt > 0 ? RestAfter : -1;
    }

    /// <summary>After a burst, once: the idle keeper should weigh what it weighed before.</summary>
    private void GiveMemoryBack()
    {
        _workedAt = 0;
        Self.Rest();
    }

    private void ReceiveSignals()
    {
        int n;
        do
        {
            n = _signals.Receive(_signalBuffer);
            foreach (byte signo in _signalBuffer.AsSpan(0, Math.Max(n, 0)))
                if (signo != libc.SIGCHLD)
                    Forward(signo);
        }
        while (n == _signalBuffer.Length);
    }

    private void Forward(int signo)
    {
        if (signo is libc.SIGTERM or libc.SIGINT && _manager.KeepsFailing)
        {
            // A manager that can't stay up will never stop the services: then it is for us to end.
            Files.Complain("the manager keeps failing: everything is killed");
            _exitCode ??= 1;
            return;
        }
        if (_manager.Queue is { WantsWrite: false } queue)
            queue.Post(KeeperWire.Encode(new SignalReply(signo)));
        else if (_waitingSignals.Count < MaxWaitingSignals && !_waitingSignals.Contains(signo))
            _waitingSignals.Add(signo); // the manager is away or behind: one of each kind will do
    }

    private void ForwardWaitingSignals()
    {
        if (_waitingSignals.Count == 0 || _manager.Queue is not { WantsWrite: false } queue)
            return;
        foreach (int signo in _waitingSignals)
            queue.Post(KeeperWire.Encode(new SignalReply(signo)));
        _waitingSignals.Clear();
    }

    /// <returns>Whether to look for children that ended.</returns>
    private bool Turn(ulong token, Readiness state)
    {
        switch (token)
        {
            case SignalToken:
                // Whatever came: SIGCHLD coalesces, and a full pipe would have dropped it.
                ReceiveSignals();
                return true;
            case ManagerToken:
                Serve(_manager, state);
                return false;
            default:
                Serve(_journal, state);
                return false;
        }
    }

    /// <summary>A socket is ready: send what waits, then take some messages, and leave the rest for the next turn.</summary>
    private void Serve(Role role, Readiness state)
    {
        role.Queue?.Flush();
        if (role == _manager)
            ForwardWaitingSignals();
        if ((state & (Readiness.Read | Readiness.HangUp | Readiness.Error)) != 0 && !Drain(role, MessagesPerTurn) && role.Socket is { } socket)
        {
            // It closed its end. If it still lives it is of no use; its exit brings the next one.
            _epoll.Remove(socket.Fd);
            role.Queue?.Break();
            role.Kill();
        }
    }

    /// <returns>False at the end of the stream.</returns>
    private bool Drain(Role role, int limit)
    {
        for (int i = 0; i < limit && role.Socket is { } socket && _exitCode is null; i++)
        {
            _fds.Clear();
            var received = socket.Receive(_buffer, _fds);
            if (received.Length < 0)
                return true;
            if (received.Length == 0)
                return false;
            _workedAt = Environment.TickCount64;
            if (role == _manager)
                Obey(_buffer.AsSpan(0, received.Length), received.Truncated);
            else
                ObeyJournal(_buffer.AsSpan(0, received.Length), received.Truncated);
            foreach (var fd in _fds) // those that nobody has taken
                fd.Dispose();
        }
        return true;
    }

    private void Watch(Role role, ulong token)
    {
        if (role is { Socket: { } socket, Queue: { Broken: false } queue } && queue.WantsWrite != role.WatchesWrite)
        {
            role.WatchesWrite = queue.WantsWrite;
            _epoll.Change(socket.Fd, token, role.WatchesWrite ? Readiness.Read | Readiness.Write : Readiness.Read);
        }
    }
}
