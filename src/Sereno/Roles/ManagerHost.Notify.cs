using Sereno.Keeper;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Checkpoint;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>What services say on the notify socket, and the descriptors that they leave with us.</summary>
public sealed partial class ManagerHost
{
    private const string StorePrefix = "store/";

    /// <summary>Kept for a service, here and in the keeper, which outlives us.</summary>
    private readonly Dictionary<ulong, (UnitName Unit, Fd Fd, IWatch? Watch)> _stored = [];

    /// <summary>Came with notifications; closed at the end of the turn unless somebody wants them, or may yet. That is also all that BARRIER=1 asks for (sd_notify_barrier(3)).</summary>
    private readonly Dictionary<ulong, Fd> _received = [];
    private readonly List<(UnitName Unit, ulong Id)> _lostDescriptors = [];
    private readonly List<string> _refusedNotifications = [];
    private ulong _nextDescriptor = Clock.Now.Realtime; // later managers must not give the same numbers

    private void OnNotify()
    {
        _core.Now = Clock.Now;
        // Everybody may write to it: some at a time, the loop comes back for the rest.
        for (int i = 0; i < 64 && _notify.Receive(_refusedNotifications) is { } message; i++)
        {
            int sender = message.Sender.Pid;
            var unit = _core.ServiceOf(sender)?.Name ?? _groups.UnitOf(sender);
            Hear(unit, message);
        }
        foreach (string refused in _refusedNotifications.Distinct())
            Log(null, LogLevel.Warning, refused);
        _refusedNotifications.Clear();
    }

    private void Hear(UnitName? unit, Notification message)
    {
        int sender = message.Sender.Pid;
        if (unit is not { } name)
        {
            foreach (var fd in message.Fds)
                fd.Dispose(); // strangers may pass hundreds with each message
            Log(null, LogLevel.Debug, $"Cannot find unit for notify message of PID {sender}, ignoring.");
            return;
        }
        // Comparing them costs a system call each: only who may store some has that, and of one message no more than the store
        // could ever take, and one to be told of.
        var service = _core.Graph.TryGet(name, out var known) ? known as Manager.Units.ServiceUnit : null;
        uint room = service?.Config.FileDescriptorStoreMax ?? 0;
        int most = (int)Math.Min(Math.Max(room, 1) + 1, int.MaxValue);
        foreach (var fd in message.Fds.Skip(most))
            fd.Dispose();
        var passed = message.Fds.Take(most).Select(fd => Take(fd, unit, compares: room > 0)).ToList();
        if (NotifyMessage.Parse(sender, message.Text.Span, passed) is { } parsed)
            _core.OnNotified(name, Believable(name, message.Sender, parsed));
        else
            Log(name, LogLevel.Warning, $"{name}: Notification message of PID {sender} is not UTF-8 clean, ignoring.");
        if (passed.Count > 0)
            DropUnwanted(passed.Select(p => p.Id).Where(id => service?.Stored.Any(s => s.Id == id) != true));
    }

    /// <summary>MAINPID= is signalled at the end: only root may name a process that isn't the unit's own, and nobody us.</summary>
    private NotifyMessage Believable(UnitName unit, PeerCredentials sender, NotifyMessage message)
    {
        if (message.Value("MAINPID") is not { } text || !int.TryParse(text, out int pid) || _core.ServiceOf(pid)?.Name == unit)
            return message;
        string? problem = IsOurs(pid) ? "is the manager, refusing."
            : ProcessTable.Stat(pid) is null or { State: 'Z' or 'X' } ? "does not exist or is a zombie."
            : sender.Uid != 0 && _groups.UnitOf(pid) != unit ? "does not belong to service, refusing."
            : null;
        if (problem is null)
            return message;
        Log(unit, LogLevel.Warning, $"{unit}: New main PID {pid} {problem}");
        return message.Without("MAINPID");
    }

    private static bool IsOurs(int pid) => pid == 1 || pid == Self.Pid || pid == Self.ParentPid;

    private PassedDescriptor Take(Fd fd, UnitName? unit, bool compares)
    {
        ulong id = _nextDescriptor++;
        ulong? same = null;
        foreach (var (other, stored) in compares ? _stored : [])
            if (stored.Unit == unit && stored.Fd.IsSameAs(fd))
                same = other;
        foreach (var (other, earlier) in compares ? _received : [])
            if (earlier.IsSameAs(fd))
                same ??= other;
        _received[id] = fd;
        return new(id, same);
    }

    private void Store(StoreDescriptor request)
    {
        if (!_received.Remove(request.Id, out var fd))
            return;
        _keeper.Hold(StorePrefix + request.Id, [fd]);
        Store(request.Unit, request.Id, fd, request.Polls);
    }

    private void Store(UnitName unit, ulong id, Fd fd, bool polls)
    {
        IWatch? watch = null;
        try
        {
            if (polls)
                watch = _loop.Watch(fd, Readiness.None, _ => _core.OnDescriptorClosed(unit, id));
        }
        catch (LinuxException)
        {
            // Files can't be waited for (EPERM), nor does anybody hang up on them.
        }
        _stored[id] = (unit, fd, watch);
    }

    /// <summary>Keeps the standard streams that a caller gave to a unit of his making.</summary>
    private ulong Keep(UnitName unit, Fd fd)
    {
        ulong id = _nextDescriptor++;
        _keeper.Hold(StorePrefix + id, [fd]);
        Store(unit, id, fd, polls: false);
        return id;
    }

    private Fd StoredFd(ulong id) => _stored.TryGetValue(id, out var stored) ? stored.Fd
        : throw new ArgumentException($"the descriptor {id} that was stored is not there", nameof(id));

    private void Forget(ulong id)
    {
        if (!_stored.Remove(id, out var stored))
            return;
        stored.Watch?.Dispose();
        stored.Fd.Dispose();
        _keeper.Drop(StorePrefix + id);
    }

    private void DropUnwanted()
    {
        if (_received.Count > 0)
            DropUnwanted(_received.Keys);
    }

    private void DropUnwanted(IEnumerable<ulong> ids)
    {
        var awaited = _core.AwaitedDescriptors.ToHashSet();
        foreach (ulong id in ids.Where(id => !awaited.Contains(id)).ToList())
            if (_received.Remove(id, out var fd))
                fd.Dispose();
    }

    /// <summary>The descriptors that the manager before kept; those that never reached the keeper are gone.</summary>
    private void TakeStored(IReadOnlyList<UnitCheckpoint> records, IReadOnlyList<HeldDescriptors> held)
    {
        var found = held.Where(h => h.Name.StartsWith(StorePrefix, StringComparison.Ordinal)).ToDictionary(h => h.Name, h => h.Fds[0]);
        foreach (var record in records)
            if (UnitName.TryParse(record.Name, out var unit))
                foreach (var stored in record.Descriptors)
                    if (found.Remove(StorePrefix + stored.Id, out var fd))
                        Store(unit, stored.Id, fd, stored.Polls);
                    else
                        _lostDescriptors.Add((unit, stored.Id));
        foreach (var (name, fd) in found)
        {
            fd.Dispose(); // stored, and forgotten since: only the keeper hasn't heard of it
            _keeper.Drop(name);
        }
    }
}
