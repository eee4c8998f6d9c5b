using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Keeper;

// What the manager asks for, and what becomes of the children.
public sealed partial class KeeperLoop
{
    /// <summary>Orphans that ended while no manager took notice: beyond this many the oldest are forgotten.</summary>
    private const int MaxOrphanExits = 1024;

    private readonly Dictionary<int, Child> _children = [];
    private readonly Queue<Child> _untold = [];
    private readonly Queue<ExitedReply> _exits = [];
    private readonly Dictionary<string, Fd[]> _held = [], _heldOfJournal = [];
    private readonly Dictionary<ulong, LogStream> _streams = [];
    private ulong _exitSequence, _lastStream = ManagerStream;
    private int? _exitCode;

    private sealed record Child(ulong Id, int Pid, bool InCgroup, byte[] Tag, Fd? Pidfd)
    {
        /// <summary>When it was spawned, and the manager has yet to be told; 0 once it has.</summary>
        public long UntoldSince { get; set; }
    }

    private sealed record LogStream(int Pid, byte[] Metadata, Fd Read);

    private void Obey(ReadOnlySpan<byte> packet, bool truncated)
    {
        switch (KeeperWire.DecodeRequest(packet))
        {
            case SpawnRequest r:
                // A message whose descriptors didn't fit in our table comes without some of them (unix(7), MSG_CTRUNC).
                if (truncated || _fds.Count < Before(r) || (r.Taken.Length > 0 && !_held.ContainsKey(r.Taken)))
                    Reply(new SpawnFailedReply(r.Id, (int)ExitStage.Fds, truncated ? libc.EMFILE : libc.EBADF, -1));
                else
                    Spawn(r);
                if (r.Taken.Length > 0)
                    Drop(_held, r.Taken);
                break;
            case AcknowledgeRequest r:
                while (_exits.TryPeek(out var exit) && exit.Sequence <= r.Sequence)
                    _exits.Dequeue();
                break;
            case HoldRequest r:
                Hold(_held, r.Name, truncated);
                break;
            case DropRequest r:
                Drop(_held, r.Name);
                break;
            case ExitRequest r:
                _exitCode = r.Code;
                break;
            default:
                Files.Complain("cannot understand a message of the manager");
                break;
        }
    }

    private void ObeyJournal(ReadOnlySpan<byte> packet, bool truncated)
    {
        if (KeeperWire.DecodeStreamDone(packet) is { } done)
            CloseStream(done.StreamId);
        else if (KeeperWire.DecodeRequest(packet) is HoldRequest hold)
            Hold(_heldOfJournal, hold.Name, truncated);
        else if (KeeperWire.DecodeRequest(packet) is DropRequest drop)
            Drop(_heldOfJournal, drop.Name);
        else
            Files.Complain("cannot understand a message of the journal");
    }

    private void Hold(Dictionary<string, Fd[]> held, string name, bool truncated)
    {
        if (truncated || _fds.Count == 0)
        {
            Files.Complain($"cannot hold {name}: {Errno.Text(truncated ? libc.EMFILE : libc.EBADF)}");
            return;
        }
        Drop(held, name);
        held[name] = _fds.ToArray();
        _fds.Clear();
    }

    /// <summary>How many descriptors come before those that the plan refers to.</summary>
    private static int Before(SpawnRequest request) => (request.Plan.Length == 0 ? 1 : 0) + (request.HasCgroup ? 1 : 0);

    /// <summary>
    /// Here, in the loop, well below a millisecond: a helper thread would free the loop from a slow execve(2), but cost a stack, and
    /// an exit could then be reaped before the child is registered.
    /// </summary>
    private void Spawn(SpawnRequest request)
    {
        int first = Before(request);
        var fds = _fds.GetRange(first, _fds.Count - first);
        if (_held.TryGetValue(request.Taken, out var taken))
            fds.InsertRange(0, taken);
        Fd? read = null, write = null;
        SpawnResult result;
        try
        {
            if (request.Log.Length > 0)
            {
                (read, write) = Pipe.Create(nonBlockingRead: true);
                fds.Add(write);
            }
            var cgroup = request.HasCgroup ? _fds[first - 1] : null;
            result = request.Plan.Length > 0 ? Spawner.Spawn(request.Plan, fds, cgroup) : Spawner.Spawn(_fds[0], fds, cgroup);
        }
        catch (LinuxException e)
        {
            result = new(0, null, false, e.Number, ExitStage.Fds, -1);
        }
        finally
        {
            write?.Dispose();
        }
        if (!result.Ok)
        {
            read?.Dispose();
            Reply(new SpawnFailedReply(request.Id, (int)result.Stage, result.Errno, result.Operation));
            return;
        }
        var child = _children[result.Pid] = new(request.Id, result.Pid, result.InCgroup, request.Tag, result.Pidfd);
        if (request.Taken.Length == 0)
            Tell(child);
        else
        {
            child.UntoldSince = Environment.TickCount64;
            _untold.Enqueue(child);
        }
        if (read is not null)
            OpenStream(result.Pid, request.Log, read);
    }

