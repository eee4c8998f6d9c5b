using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Keeper;

/// <summary>What the keeper tells the manager. Descriptors in it belong to the receiver.</summary>
public abstract record KeeperEvent;

/// <summary>The first event: what there is already. Empty unless a manager ran before this one.</summary>
/// <param name="Exits">Not acknowledged yet, oldest first.</param>
public sealed record Welcome(IReadOnlyList<KeptChild> Children, IReadOnlyList<Exited> Exits, IReadOnlyList<HeldDescriptors> Held) : KeeperEvent;

/// <summary>A child that runs on from an earlier manager.</summary>
/// <param name="Pidfd">Null when pidfds can't be had here.</param>
public sealed record KeptChild(ulong Id, int Pid, byte[] Tag, bool InCgroup, Fd? Pidfd);

public sealed record HeldDescriptors(string Name, IReadOnlyList<Fd> Fds);

/// <param name="InCgroup">Whether it started in the cgroup that was asked for.</param>
/// <param name="Pidfd">Null when pidfds can't be had here.</param>
public sealed record Spawned(ulong Id, int Pid, bool InCgroup, Fd? Pidfd) : KeeperEvent;

/// <param name="Stage">What the child was doing; None when there was no child at all.</param>
/// <param name="Operation">Index of the plan's operation, or -1.</param>
public sealed record SpawnFailed(ulong Id, ExitStage Stage, int Errno, int Operation) : KeeperEvent;

/// <summary>A child ended, and is reaped. Comes again with the next Welcome until it is acknowledged.</summary>
/// <param name="Id">0 for an orphan that the keeper didn't spawn.</param>
/// <param name="Status">The exit code, or the signal.</param>
/// <param name="Tag">As given when it was spawned.</param>
public sealed record Exited(ulong Sequence, ulong Id, int Pid, ChildCode Code, int Status, byte[] Tag) : KeeperEvent;

public sealed record SignalReceived(int Signo) : KeeperEvent;

/// <summary>The keeper is gone, and every child with it as far as we know: nothing is left to do but to end.</summary>
public sealed record KeeperClosed : KeeperEvent;

/// <summary>The manager's end of the protocol. Never waits: requests that the socket doesn't take are kept until <see cref="Flush"/>.</summary>
public sealed class KeeperClient : IDisposable
{
    /// <summary>The plan and the cgroup travel as descriptors too.</summary>
    public const int MaxFds = UnixSocket.MaxFds - 2;

    private readonly UnixSocket _socket;
    private readonly PacketQueue _queue;
    private readonly byte[] _buffer = new byte[KeeperWire.MaxPacket];
    private readonly List<Fd> _fds = [];
    private readonly List<KeptChild> _children = [];
    private readonly List<Exited> _exits = [];
    private readonly List<HeldDescriptors> _held = [];
    private bool _welcomed, _closed;

    /// <param name="socket">Descriptor 3 of a manager that the keeper started; non-blocking.</param>
    public KeeperClient(UnixSocket socket)
    {
        _socket = socket;
        _queue = new(socket);
        Errno.Check(libc.fcntl(socket.Fd.Number, libc.F_SETFL, libc.O_NONBLOCK), "make the keeper's socket non-blocking");
        Errno.Check(libc.fcntl(socket.Fd.Number, libc.F_SETFD, libc.FD_CLOEXEC), "make the keeper's socket close-on-exec");
    }

    /// <summary>Readable when <see cref="Receive"/> has something.</summary>
    public Fd Fd => _socket.Fd;

    /// <summary>Watch <see cref="Fd"/> for writing too, and then call <see cref="Flush"/>.</summary>
    public bool WantsWrite => _queue.WantsWrite;

    public void Flush() => _queue.Flush();

