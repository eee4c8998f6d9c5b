using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>
/// The paths of path units, watched by inotify(7): the path itself and, as far as they exist, the folders above it, symbolic
/// links and what they lead to both. Each path has an instance of its own, so that its masks are its own.
/// </summary>
internal sealed class PathWatches(IEventLoop loop, Action<UnitName, PathSpec, bool> happened) : IDisposable
{
    private const FileEvents Gone = FileEvents.DeleteSelf | FileEvents.MoveSelf;

    private readonly Dictionary<UnitName, List<Watched>> _units = [];

    private sealed record Watched(Inotify Inotify, IWatch Watch, PathSpec Spec) : IDisposable
    {
        /// <summary>The path's own watch; -1 until it exists.</summary>
        public int Own { get; set; } = -1;

        public void Dispose()
        {
            Watch.Dispose();
            Inotify.Dispose();
        }
    }

    /// <summary>Instead of what was watched for the unit before.</summary>
    /// <exception cref="LinuxException">No more instances or watches for this account, or nothing of a path can be read.</exception>
    public void Watch(UnitName unit, ImmutableArray<PathSpec> specs)
    {
        Forget(unit);
        if (specs.IsEmpty)
            return;
        var list = _units[unit] = [];
        try
        {
            foreach (var spec in specs)
                list.Add(Watch(unit, spec));
        }
        catch (LinuxException)
        {
            Forget(unit);
            throw;
        }
    }

    private Watched Watch(UnitName unit, PathSpec spec)
    {
        var inotify = new Inotify();
        Watched watched = null!;
        try
        {
            watched = new(inotify, loop.Watch(inotify.Fd, Readiness.Read, _ => OnReadable(unit, watched)), spec);
        }
        catch (LinuxException)
        {
            inotify.Dispose();
            throw;
        }
        try
        {
            Add(watched);
            return watched;
        }
        catch (LinuxException)
        {
            watched.Dispose();
            throw;
        }
    }

    private static void Add(Watched watched)
    {
        string path = watched.Spec.Path;
        string? above = null;
        for (int slash = path.IndexOf('/'); ; slash = path.IndexOf('/', slash + 1))
        {
            bool isWhole = slash < 0 || path == "/";
            string part = isWhole ? path : path[..Math.Max(slash, 1)];
            var events = isWhole ? EventsOf(watched.Spec.Kind) : Gone | FileEvents.Create | FileEvents.MovedTo;
            // The link itself, then what it leads to: of anything else both are one.
            int watch = watched.Inotify.Add(part, events | FileEvents.DontFollow);
            if (watch >= 0)
                watch = watched.Inotify.Add(part, events);
            if (watch < 0)
                break;
            // It is there: what else comes into the folder above it doesn't matter any more.
            if (above is not null)
                watched.Inotify.Add(above, FileEvents.MoveSelf);
            if (isWhole)
            {
                watched.Own = watch;
                break;
            }
            above = part;
        }
    }

    private static FileEvents EventsOf(PathKind kind) => Gone | FileEvents.Attributes | kind switch
    {
        PathKind.PathExists or PathKind.PathExistsGlob => FileEvents.None,
        PathKind.DirectoryNotEmpty => FileEvents.Create | FileEvents.MovedTo,
        PathKind.PathChanged => Changes,
        PathKind.PathModified => Changes | FileEvents.Modify,
    };

    private const FileEvents Changes = FileEvents.CloseWrite | FileEvents.Create | FileEvents.Delete | FileEvents.MovedFrom | FileEvents.MovedTo;

    private void OnReadable(UnitName unit, Watched watched)
    {
        var events = new List<FileEvent>();
        watched.Inotify.Receive(events);
        if (events.Count == 0)
            return;
        // What was lost may have been what is waited for.
        bool isChange = watched.Spec.IsChange && events.Exists(e => e.Watch == watched.Own || (e.What & FileEvents.Overflow) != 0);
        happened(unit, watched.Spec, isChange);
    }

    private void Forget(UnitName unit)
    {
        if (_units.Remove(unit, out var list))
            foreach (var watched in list)
                watched.Dispose();
    }

    public void Dispose()
    {
        foreach (var unit in _units.Keys.ToList())
            Forget(unit);
    }
}
