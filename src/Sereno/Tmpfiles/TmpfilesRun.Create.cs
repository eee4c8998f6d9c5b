using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Tmpfiles;

public sealed partial class TmpfilesRun
{
    private void Create(TmpfilesItem item)
    {
        switch (item.Type)
        {
            case 'x' or 'X' or 'r' or 'R':
                break;
            case 'w':
                Each(item, path => WithParent(item, path, (folder, name) => Write(item, folder, name, path)));
                break;
            case 'e':
                Each(item, path => AdjustFolder(item, path));
                break;
            case 'm' or 'z':
                Each(item, path => WithFile(item, path, file => Adjust(item, file, path, isNew: false)));
                break;
            case 'Z':
                Each(item, path => Recurse(item, path, file => Adjust(item, file, path, isNew: false)));
                break;
            case 't':
                Each(item, path => WithFile(item, path, file => SetAttributes(item, file, path)));
                break;
            case 'T':
                Each(item, path => Recurse(item, path, file => SetAttributes(item, file, path)));
                break;
            case 'a':
                Each(item, path => WithFile(item, path, file => SetAcl(item, file, path)));
                break;
            case 'A':
                Each(item, path => Recurse(item, path, file => SetAcl(item, file, path)));
                break;
            case 'h':
                Each(item, path => WithFile(item, path, file => SetFlags(item, file, path)));
                break;
            case 'H':
                Each(item, path => Recurse(item, path, file => SetFlags(item, file, path)));
                break;
            default:
                if (MakeParents(item))
                    WithParent(item, item.Path, (folder, name) => Make(item, folder, name));
                break;
        }
    }

    private void Each(TmpfilesItem item, Action<string> act)
    {
        foreach (string path in Patterns.Expand(item.Path).ToList())
            act(path);
    }

    /// <summary>A way that anybody but root could have bent isn't followed.</summary>
    private void WithParent(TmpfilesItem item, string path, Action<Fd, string> act)
    {
        string parent = Path.GetDirectoryName(path) ?? "/";
        if (path.Split('/').Contains(".."))
        {
            Fail($"Failed to open parent of '{path}': path not normalized.", item);
            return;
        }
        using var folder = Walk(item, parent, followsLast: true);
        if (folder is not null)
            act(folder, Path.GetFileName(path));
    }

    private void WithFile(TmpfilesItem item, string path, Action<Fd> act)
    {
        using var file = Walk(item, path, followsLast: false);
        if (file is not null)
            act(file);
    }

    /// <param name="mayMiss">What isn't there is passed over without a word.</param>
    private Fd? Walk(TmpfilesItem item, string path, bool followsLast, bool mayMiss = false)
    {
        string inside = _options.Root is { } root ? path[root.TrimEnd('/').Length..] : path;
        var walked = SafeWalk.Open(_options.Root, inside, safe: true, followsLast);
        if (walked.Unsafe)
            Fail($"Detected unsafe path transition at {path}.", item);
        else if (walked.Fd is null && !(mayMiss && walked.Errno == libc.ENOENT))
            Fail($"Failed to open path '{path}'", walked.Errno, item);
        return walked.Fd;
    }

    private void Recurse(TmpfilesItem item, string path, Action<Fd> act)
    {
        using var file = Walk(item, path, followsLast: false);
        if (file is not null)
            Recurse(file, act, 0);
    }

    private static void Recurse(Fd file, Action<Fd> act, int depth)
    {
        act(file);
        if (FileStatus.Of(file).Kind != FileKind.Folder || depth > 256)
            return;
        foreach (string name in OpenFolder.NamesIn(file))
            using (var child = OpenFolder.TryOpen(file, name, libc.O_PATH | libc.O_NOFOLLOW, out _))
                if (child is not null)
                    Recurse(child, act, depth + 1);
    }

    /// <summary>What is missing on the way to an item; with <c>=</c>, what is no folder makes room.</summary>
    /// <returns>False where the item has to be given up; that has been said then.</returns>
    private bool MakeParents(TmpfilesItem item)
    {
        string root = _options.Root?.TrimEnd('/') ?? "";
        var names = (Path.GetDirectoryName(item.Path[root.Length..]) ?? "/").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (item.Path.Split('/').Contains(".."))
            return true; // WithParent refuses it, and nothing may have been made then
        var at = SafeWalk.Open(null, root.Length > 0 ? root : "/", safe: false).Fd;
        string done = "";
        foreach (string name in names)
        {
            if (at is null)
                return true; // WithParent says what is wrong
            done += "/" + name;
            if (item.Replaces && !MakeRoom(item, at, name, done))
            {
                at.Dispose();
                return false;
            }
            _ = OpenFolder.MakeFolder(at, name, 0x1ED);
            at.Dispose();
            at = SafeWalk.Open(_options.Root, done, safe: false).Fd;
        }
        at?.Dispose();
        return true;
    }

