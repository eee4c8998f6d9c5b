using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>What timers and paths need of the machine.</summary>
public sealed partial class ManagerHost
{
    private PathWatches? _paths;
    private ClockWatch? _clock;
    private ZoneWatch? _zone;

    private void CarryOutTrigger(Effect effect)
    {
        switch (effect)
        {
            case WatchPaths e:
                Watch(e.Unit, e.Specs);
                break;
            case MakeFolders e:
                foreach (string path in e.Paths)
                    Attempt(e.Unit, () => Directory.CreateDirectory(path, (UnixFileMode)e.Mode));
                break;
            case TouchFile e:
                Attempt(e.Unit, () => Touch(e.Path, e.Realtime));
                break;
            case WatchClock:
                Attempt(null, WatchTime);
                break;
        }
    }

    private void Watch(UnitName unit, ImmutableArray<PathSpec> specs)
    {
        if (specs.IsEmpty && _paths is null)
            return;
        _paths ??= new PathWatches(_loop, (name, spec, isChange) =>
        {
            _core.Now = Clock.Now;
            _core.OnPathEvent(name, spec.Path, isChange);
        });
        string? error = null;
        try
        {
            _paths.Watch(unit, specs);
        }
        catch (LinuxException e)
        {
            error = e.Message;
        }
        if (!specs.IsEmpty)
            _core.OnPathsWatched(unit, error);
    }

    private static void Touch(string path, ulong? realtime)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
            File.Create(path).Dispose();
        if (realtime is { } time)
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddTicks((long)time * 10));
    }

    private void WatchTime()
    {
        _clock = new();
        _loop.Watch(_clock.Fd, Readiness.Read, _ =>
        {
            _clock.Arm();
            _core.Now = Clock.Now;
            _core.OnClockChanged();
        });
        _zone = new(_loop, () =>
        {
            _core.Now = Clock.Now;
            _machine.ForgetZone();
            _core.OnZoneChanged();
        });
    }

    /// <summary>What doesn't succeed is said, and goes on without.</summary>
    private void Attempt(UnitName? unit, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            Log(unit, LogLevel.Warning, unit is null ? e.Message : $"{unit}: {e.Message}");
        }
    }
}
