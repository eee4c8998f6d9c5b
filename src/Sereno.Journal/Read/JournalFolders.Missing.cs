using Sereno.Linux;

namespace Sereno.Journal.Read;

// A folder that is followed may be deleted and made again, or not be there yet.
public sealed partial class JournalFolders
{
    private const FileEvents OfParents = FileEvents.Create | FileEvents.MovedTo | FileEvents.DeleteSelf | FileEvents.MoveSelf | FileEvents.OnlyFolder;

    private readonly HashSet<int> _above = [];

    /// <summary>It was deleted, or is another one's by now: what is in a new one of its name is read again.</summary>
    private void Lose(Watched folder)
    {
        _inotify!.Remove(folder.Watch);
        folder.Watch = -1;
        if (folder.OnlyOpen)
            _folders.Remove(folder);
        else
            foreach (var file in journal.Files.Where(f => Path.GetDirectoryName(f.Path) == folder.Path.TrimEnd('/')).ToList())
                journal.Remove(file);
    }

    /// <summary>Watches those that are there again; for the others the nearest folder that is there, which tells when the next is made.</summary>
    private void AwaitMissing()
    {
        bool isAnyMissing = false;
        for (int i = 0; i < _folders.Count; i++)
            if (_folders[i] is { Watch: < 0, OnlyOpen: false } folder)
                isAnyMissing |= !IsFound(folder);
        if (isAnyMissing)
            return;
        foreach (int watch in _above)
            if (_folders.All(f => f.Watch != watch))
                _inotify!.Remove(watch);
        _above.Clear();
    }

    private bool IsFound(Watched folder)
    {
        // Between a look at a folder and its watch the next one may be made: then once more.
        const int Tries = 16;
        for (int i = 0; i < Tries; i++)
        {
            if ((folder.Watch = _inotify!.Add(folder.Path, OfFiles)) >= 0)
            {
                Enumerate(folder);
                return true;
            }
            string next = Path.GetFullPath(folder.Path), parent = Path.GetDirectoryName(next) ?? "/";
            while (!TryWatchParent(parent) && Path.GetDirectoryName(parent) is { } above)
                (next, parent) = (parent, above);
            if (!Directory.Exists(next))
                return false;
        }
        return false;
    }

    private bool TryWatchParent(string path)
    {
        if (_folders.Any(f => f.Watch >= 0 && Path.GetFullPath(f.Path) == path))
            return true; // one watch has one set of events, and that has ours
        int watch = _inotify!.Add(path, OfParents);
        if (watch >= 0)
            _above.Add(watch);
        return watch >= 0;
    }
}