    /// <summary>Removes what is no folder, nor a link that leads to one.</summary>
    private bool MakeRoom(TmpfilesItem item, Fd folder, string name, string path)
    {
        using var target = SafeWalk.Open(_options.Root, path, safe: false).Fd;
        if (target is not null && SafeWalk.IsUnsafe(FileStatus.Of(folder), FileStatus.Of(target)))
        {
            Fail($"Unsafe transition from \"{Path.GetDirectoryName(path)}\" to \"{name}\".", item);
            return false;
        }
        if (target is not null && FileStatus.Of(target).Kind == FileKind.Folder)
            return true;
        if (FileStatus.Of(folder, name, out _) is not null && OpenFolder.Remove(folder, name) is not 0 and var errno)
        {
            Fail($"Failed to remove \"{path}\"", errno, item);
            return false;
        }
        return true;
    }

    private void Make(TmpfilesItem item, Fd folder, string name)
    {
        if (item.Replaces && FileStatus.Of(folder, name, out _) is { } there && there.Kind != KindOf(item.Type) && KindOf(item.Type) != FileKind.None)
            Try(() => FolderTree.Remove($"/proc/self/fd/{folder.Number}/{name}"), item.Path);
        switch (item.Type)
        {
            case 'd' or 'D' or 'v' or 'q' or 'Q':
                Finish(item, folder, name, OpenFolder.MakeFolder(folder, name, item.CreationMode), "directory");
                break;
            case 'p':
                Finish(item, folder, name, Forced(item, folder, name, () => OpenFolder.MakeFifo(folder, name, item.CreationMode)), "FIFO");
                break;
            case 'c' or 'b':
                int errno = Forced(item, folder, name, () => OpenFolder.MakeDevice(folder, name, item.Type == 'b', item.CreationMode, item.DeviceNumber));
                if (errno is not (libc.EPERM or libc.EACCES)) // a container may not make devices, and has no use for them
                    Finish(item, folder, name, errno, "device node");
                break;
            case 'L':
                MakeLink(item, folder, name);
                break;
            case 'C':
                Copy(item, folder, name);
                break;
            case 'f' or 'F':
                MakeFile(item, folder, name);
                break;
        }
    }

    private static FileKind KindOf(char type) => type switch
    {
        'd' or 'D' or 'v' or 'q' or 'Q' => FileKind.Folder,
        'p' => FileKind.Fifo,
        'c' => FileKind.CharacterDevice,
        'b' => FileKind.BlockDevice,
        'L' => FileKind.Link,
        'f' or 'F' => FileKind.File,
        _ => FileKind.None,
    };

    /// <summary>With <c>+</c>, what is there and of another kind makes room.</summary>
    private int Forced(TmpfilesItem item, Fd folder, string name, Func<int> make)
    {
        int errno = make();
        if (errno != libc.EEXIST || !item.Forces || FileStatus.Of(folder, name, out _)?.Kind == KindOf(item.Type))
            return errno;
        Try(() => FolderTree.Remove($"/proc/self/fd/{folder.Number}/{name}"), item.Path);
        return make();
    }

    /// <param name="errno">Of the attempt to make it.</param>
    private void Finish(TmpfilesItem item, Fd folder, string name, int errno, string what)
    {
        using var file = OpenFolder.TryOpen(folder, name, libc.O_PATH | libc.O_NOFOLLOW, out int openErrno);
        if (file is null && errno == libc.ENOTDIR && what == "directory")
            _complain($"\"{item.Path}\" already exists and is not a directory.");
        else if (file is null)
            Fail($"Failed to create {what} '{item.Path}'", errno != 0 ? errno : openErrno, item);
        else if (FileStatus.Of(file).Kind == KindOf(item.Type))
            Adjust(item, file, item.Path, isNew: errno == 0);
        else
            _complain($"\"{item.Path}\" already exists and is not a {what}.");
    }

    private void MakeLink(TmpfilesItem item, Fd folder, string name)
    {
        string target = item.Content is { } content ? Encoding.UTF8.GetString(content) : item.Argument!;
        int errno = OpenFolder.MakeLink(folder, name, target);
        using var file = OpenFolder.TryOpen(folder, name, libc.O_PATH | libc.O_NOFOLLOW, out int openErrno);
        if (file is null)
        {
            Fail($"Failed to create symlink '{item.Path}'", errno != 0 ? errno : openErrno, item);
            return;
        }
        if (FileStatus.Of(file).Kind == FileKind.Link && OpenFolder.LinkTarget(file) == target)
        {
            Adjust(item, file, item.Path, isNew: errno == 0);
            return;
        }
        if (!item.Forces)
            return; // something else is there: it stays
        Try(() => FolderTree.Remove($"/proc/self/fd/{folder.Number}/{name}"), item.Path);
        Finish(item, folder, name, OpenFolder.MakeLink(folder, name, target), "symlink");
    }

