using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Keep;
using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Intake;

/// <summary>
/// The journal: what services write in, entries of journal files out, each line once whatever kills us (docs/decisions/0016). One thread
/// on one epoll; it never waits for a service.
/// </summary>
public sealed partial class JournalLoop : IDisposable
{
    // Streams count from 1, connections have the highest bit, and these are between.
    private const ulong KeeperToken = 0, FirstOwnToken = 1UL << 62;
    private const int RestAfter = 1500, MaxLastPieces = 1024;

    private readonly UnixSocket _keeper;
    private readonly JournalOptions _options;
    private readonly Epoll _epoll = new();
    private readonly Dictionary<ulong, LineStream> _streams = [];
    private readonly Dictionary<string, Fd[]> _held = [];
    private readonly byte[] _buffer = new byte[KeeperWire.MaxPacket];
    private readonly List<Fd> _fds = [];
    private readonly Queue<(byte[] Packet, Fd[] Fds)> _toKeeper = [];
    private readonly List<byte[]> _common = [];
    private IntakeMemory _memory = null!;
    private JournalStore _store = null!;
    private bool _welcomed, _ready, _open = true;

    /// <param name="step">Is called where a crash would find another state; a test crashes there.</param>
    private JournalLoop(UnixSocket keeper, JournalOptions options, Action? step = null)
    {
        _step = step;
        (_keeper, _options) = (keeper, options);
        _forwardLevel = ForwardLevelOf(options);
        Errno.Check(libc.fcntl(keeper.Fd.Number, libc.F_SETFL, libc.O_NONBLOCK), "make the keeper's socket non-blocking");
        _epoll.Add(keeper.Fd, KeeperToken);
        _full.Add(keeper.Fd, KeeperToken);
    }

    /// <summary>Runs until the keeper closes its end; then writes what the pipes still hold.</summary>
    /// <param name="keeper">Descriptor 3 of a journal that the keeper started.</param>
    /// <returns>The exit code.</returns>
    /// <param name="step">For tests: throws where the journal is to be killed, which leaves all as it is.</param>
    public static int Run(UnixSocket keeper, JournalOptions options, Action? step = null)
    {
        foreach (string complaint in options.Complaints)
            Files.Complain(complaint);
        Self.RaiseFileLimit(); // a descriptor for each stream
        var loop = new JournalLoop(keeper, options, step);
        if (loop.Begin())
            loop.Loop();
        loop.Dispose(); // not after an exception: who comes next must find what a crash leaves
        return 0;
    }

    private readonly Action? _step;

    public void Dispose()
    {
        _store?.Dispose();
        _memory?.Dispose();
        _epoll.Dispose();
        _full.Dispose();
    }

    /// <summary>Hears what there is already, and finishes what an earlier journal had begun.</summary>
    /// <returns>False when the keeper is gone.</returns>
    private bool Begin()
    {
        Span<(ulong, Readiness)> ready = new (ulong, Readiness)[1];
        while (!_welcomed)
        {
            if (!Listen())
                return false;
            if (!_welcomed)
                _full.Wait(ready, -1);
        }
        _memory = _held.Remove(IntakeMemory.Name, out var fds) && IntakeMemory.From(fds) is { } kept ? kept : IntakeMemory.Create();
        _memory.Step = _step;
        Hold(IntakeMemory.Name, _memory.Fds);
        TellKeeper(); // before anything is in it
        _store = new(_options, _memory, Say);
        AddCommonFields();
        OpenSockets();
        if (_memory.State.Committed != 0)
            _memory.Apply(SocketOf);
        _store.Recover();
        RestoreStreams();
        if (!Resume())
            Say($"entries wait: {_stuck}");
        foreach (var stream in _streams.Values)
            Watch(stream);
        _ready = true;
        TellKeeper();
        return true;
    }

    private void Loop()
    {
        Span<(ulong Token, Readiness Ready)> ready = new (ulong, Readiness)[64];
        for (bool busy = true; _open;)
        {
            if (_stuck.Length > 0)
            {
                WaitForSpace(ready);
                continue;
            }
            int n = _epoll.Wait(ready, Timeout(busy));
            if (n == 0 && busy)
                Rest();
            busy = n > 0;
            if (n > 0)
                _store.LetGoOfRemoved();
            SyncIfDue();
            foreach (var (token, _) in ready[..n])
                if (_stuck.Length == 0 || token == KeeperToken)
                    Turn(token);
            EndTurn();
            TellKeeper();
        }
        Finish();
    }

    private void Turn(ulong token)
    {
        if (token == KeeperToken)
            _open &= Listen();
        else if (_streams.TryGetValue(token, out var stream))
            Read(stream);
        else
            ReadSocket(token);
    }

    /// <summary>The keeper is going: what the pipes and sockets still have is written.</summary>
    private void Finish()
    {
        ReadAll();
        foreach (var stream in _streams.Values)
            if (_stuck.Length == 0 && stream.BegunLength > 0)
                EndLine(stream);
        if (_stuck.Length > 0)
            Files.Complain($"lines are lost: {_stuck}");
    }

    private void Rest()
    {
        ForgetProcesses();
        _memory.Rest();
        foreach (var file in _store.Files)
            file.Writer.ReleasePages();
        Self.Rest();
    }

    /// <returns>False when the keeper has closed its end.</returns>
    private bool Listen()
    {
        while (true)
        {
            _fds.Clear();
            var received = _keeper.Receive(_buffer, _fds);
            if (received.Length <= 0)
                return received.Length < 0;
            var packet = _buffer.AsSpan(0, received.Length);
            if (KeeperWire.DecodeStreamOpened(packet) is { } opened && _fds.Count == 1)
                Open(opened, _fds[0]);
            else if (KeeperWire.DecodeReply(packet) is HeldReply held)
                _held[held.Name] = [.. _fds];
            else if (KeeperWire.DecodeReply(packet) is WelcomeReply)
                _welcomed = true;
            else
                foreach (var fd in _fds)
                    fd.Dispose();
        }
    }

    /// <summary>Kept by the keeper for the next journal.</summary>
    private void Hold(string name, Fd[] fds) => _toKeeper.Enqueue((KeeperWire.Encode(new HoldRequest(name)), fds));

    private void Drop(string name) => _toKeeper.Enqueue((KeeperWire.Encode(new DropRequest(name)), []));

    private void TellKeeper()
    {
        try
        {
            while (_toKeeper.TryPeek(out var next) && _keeper.Send(next.Packet, next.Fds) >= 0)
                _toKeeper.Dequeue();
        }
        catch (LinuxException)
        {
            _toKeeper.Clear(); // it is gone, and the next turn reads the end of its stream
        }
    }

    private void AddCommonFields()
    {
        Add("_BOOT_ID", HostIds.Boot == 0 ? "" : Id128.Format(HostIds.Boot));
        Add("_MACHINE_ID", HostIds.Machine == 0 ? "" : Id128.Format(HostIds.Machine));
        Add("_HOSTNAME", Environment.MachineName);
        Add("_RUNTIME_SCOPE", Self.Uid == 0 ? "" : "user");

        void Add(string name, string value)
        {
            if (value.Length > 0)
                _common.Add(Encoding.UTF8.GetBytes($"{name}={value}"));
        }
    }

    /// <summary>Something that whoever looks after the machine should know: on our standard error, and in the journal when it can be.</summary>
    private void Say(string text)
    {
        Files.Complain(text);
        if (_notices.Count < 64)
            _notices.Enqueue(text);
    }
}