    private void Tell(Child child)
    {
        child.UntoldSince = 0;
        if (_manager.Queue is { } queue)
            Post(queue, KeeperWire.Encode(new SpawnedReply(child.Id, child.Pid, child.InCgroup)), child.Pidfd);
    }

    /// <summary>Those that have not ended within the time in which a short answer to a client is given.</summary>
    private void TellOfTheUntold()
    {
        long now = Environment.TickCount64;
        while (_untold.TryPeek(out var child) && (child.UntoldSince == 0 || now - child.UntoldSince >= TellAfter))
        {
            _untold.Dequeue();
            if (child.UntoldSince > 0)
                Tell(child);
        }
    }

    private void OpenStream(int pid, byte[] metadata, Fd read)
    {
        var stream = new LogStream(pid, metadata, read);
        _streams[++_lastStream] = stream;
        try
        {
            Announce(_lastStream, stream);
        }
        catch (LinuxException e)
        {
            // No descriptor for the waiting packet. The journal is behind; the next one is told of all streams.
            Files.Complain($"cannot hand a log to the journal: {e.Message}");
        }
    }

    private static void Drop(Dictionary<string, Fd[]> held, string name)
    {
        if (held.Remove(name, out var fds))
            foreach (var fd in fds)
                fd.Dispose();
    }

    private void Reply(KeeperReply reply) => _manager.Queue?.Post(KeeperWire.Encode(reply));

    private void Reap()
    {
        _reapAgain = false;
        for (int i = 0; i < ReapsPerTurn; i++)
        {
            if (ChildWait.Next(out _) is not { } exit)
                return;
            if (exit.Pid == _manager.Pid)
            {
                // What it said before it died counts: above all, the state it asked us to hold.
                Drain(_manager, int.MaxValue);
                RoleEnded(_manager, exit);
            }
            else if (exit.Pid == _journal.Pid)
            {
                Drain(_journal, int.MaxValue);
                RoleEnded(_journal, exit);
            }
            else
            {
                ChildEnded(exit);
            }
        }
        _reapAgain = true; // somebody forks faster than we reap: let the others have their turn
    }

    private void RoleEnded(Role role, ChildExit exit)
    {
        if (_exitCode is null)
            Files.Complain($"the {role.Name} ended ({exit.Code}, status {exit.Status}) and is started again");
        role.Ended(_options.StableAfter, role == _journal && exit is { Code: ChildCode.Killed, Status: libc.SIGKILL });
    }

    private void ChildEnded(ChildExit exit)
    {
        _workedAt = Environment.TickCount64;
        _children.Remove(exit.Pid, out var child);
        var reply = new ExitedReply(++_exitSequence, child?.Id ?? 0, exit.Pid, (int)exit.Code, exit.Status, child?.Tag ?? []);
        child?.Pidfd?.Dispose();
        if (child is null)
            ForgetOldOrphan();
        else
            child.UntoldSince = 0;
        _exits.Enqueue(reply);
        Reply(reply);
    }

    private void ForgetOldOrphan()
    {
        if (_exits.Count < MaxOrphanExits || _exits.Count(e => e.Id == 0) < MaxOrphanExits)
            return;
        bool forgotten = false;
        for (int n = _exits.Count; n > 0; n--)
        {
            var exit = _exits.Dequeue();
            if (forgotten || exit.Id != 0)
                _exits.Enqueue(exit);
            else
                forgotten = true;
        }
    }
}