    private void MakeFile(TmpfilesItem item, Fd folder, string name)
    {
        bool truncates = item.Type == 'F' || item.Forces;
        const int flags = libc.O_NONBLOCK | libc.O_WRONLY | libc.O_NOCTTY;
        var file = OpenFolder.TryOpen(folder, name, flags | libc.O_NOFOLLOW | libc.O_CREAT | libc.O_EXCL, out int errno, item.CreationMode);
        bool isNew = file is not null;
        if (file is null && errno == libc.EEXIST)
            file = OpenFolder.TryOpen(folder, name, truncates ? flags | libc.O_NOFOLLOW : libc.O_PATH | libc.O_NOFOLLOW, out errno);
        using (file)
            if (file is null)
                Fail($"Failed to create file {item.Path}", errno, item);
            else if (FileStatus.Of(file).Kind != FileKind.File)
                Fail($"{item.Path} exists and is not a regular file.", item);
            else
            {
                if (truncates && !isNew)
                    Files.Truncate(file, 0);
                if ((isNew || truncates) && item.Content is { } content && !TryWrite(item, file, content))
                    return;
                Adjust(item, file, item.Path, isNew);
            }
    }

    private void Write(TmpfilesItem item, Fd folder, string name, string path)
    {
        // Follows a link, into any kind of file, as echo would.
        using var file = OpenFolder.TryOpen(folder, name, libc.O_NONBLOCK | libc.O_WRONLY | libc.O_NOCTTY | (item.Forces ? libc.O_APPEND : 0), out int errno);
        if (file is null && errno != libc.ENOENT)
            Fail($"Failed to open file \"{path}\"", errno, item);
        else if (file is not null && TryWrite(item, file, item.Content!))
            Adjust(item, file, path, isNew: false);
    }

    private bool TryWrite(TmpfilesItem item, Fd file, byte[] content)
    {
        try
        {
            file.WriteAll(content);
            return true;
        }
        catch (LinuxException e)
        {
            Fail($"Failed to write file \"{item.Path}\": {e.Message}", item);
            return false;
        }
    }

    private void AdjustFolder(TmpfilesItem item, string path)
    {
        // 'e' is for what exists, and the end of a link may not (tmpfiles.d(5)).
        using var folder = Walk(item, path, followsLast: true, mayMiss: item.Type == 'e');
        if (folder is null)
            return;
        if (FileStatus.Of(folder).Kind == FileKind.Folder)
            Adjust(item, folder, path, isNew: false);
        else
            _complain($"'{path}' already exists and is not a directory.");
    }

    /// <summary>Owner and mode. Between the two the file never has more rights than before or after.</summary>
    private void Adjust(TmpfilesItem item, Fd file, string path, bool isNew)
    {
        if (item is { Mode: null, Uid: null, Gid: null })
            return;
        var now = FileStatus.Of(file);
        if (now is { Kind: not FileKind.Folder, Links: > 1 } && HardlinksAreDangerous)
        {
            Fail($"Refusing to set permissions on hardlinked file {path} while the fs.protected_hardlinks sysctl is turned off.", item);
            return;
        }
        uint uid = item.Uid is { } u && (isNew || !item.UidOnlyOfNew) ? u : now.Uid, gid = item.Gid is { } g && (isNew || !item.GidOnlyOfNew) ? g : now.Gid;
        uint mode = item.Mode is { } m && (isNew || !item.ModeOnlyOfNew) ? item.MasksMode ? Masked(m, now) : m : now.Mode;
        bool chowns = uid != now.Uid || gid != now.Gid, isLink = now.Kind == FileKind.Link;
        int errno = 0;
        if (chowns && mode != now.Mode && !isLink && (mode & now.Mode) != now.Mode)
            errno = OpenFolder.ChangeMode(file, mode & now.Mode);
        if (errno == 0 && chowns)
            errno = OpenFolder.ChangeOwner(file, uid != now.Uid ? uid : uint.MaxValue, gid != now.Gid ? gid : uint.MaxValue);
        if (errno == 0 && (chowns || mode != now.Mode) && !isLink)
            errno = OpenFolder.ChangeMode(file, mode);
        if (errno != 0)
            Fail($"Failed to set owner and mode of {path}", errno, item);
    }

    private static bool HardlinksAreDangerous => Files.TryReadText("/proc/sys/fs/protected_hardlinks")?.Trim() == "0";

    private static uint Masked(uint mode, FileStatus now)
    {
        foreach (uint bits in (ReadOnlySpan<uint>)[0x49 /* 0111 */, 0x92 /* 0222 */, 0x124 /* 0444 */])
            if ((now.Mode & bits) == 0)
                mode &= ~bits;
        return now.Kind == FileKind.Folder ? mode : mode & 0x1FF;
    }
}
