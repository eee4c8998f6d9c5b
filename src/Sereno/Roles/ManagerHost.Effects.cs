using System.Text;
using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Spawn;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Roles;

public sealed partial class ManagerHost
{
    private readonly Dictionary<ulong, SpawnProcess> _spawning = [];
    private ulong _acknowledge, _endedSince;
    private readonly byte[] _lines = new byte[4096];
    private int _linesLength, _unlogged;

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case SpawnProcess e:
                Spawn(e);
                break;
            case KillProcess e:
                SignalAndContinue(e.Pid, e.Signal);
                break;
            case KillGroup e:
                Signal(e);
                break;
            case AttachProcesses e:
                if (_groups.Attach(e.Unit, e.InvocationId, e.Pids) is { } cause)
                    _core.OnAttachFailed(e.Unit, cause);
                break;
            case ForgetUnit e:
                Forget(e);
                break;
            case ReadPidFile e:
                _core.OnPidFileRead(e.Unit, ReadPid(e.Unit, e.Path));
                break;
            case FindMainProcess e:
                _core.OnPidFileRead(e.Unit, GuessMain(e.Unit));
                break;
            case WatchProcess e:
                Watch(e.Unit, e.Pid);
                break;
            case WatchGroup e:
                if (_groups.Watch(e.Unit))
                    _core.OnGroupEmpty(e.Unit);
                break;
            case WatchBusName e:
                BusNames.Watch(e.Unit, e.BusName);
                break;
            case StoreDescriptor e:
                Store(e);
                break;
            case DropDescriptor e:
                Forget(e.Id);
                break;
            case ReleaseUnit e:
                Release(e);
                break;
            case WriteLog e:
                Log(e.Unit, e.Level, e.Message);
                break;
            case OpenSockets or WatchSockets or CloseSockets:
                CarryOutSocket(effect);
                break;
            case LookForListener or CountConnections or HoldBack:
                CarryOutConnections(effect);
                break;
            case WatchPaths or MakeFolders or TouchFile or WatchClock:
                CarryOutTrigger(effect);
                break;
            case UnitAppeared or UnitChanged or JobQueued or JobEnded:
                Announce(effect);
                break;
            case Quit e:
                Finish(e.ExitCode);
                break;
        }
    }

    private void Spawn(SpawnProcess request)
    {
        var plan = request.Plan;
        byte[] log = plan.LogStream is { } stream ? Describe(request, stream) : [];
        _spawning[request.Id] = request;
        using var cgroup = OpenGroup(request);
        try
        {
            // The plan counts what it passes on from 0, then come the namespaces, then the log's pipe.
            var fds = request.Descriptors.Select(StoredFd).ToList();
            foreach (var socket in fds.Take(request.Sockets.Count))
                socket.SetNonBlocking(request.Sockets.NonBlocking);
            var shared = AddSharedNamespaces(request, fds);
            // The first is with the keeper already.
            var others = request.Takes is null ? fds : fds.GetRange(1, fds.Count - 1);
            _keeper.Spawn(request.Id, Encoding.UTF8.GetBytes(request.Unit.Full), PlanEncoder.Encode(plan, logPipe: fds.Count, shared), cgroup, others, log,
                request.Takes is { } taken ? StorePrefix + taken : "");
            if (request.Takes is { } its && _stored.Remove(its, out var passed))
                passed.Fd.Dispose(); // the keeper drops it too: else the client wouldn't see that the service has closed it
        }
        catch (Exception e) when (e is LinuxException or ArgumentException)
        {
            // Descriptors have run out, or the unit asks for what no plan can hold: it is this unit's failure, not ours.
            _spawning.Remove(request.Id);
            _core.OnSpawnFailed(request.Id, (int)ExitStage.Fds, e.Message);
        }
    }

    /// <summary>What the journal has to know of a process's lines.</summary>
    private byte[] Describe(SpawnProcess request, LogStream stream)
    {
        var settings = stream.Settings;
        var metadata = new Journal.StreamMetadata(request.Unit.Full, stream.Identifier.Length > 0 ? stream.Identifier : Path.GetFileName(request.Plan.Command.Path),
            settings.Priority, ParsePrefix: settings.LevelPrefix)
        {
            InvocationId = request.InvocationId,
            Slice = _groups.SliceOf(request.Unit).Full,
            Uid = stream.Uid ?? Self.Uid,
            LevelMax = settings.LevelMax,
            RateLimitInterval = settings.RateLimitInterval,
            RateLimitBurst = settings.RateLimitBurst,
            ExtraFields = settings.ExtraFields,
            FilterPatterns = settings.FilterPatterns,
            DropsWhenFull = settings.DropsWhenFull,
        };
        if (metadata.Encode() is { Length: <= KeeperWire.MaxLog } bytes)
            return bytes;
        Log(request.Unit, LogLevel.Warning, $"{request.Unit}: LogExtraFields= and LogFilterPatterns= are too long to be passed on, ignoring them.");
        return (metadata with { ExtraFields = [], FilterPatterns = [] }).Encode();
    }

    /// <summary>A stopped process doesn't see its signal before it goes on; SIGKILL needs no help.</summary>
    private void SignalAndContinue(int pid, int signal)
    {
        Signal(pid, signal);
        if (signal is not (9 or 18))
            Signal(pid, 18);
    }

    private void Signal(int pid, int signal)
    {
        try
        {
            if (_pidfds.TryGetValue(pid, out var pidfd))
                Pidfd.Signal(pidfd, signal);
            else if (Pidfd.Open(pid) is { } fresh)
                using (fresh)
                    Pidfd.Signal(fresh, signal);
        }
        catch (LinuxException e)
        {
            Log(null, LogLevel.Warning, $"process {pid}: {e.Message}");
        }
    }

    private void Signal(KillGroup request)
    {
        if (_core.Graph.TryGet(request.Unit, out var known) && known is ServiceUnit { IsBrief: true } && _groups.TryEnd(request.Unit))
        {
            _core.OnGroupSignalled(request.Unit, 0);
            return;
        }
        var members = _groups.Members(request.Unit, except: request.Except);
        if (members.Count > 0 && (request.Signal != 9 || !_groups.TryKillAll(request.Unit)))
        {
            // A pid may have changed hands since the look: open them, look again, and signal what is still the unit's.
            foreach (int pid in members)
                if (!_pidfds.ContainsKey(pid) && TryOpen(pid) is { } pidfd)
                    _pidfds[pid] = pidfd;
            var still = _groups.Members(request.Unit, fresh: true);
            foreach (int pid in members)
                if (still.Contains(pid))
                {
                    SignalAndContinue(pid, request.Signal);
                    if (request.AlsoHangUp)
                        Signal(pid, 1);
                }
                else if (_pidfds.Remove(pid, out var gone))
                    gone.Dispose();
        }
        bool isEmpty = members.Count > 0 && _groups.Drain(request.Unit);
        _core.OnGroupSignalled(request.Unit, members.Count);
        if (isEmpty)
            _core.OnGroupEmpty(request.Unit);
    }

    private static Fd? TryOpen(int pid)
    {
        try
        {
            return Pidfd.Open(pid);
        }
        catch (LinuxException)
        {
            return null; // gone, or out of descriptors
        }
    }

    /// <summary>The one process that was handed to the keeper; of several, none can be told to be the main one.</summary>
    private int? GuessMain(UnitName unit)
    {
        var orphans = _groups.Members(unit).FindAll(p => ProcessTable.Stat(p)?.Parent == Self.ParentPid);
        return orphans is [var only] ? only : null;
    }

    private void Forget(ForgetUnit request)
    {
        try
        {
            if (request.FragmentPath is { } path)
            {
                File.Delete(path);
                _files.Rescan();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log(request.Unit, LogLevel.Warning, $"{request.Unit}: {e.Message}");
        }
        _signals.UnitRemoved(request.Unit);
        _groups.ForgetUse(request.Unit);
    }

    private void Release(ReleaseUnit request)
    {
        _lies.RemoveWhere(l => l.Item1 == request.Unit);
        TellUse(request.Unit);
        if (!_groups.Release(request.Unit))
            _core.OnLeftOvers(request.Unit);
        if (request.Namespaces is { } owner)
            DropNamespaces(owner);
        foreach (string folder in request.RemoveDirectories)
            Try(() => FolderTree.Remove(folder));
        if (request.RemoveSharedOf is { } account)
            SharedObjects.RemoveAllOf(account, problem => Log(request.Unit, LogLevel.Warning, $"{request.Unit}: {problem}"));
        // A device or a FIFO that somebody has named is no pid file of the service's.
        if (request.PidFile is { } file && FileStatus.Of(file) is { Kind: FileKind.File or FileKind.Link })
            Try(() => File.Delete(file));

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (DirectoryNotFoundException) { } // it went with its folder
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log(request.Unit, LogLevel.Warning, $"{request.Unit}: {e.Message}");
            }
        }
    }

    /// <summary>One line to the journal, under the unit it is about; and to who started us in the foreground.</summary>
    private void Log(UnitName? unit, LogLevel level, string message)
    {
        if (level == LogLevel.Debug)
            return;
        message = Texts.Printable.Tabbed(message.ReplaceLineEndings(" ")); // units' own words: journalctl would show the whole line as binary
        try
        {
            byte[] line = Encoding.UTF8.GetBytes($"<{(int)level}>{unit?.Full}\t{message}\n");
            if (_linesLength + line.Length > _lines.Length)
                WriteLog();
            if (line.Length > _lines.Length)
                Write(line);
            else
            {
                line.CopyTo(_lines, _linesLength);
                _linesLength += line.Length;
            }
        }
        catch (LinuxException e)
        {
            Files.Complain($"cannot write to the log: {e.Message}");
        }
        if (_verbose)
            Files.Print(message);
    }

    /// <summary>A turn's lines go together, as many as a pipe takes whole or not at all (pipe(7), PIPE_BUF).</summary>
    private void WriteLog()
    {
        if (_linesLength == 0)
            return;
        int length = _linesLength;
        _linesLength = 0;
        try
        {
            Write(_lines.AsSpan(0, length));
        }
        catch (LinuxException e)
        {
            Files.Complain($"cannot write to the log: {e.Message}");
        }
    }

    /// <summary>Non-blocking: a journal that is behind, or dead, must not stop the manager.</summary>
    private void Write(ReadOnlySpan<byte> lines)
    {
        if (_log.Write(lines) < 0)
            _unlogged += lines.Count((byte)'\n');
        else if (_unlogged > 0 && _log.Write(Encoding.UTF8.GetBytes($"<4>\t{_unlogged} lines of the manager were lost: the journal was behind\n")) > 0)
            _unlogged = 0;
    }
}
