using Sereno.Journal;
using Sereno.Keeper;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Load;
using Sereno.Units.Text;

namespace Sereno.Roles;

/// <summary>
/// Programs that write units (systemd.generator(7)): all at once, as the keeper's children, before the unit files are read.
/// What one of them does wrong is logged and stops nothing; those that take too long are killed.
/// </summary>
internal sealed partial class Generators(Instance instance, KeeperClient keeper, IReadOnlyDictionary<string, string> environment, Action<string> warn) : IDisposable
{
    /// <summary>Far from the ids that the core counts up.</summary>
    private const ulong FirstId = 1UL << 63;

    /// <summary>systemd's DefaultTimeoutStartSec= of 90 s goes for generators too.</summary>
    private const long LimitMilliseconds = 90_000;

    private readonly Dictionary<ulong, string> _starting = [];
    private readonly Dictionary<int, (string Path, Fd? Pidfd)> _running = [];
    private ulong _nextId = FirstId;
    private long _deadline;
    private bool _killed;

    public bool IsRunning => _starting.Count + _running.Count > 0;

    /// <summary>Milliseconds until <see cref="KillLate"/> is due; null while nothing runs.</summary>
    public long? Remaining => IsRunning && !_killed ? Math.Max(0, _deadline - Environment.TickCount64) : null;

    private string[] Outputs => instance.Paths is { Generator: { } normal, GeneratorEarly: { } early, GeneratorLate: { } late } ? [normal, early, late] : [];

    /// <summary>Empties the folders and starts all generators; none where the search path doesn't lead to what they write.</summary>
    public void Start()
    {
        if (instance.Paths.Generator is not { } generator || !instance.Paths.Search.Contains(generator) || (instance.IsSystem && IsSystemdRunning))
            return;
        (_deadline, _killed) = (Environment.TickCount64 + LimitMilliseconds, false);
        GatherEnvironment();
    }

    private void StartUnits()
    {
        var programs = GeneratorFiles.Find(GeneratorFiles.Folders(!instance.IsRoot, Environment.GetEnvironmentVariable("SYSTEMD_GENERATOR_PATH")));
        try
        {
            foreach (string folder in Outputs)
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
                if (programs.Count > 0)
                    Directory.CreateDirectory(folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"cannot run generators: {e.Message}");
            return;
        }
        (_deadline, _killed) = (Environment.TickCount64 + LimitMilliseconds, false);
        foreach (string path in programs)
            Spawn(path);
    }

    /// <summary>The folders are another manager's.</summary>
    private static bool IsSystemdRunning => Self.Pid != 1 && ProcessTable.Stat(1)?.Comm == "systemd";

    private void Spawn(string path)
    {
        byte[] plan = new PlanWriter().SetSid().Open(ExitStage.Stdin, 0, libc.O_RDONLY, "/dev/null").Dup(ExitStage.Stdout, 0, 1).Copy(ExitStage.Stderr, 1, 2)
            .Umask(ExitStage.Exec, 0x12 /* 0022 */).Chdir(ExitStage.Chdir, "/").CloseFrom(ExitStage.Fds, 3)
            .Exec(ExitStage.Exec, RawText.Encode(path), [.. Outputs.Prepend(path).Select(RawText.Encode)], [.. Variables().Select(RawText.Encode)])
            .ToArray();
        ulong id = _nextId++;
        try
        {
            keeper.Spawn(id, "generator"u8, plan, null, [], new StreamMetadata("init.scope", Path.GetFileName(path)).Encode());
            _starting[id] = path;
        }
        catch (LinuxException e)
        {
            warn($"{path}: {e.Message}");
        }
    }

    private IEnumerable<string> Variables()
    {
        foreach (var (name, value) in environment.Where(v => !Gathered.ContainsKey(v.Key)))
            yield return $"{name}={value}";
        foreach (var (name, value) in Gathered)
            yield return $"{name}={value}";
        yield return $"SYSTEMD_SCOPE={(instance.IsRoot ? "system" : "user")}";
        if (instance.IsRoot)
        {
            yield return "SYSTEMD_IN_INITRD=0";
            yield return $"SYSTEMD_FIRST_BOOT={(File.Exists("/run/systemd/first-boot") ? 1 : 0)}";
        }
        if (Conditions.Detect() is not "none" and var found)
            yield return $"SYSTEMD_VIRTUALIZATION={(Conditions.IsMachine(found) ? "vm" : "container")}:{found}";
        yield return $"SYSTEMD_ARCHITECTURE={HostFacts.ArchitectureName()}";
        yield return $"SYSTEMD_EXEC_PID={PlanWriter.PidPlaceholder}";
    }

    /// <summary>True for an event that is a generator's.</summary>
    public bool Take(KeeperEvent e)
    {
        switch (e)
        {
            case Spawned spawned when _starting.Remove(spawned.Id, out string? path):
                _running[spawned.Pid] = (path, spawned.Pidfd);
                break;
            case SpawnFailed failed when _starting.Remove(failed.Id, out string? path):
                warn($"{path} could not be run: {Errno.Text(failed.Errno)}");
                break;
            case Exited exited when _running.Remove(exited.Pid, out var ended):
                ended.Pidfd?.Dispose();
                if (exited.Code != ChildCode.Exited)
                    warn($"{ended.Path} terminated by signal {Sereno.Units.Values.Signals.ShortName(exited.Status)}.");
                else if (exited.Status != 0)
                    warn($"{ended.Path} failed with exit status {exited.Status}.");
                else
                    TakeOutput();
                break;
            default:
                return false;
        }
        if (!IsRunning && _isGathering)
            GatherNext();
        if (!IsRunning)
            Trim();
        return true;
    }

    /// <summary>Ends those whose time is over; their exits come as events.</summary>
    public void KillLate()
    {
        if (Remaining is not 0)
            return;
        _killed = true;
        foreach (var (path, pidfd) in _running.Values)
        {
            warn($"{path} takes too long, killing.");
            if (pidfd is not null)
                Pidfd.Signal(pidfd, 9);
        }
    }

    private void Trim()
    {
        foreach (string folder in Outputs)
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
    }

    public void Dispose()
    {
        _output?.Dispose();
        foreach (var (_, pidfd) in _running.Values)
            pidfd?.Dispose();
    }
}
