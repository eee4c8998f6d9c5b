using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Tmpfiles;

public sealed partial class TmpfilesRun
{
    private const int MaxDepth = 256;
    private readonly long _now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
    private HashSet<string>? _liveSockets;

    private void Clean(TmpfilesItem item)
    {
        if (item.Age is not { } age || (ulong)_now / 1000 < age)
            return;
        switch (item.Type)
        {
            case 'd' or 'v' or 'q' or 'Q' or 'D' or 'x' or 'C':
                bool before = _failed;
                Clean(item, item.Path);
                _failed = before; // what can't be cleaned is said; the run goes on as if it had been
                break;
            case 'e' or 'X':
                foreach (string path in Patterns.Expand(item.Path))
                    Clean(item, path);
                break;
        }
    }

    private void Clean(TmpfilesItem item, string path)
    {
        using var folder = Files.TryOpen(path, libc.O_RDONLY | libc.O_DIRECTORY, out int errno);
        if (folder is null)
        {
            if (errno is not (libc.ENOENT or libc.ENOTDIR))
                Fail($"Failed to open directory {path}", errno, item);
            return;
        }
        Clean(item, path, folder, FileStatus.Of(folder), _now - (long)Math.Min(item.Age!.Value * 1000, (ulong)_now), 0);
    }

    private void Clean(TmpfilesItem item, string path, Fd folder, FileStatus self, long cutoff, int depth)
    {
        bool deleted = false, keeps = depth == 0 && item.KeepsFirstLevel;
        foreach (string name in OpenFolder.NamesIn(folder))
        {
            string child = $"{path}/{name}";
            if (FileStatus.Of(folder, name, out _) is not { } status || status.IsMountPoint || status.Device != self.Device
                || _lines.Items.ContainsKey(child) || _lines.Globs.Keys.Any(g => Patterns.Matches(g, child)))
                continue;
            // A file system's own.
            if (depth == 0 && self.IsMountPoint && status.Uid == 0 &&
                (status.Kind == FileKind.Folder ? name == "lost+found" : status.Kind == FileKind.File && name is ".journal" or "aquota.user" or "aquota.group"))
                continue;
            if (status.Kind == FileKind.Folder)
                CleanFolder(item, child, folder, name, status, cutoff, depth, keeps);
            else if (!keeps && IsForgotten(status, child) && IsOld(status, cutoff, item.AgeOfFiles))
            {
                if (OpenFolder.Remove(folder, name) is not (0 or libc.ENOENT) and var errno)
                    Fail($"Failed to remove \"{child}\", ignoring", errno, item);
                deleted = true;
            }
        }
        if (deleted)
            OpenFolder.SetTimes(folder, self.Accessed, self.Modified); // the next look must not find it younger for our work
    }

    private void CleanFolder(TmpfilesItem item, string path, Fd parent, string name, FileStatus status, long cutoff, int depth, bool keeps)
    {
        if (depth >= MaxDepth)
            _complain($"Reached max depth on \"{path}\".");
        else
        {
            using var folder = OpenFolder.TryOpen(parent, name, libc.O_RDONLY | libc.O_DIRECTORY | libc.O_NOFOLLOW, out _);
            // Who holds a lock on a folder keeps all that is in it (systemd-tmpfiles(8)).
            if (folder is null || !OpenFolder.TryLock(folder))
                return;
            Clean(item, path, folder, status, cutoff, depth + 1);
        }
        if (!keeps && IsOld(status, cutoff, item.AgeOfFolders) && OpenFolder.Remove(parent, name, isFolder: true) is not (0 or libc.ENOENT or ENOTEMPTY) and var errno)
            Fail($"Failed to remove directory \"{path}\", ignoring", errno, item);
    }

    private const int ENOTEMPTY = 39;

    /// <summary>Neither marked as to be kept by the sticky bit, nor a device, nor a socket that somebody listens on.</summary>
    private bool IsForgotten(FileStatus status, string path) => (status.Mode & 0x200) == 0
        && status.Kind is not (FileKind.CharacterDevice or FileKind.BlockDevice) && !(status.Kind == FileKind.Socket && LiveSockets.Contains(path));

    private HashSet<string> LiveSockets => _liveSockets ??= [.. (Files.TryReadText("/proc/net/unix") ?? "").Split('\n').Skip(1)
        .Select(l => l.IndexOf('/') is >= 0 and var at ? l[at..] : "")];

    private static bool IsOld(FileStatus status, long cutoff, AgeBy by) =>
        !((by & AgeBy.Modification) != 0 && status.Modified >= cutoff) && !((by & AgeBy.Access) != 0 && status.Accessed >= cutoff)
        && !((by & AgeBy.Change) != 0 && status.Changed >= cutoff) && !((by & AgeBy.Birth) != 0 && status.Born >= cutoff);
}