    /// <summary>Asks for a process. Answered by <see cref="Spawned"/> or <see cref="SpawnFailed"/> with this id.</summary>
    /// <param name="id">Not 0.</param>
    /// <param name="tag">At most <see cref="KeeperWire.MaxTag"/> bytes that a later manager gets back.</param>
    /// <param name="plan">What <see cref="PlanWriter"/> made.</param>
    /// <param name="cgroup">The folder to start in; still the caller's.</param>
    /// <param name="fds">What the plan's Dup refers to by index; still the caller's. At most <see cref="MaxFds"/>.</param>
    /// <param name="log">For the journal (StreamMetadata); empty for no log. Otherwise the writing end of a new pipe
    /// becomes the attached descriptor with the index <c>fds.Count</c>.</param>
    /// <param name="taken">The name of what is held for this process, comes before <paramref name="fds"/>, and is dropped once it has it, or can't be had. Then <see cref="Spawned"/> may
    /// come later, or not at all: <see cref="Exited"/> says the same.</param>
    /// <exception cref="LinuxException">EMFILE: the plan travels in a descriptor.</exception>
    public void Spawn(ulong id, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> plan, Fd? cgroup, IReadOnlyList<Fd> fds, ReadOnlySpan<byte> log, string taken = "")
    {
        ArgumentOutOfRangeException.ThrowIfZero(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fds.Count, MaxFds, nameof(fds));
        bool isInline = plan.Length is > 0 and <= KeeperWire.MaxInlinePlan;
        using var memfd = isInline ? null : Memfd.Sealed("spawn-plan", plan);
        Fd[] attached = [.. memfd is null ? (ReadOnlySpan<Fd>)[] : [memfd], .. cgroup is null ? (ReadOnlySpan<Fd>)[] : [cgroup], .. fds];
        Post(KeeperWire.Spawn(id, cgroup is not null, tag, log, isInline ? plan : [], taken), attached);
    }

    /// <summary>This exit and every one before it is dealt with, and need not be repeated to a later manager.</summary>
    public void Acknowledge(ulong sequence) => Post(KeeperWire.Encode(new AcknowledgeRequest(sequence)), []);

    /// <summary>Keeps descriptors for a later manager, in place of those of the same name.</summary>
    /// <param name="name">At most 255 bytes.</param>
    /// <param name="fds">Still the caller's; 1 to 253.</param>
    public void Hold(string name, IReadOnlyList<Fd> fds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(fds.Count, nameof(fds));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fds.Count, UnixSocket.MaxFds, nameof(fds));
        Post(KeeperWire.Encode(new HoldRequest(name)), fds);
    }

    /// <summary>Closes held descriptors; a name that isn't there is no error.</summary>
    public void Drop(string name) => Post(KeeperWire.Encode(new DropRequest(name)), []);

    /// <summary>The end: what is left is killed, the journal finishes, and the keeper exits with this code.</summary>
    public void Exit(int code) => Post(KeeperWire.Encode(new ExitRequest(code)), []);

    /// <summary>Adds what has come to <paramref name="into"/>; <see cref="KeeperClosed"/> once, at the end.</summary>
    public void Receive(List<KeeperEvent> into)
    {
        while (!_closed)
        {
            _fds.Clear();
            var received = _socket.Receive(_buffer, _fds);
            if (received.Length < 0)
                return;
            if (received.Length == 0)
            {
                _closed = true;
                into.Add(new KeeperClosed());
                return;
            }
            if (KeeperWire.DecodeReply(_buffer.AsSpan(0, received.Length)) is { } reply && Translate(reply) is { } e)
                into.Add(e);
        }
    }

    public void Dispose()
    {
        _queue.Dispose();
        _socket.Dispose();
    }

    private KeeperEvent? Translate(KeeperReply reply)
    {
        switch (reply)
        {
            case ChildReply r:
                _children.Add(new(r.Id, r.Pid, r.Tag, r.InCgroup, Single(r.Pid)));
                return null;
            case HeldReply r:
                _held.Add(new(r.Name, _fds.ToArray()));
                return null;
            case WelcomeReply:
                _welcomed = true;
                return new Welcome(_children, _exits, _held);
            case SpawnedReply r:
                return new Spawned(r.Id, r.Pid, r.InCgroup, Single(r.Pid));
            case SpawnFailedReply r:
                return new SpawnFailed(r.Id, (ExitStage)r.Stage, r.Errno, r.Operation);
            case ExitedReply r:
                var exited = new Exited(r.Sequence, r.Id, r.Pid, (ChildCode)r.Code, r.Status, r.Tag);
                if (_welcomed)
                    return exited;
                _exits.Add(exited);
                return null;
            case SignalReply r:
                return new SignalReceived(r.Signo);
            default:
                throw new InvalidOperationException("unknown reply");
        }
    }

    /// <summary>The pidfd that came along; when descriptors had run out, our own for the pid, which the keeper has not reaped.</summary>
    private Fd? Single(int pid)
    {
        if (_fds.Count > 0)
            return _fds[0];
        try
        {
            return Pidfd.Open(pid);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private void Post(byte[] packet, IReadOnlyList<Fd> fds) => _queue.Post(packet, fds as Fd[] ?? [.. fds]);
}
