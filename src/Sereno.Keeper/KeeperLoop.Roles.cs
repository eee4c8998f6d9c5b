using System.Collections;
using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Keeper;

// Starting the manager and the journal, telling each what there is, and starting them again.
public sealed partial class KeeperLoop
{
    /// <summary>The keeper's own pipes are streams like the rest; ids of 0 are never given out.</summary>
    private const ulong ManagerStream = 1;
    private const int ManagerLogSize = 1 << 20;

    private Fd? _managerLog;

    private void OpenManagerLog()
    {
        if (_options.ManagerLog.Length == 0)
            return;
        var (read, write) = Pipe.Create(nonBlockingRead: true);
        // Both ends stay here, so what a manager wrote before it crashed is read, and the next one writes on.
        _managerLog = write;
        // A manager that stops thousands of units says so faster than it is written down. Where that isn't allowed, the usual size will do.
        _ = libc.fcntl(write.Number, libc.F_SETPIPE_SZ, ManagerLogSize);
        _streams[ManagerStream] = new(Self.Pid, _options.ManagerLog, read);
    }

    private void StartIfDue(Role role)
    {
        if (role.StartAt is not { } at || at > Environment.TickCount64)
            return;
        try
        {
            Start(role);
        }
        catch (LinuxException e)
        {
            Files.Complain($"cannot start the {role.Name}: {e.Message}");
            if (role.Pid != 0)
                role.Kill(); // it runs, but could not be told what it has to know
            else
                role.Ended(_options.StableAfter);
        }
    }

    private void Start(Role role)
    {
        var (ours, theirs) = UnixSocket.Pair(UnixSocketType.SeqPacket);
        using (theirs)
        {
            List<Fd> fds = [theirs.Fd];
            // A session of its own: Ctrl+C on a terminal is for the keeper, which tells the manager.
            var plan = new PlanWriter().SetSid().Dup(ExitStage.Fds, 0, 3);
            if (role == _manager && _managerLog is { } log)
            {
                fds.Add(log);
                plan.Dup(ExitStage.Fds, 1, 4);
            }
            plan.CloseFrom(ExitStage.Fds, 3 + fds.Count);
            plan.Exec(ExitStage.Exec, _options.Executable, ["sereno", .. role.Arguments], OwnEnvironment());
            var spawned = Spawner.Spawn(plan.ToArray(), fds);
            if (!spawned.Ok)
            {
                ours.Dispose();
                throw new LinuxException(spawned.Errno, $"execute {_options.Executable}");
            }
            role.Started(spawned.Pid, spawned.Pidfd, ours);
        }
        _workedAt = Environment.TickCount64;
        _epoll.Add(ours.Fd, role == _manager ? ManagerToken : JournalToken);
        if (role == _manager)
            SayWelcome();
        else
            TellJournal();
    }

    private void TellJournal()
    {
        var queue = _journal.Queue!;
        foreach (var (name, fds) in _heldOfJournal)
            queue.Post(KeeperWire.Encode(new HeldReply(name)), fds);
        foreach (var (id, stream) in _streams)
            Announce(id, stream);
        queue.Post(KeeperWire.Encode(new WelcomeReply()));
    }

    private void SayWelcome()
    {
        var queue = _manager.Queue!;
        _untold.Clear(); // it is told of all children now
        foreach (var child in _children.Values)
            Post(queue, KeeperWire.Encode(new ChildReply(child.Id, child.Pid, child.InCgroup, child.Tag)), child.Pidfd);
        foreach (var exit in _exits)
            Post(queue, KeeperWire.Encode(exit), null);
        foreach (var (name, fds) in _held)
            queue.Post(KeeperWire.Encode(new HeldReply(name)), fds);
        Post(queue, KeeperWire.Encode(new WelcomeReply()), null);
        ForwardWaitingSignals();
    }

    private void Announce(ulong id, LogStream stream) =>
        _journal.Queue?.Post(KeeperWire.Encode(new StreamOpened(id, stream.Pid, stream.Metadata)), stream.Read);

    private void CloseStream(ulong id)
    {
        if (id != ManagerStream && _streams.Remove(id, out var stream))
            stream.Read.Dispose();
    }

    /// <summary>Out of descriptors the packet still goes: the receiver can find the process by its pid.</summary>
    private static void Post(PacketQueue queue, byte[] packet, Fd? fd)
    {
        try
        {
            if (fd is null)
                queue.Post(packet);
            else
                queue.Post(packet, fd);
        }
        catch (LinuxException e) when (fd is not null && e.Number is libc.EMFILE or libc.ENFILE)
        {
            queue.Post(packet);
        }
    }

    private static List<string> OwnEnvironment()
    {
        var list = new List<string>();
        foreach (DictionaryEntry e in Environment.GetEnvironmentVariables())
            list.Add($"{e.Key}={e.Value}");
        return list;
    }
}
