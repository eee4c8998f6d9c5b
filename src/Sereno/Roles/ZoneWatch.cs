using Sereno.Linux;

namespace Sereno.Roles;

/// <summary>Tells when the machine's zone is another one: /etc/localtime is a link that is replaced (localtime(5)).</summary>
internal sealed class ZoneWatch : IDisposable
{
    private const string Link = "/etc/localtime", Folder = "/etc";

    private readonly Inotify _inotify = new();
    private readonly IWatch _watch;
    private string? _target = Target();

    public ZoneWatch(IEventLoop loop, Action changed)
    {
        _watch = loop.Watch(_inotify.Fd, Readiness.Read, _ =>
        {
            _inotify.Receive([]);
            // Much else happens in /etc.
            string? now = Target();
            if (now == _target)
                return;
            _target = now;
            changed();
        });
        _inotify.Add(Folder, FileEvents.Create | FileEvents.MovedTo | FileEvents.Delete | FileEvents.MovedFrom | FileEvents.CloseWrite | FileEvents.OnlyFolder);
    }

    private static string? Target()
    {
        var file = new FileInfo(Link);
        return file.LinkTarget ?? (file.Exists ? file.LastWriteTimeUtc.Ticks.ToString() : null);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _inotify.Dispose();
    }
}
