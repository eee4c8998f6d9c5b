using System.Text;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Units.Model;

namespace Sereno.Roles;

public sealed partial class ManagerHost
{
    private readonly Dictionary<ulong, UnitName> _spawning = [];
    private ulong _acknowledge;

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
            case ReadPidFile e:
                _core.OnPidFileRead(e.Unit, ReadPid(e.Unit, e.Path));
                break;
            case FindMainProcess e:
                _core.OnPidFileRead(e.Unit, GuessMain(e.Unit));
                break;
            case ReleaseUnit e:
                Release(e);
                break;
            case WriteLog e:
                Log(e.Unit, e.Level, e.Message);
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
        byte[] log = plan.LogStream is { } stream
            ? new Journal.StreamMetadata(stream.Unit, stream.Identifier.Length > 0 ? stream.Identifier : Path.GetFileName(plan.Command.Path)).Encode()
            : [];
        _spawning[request.Id] = request.Unit;
        using var cgroup = _groups.Open(request.Unit, request.InvocationId);
        try
        {
            _keeper.Spawn(request.Id, Encoding.UTF8.GetBytes(request.Unit.Full), PlanEncoder.Encode(plan, logPipe: 0), cgroup, [], log);
        }
        catch (LinuxException e)
        {
            _spawning.Remove(request.Id);
            _core.OnSpawnFailed(request.Id, (int)ExitStage.Fds, Errno.Text(e.Number));
        }
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
        var members = _groups.Members(request.Unit);
        if (request.Signal != 9 || !_groups.TryKillAll(request.Unit))
            foreach (int pid in members)
                if (!request.Except.Contains(pid))
                {
                    SignalAndContinue(pid, request.Signal);
                    if (request.AlsoHangUp)
                        Signal(pid, 1);
                }
        _groups.Drain(request.Unit);
        _core.OnGroupSignalled(request.Unit, members.Count(p => !request.Except.Contains(p)));
    }

    /// <summary>A pid file may be stale, or lie: the process must be there, and be the unit's (systemd.service(5), PIDFile=).</summary>
    private int? ReadPid(UnitName unit, string path)
    {
        try
        {
            using var file = new StreamReader(path);
            var buffer = new char[32];
            int length = file.ReadBlock(buffer);
            if (!int.TryParse(buffer.AsSpan(0, length).Trim(), out int pid) || pid <= 1 || ProcessTable.Stat(pid) is not { State: not 'Z' })
                return null;
            return _groups.UnitOf(pid) == unit ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The one process that was handed to the keeper; of several, none can be told to be the main one.</summary>
    private int? GuessMain(UnitName unit)
    {
        var orphans = _groups.Members(unit).FindAll(p => ProcessTable.Stat(p)?.Parent == Self.ParentPid);
        return orphans is [var only] ? only : null;
    }

    private void Release(ReleaseUnit request)
    {
        _groups.Release(request.Unit);
        foreach (string folder in request.RemoveDirectories)
            Try(() =>
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
            }, $"remove {folder}");
        if (request.PidFile is { } file)
            Try(() => File.Delete(file), $"remove {file}");

        void Try(Action action, string what)
        {
            try
            {
                action();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log(request.Unit, LogLevel.Warning, $"{request.Unit}: cannot {what}: {e.Message}");
            }
        }
    }

    /// <summary>One line to the journal, under the unit it is about; and to who started us in the foreground.</summary>
    private void Log(UnitName? unit, LogLevel level, string message)
    {
        if (level == LogLevel.Debug)
            return;
        message = message.ReplaceLineEndings(" ");
        byte[] line = Encoding.UTF8.GetBytes($"<{(int)level}>{unit?.Full}\t{message}\n");
        try
        {
            // A pipe that a dead journal no longer reads must not stop the manager.
            _log.Write(line);
        }
        catch (LinuxException e)
        {
            Files.Complain($"cannot write to the log: {e.Message}");
        }
        if (_verbose)
            Files.Print(message);
    }
}
