using Sereno.Journal.Format;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Read;

/// <summary>Which files of a folder are wanted, as sd_journal_open(3) and journalctl's options say it.</summary>
public sealed record FolderScope
{
    /// <summary>Of folders below a root, only that of this machine, except below /run. Null for all.</summary>
    public UInt128? LocalMachine { get; init; }

    /// <summary>--namespace: only folders of this one; null for those of none.</summary>
    public string? Namespace { get; init; }
    public bool AllNamespaces { get; init; }
    public bool AlsoDefaultNamespace { get; init; }

    /// <summary>--system, --user: only files of the system, or of an account. Neither: all.</summary>
    public bool System { get; init; }
    public uint? User { get; init; }

    internal bool Wants(string file)
    {
        if (!file.EndsWith(".journal", StringComparison.Ordinal) && !file.EndsWith(".journal~", StringComparison.Ordinal))
            return false;
        return (!System && User is null) || (System && IsOf("system", file)) || (User is { } uid && IsOf($"user-{uid}", file));
    }

    internal bool WantsFolder(string root, string name)
    {
        int dot = name.IndexOf('.');
        if (!Id128.TryParse(dot < 0 ? name : name.AsSpan(0, dot), out var id))
            return false;
        if (LocalMachine is { } machine && id != machine && !root.StartsWith("/run/", StringComparison.Ordinal))
            return false;
        string? space = dot < 0 ? null : name[(dot + 1)..];
        return AllNamespaces || space == Namespace || (AlsoDefaultNamespace && space is null);
    }

    private static bool IsOf(string prefix, string file) =>
        file == prefix + ".journal" || file == prefix + ".journal~" || file.StartsWith(prefix + "@", StringComparison.Ordinal);
}

/// <summary>The files of a journal on disk: finds them, and while it is followed those that come, go and change.</summary>
public sealed partial class JournalFolders(JournalSet journal, FolderScope scope) : IDisposable
{
    /// <summary>As many as sd-journal opens.</summary>
    public const int MostFiles = 7168;

    private const FileEvents OfFiles = FileEvents.Create | FileEvents.MovedTo | FileEvents.Modify | FileEvents.Attributes | FileEvents.Delete
        | FileEvents.MovedFrom | FileEvents.DeleteSelf | FileEvents.MoveSelf | FileEvents.OnlyFolder;

    private readonly List<Watched> _folders = [], _missing = [];
    private readonly SortedDictionary<int, string> _errors = [];
    private readonly List<FileEvent> _events = [];
    private Inotify? _inotify;

    /// <param name="IsRoot">It has folders of machines below it.</param>
    /// <param name="OnlyOpen">Named files are followed, and no others.</param>
    private sealed record Watched(string Path, bool IsRoot, bool OnlyOpen)
    {
        public int Watch { get; set; } = -1;
    }

    /// <summary>What couldn't be opened: one of each errno.</summary>
    public IReadOnlyDictionary<int, string> Errors => _errors;

    /// <summary>The folders that files come from.</summary>
    public IEnumerable<string> Folders => _folders.Select(f => f.Path);

    /// <returns>0, or why not.</returns>
    public int AddRoot(string path, bool mayBeMissing) => AddFolder(path, isRoot: true, mayBeMissing);

    /// <summary>One file, whatever its name.</summary>
    public int AddNamed(string path)
    {
        int errno = Add(path);
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (errno == 0 && _folders.All(f => f.Path != folder))
            _folders.Add(new(folder, IsRoot: false, OnlyOpen: true));
        return errno;
    }

    /// <summary>One that is open.</summary>
    public int AddOpened(Fd fd, string path)
    {
        if (JournalFile.TryOpen(fd, path, journal.Cache, out int errno) is not { } file)
            return Fail(errno, path);
        journal.Add(file);
        return 0;
    }

    /// <summary>From now on <see cref="Process"/> learns of changes.</summary>
    /// <exception cref="LinuxException">No watches are left.</exception>
    public Fd Watch()
    {
        _inotify ??= new();
        _folders.AddRange(_missing);
        _missing.Clear();
        foreach (var folder in _folders)
            folder.Watch = _inotify.Add(folder.Path, OfFiles);
        AwaitMissing();
        // What came between the first look and the watch.
        Look();
        return _inotify.Fd;
    }

    /// <summary>Takes in what happened since.</summary>
    public void Process()
    {
        _events.Clear();
        _inotify!.Receive(_events);
        var changed = new HashSet<string>();
        foreach (var e in _events)
            if ((e.What & FileEvents.Overflow) != 0)
                Look();
            else if (_folders.Find(f => f.Watch == e.Watch) is { } folder)
                if ((e.What & (FileEvents.Ignored | FileEvents.DeleteSelf | FileEvents.MoveSelf | FileEvents.Unmount)) != 0)
                    Lose(folder);
                else if (e.Name.Length > 0)
                    Heed(folder, e, changed);
        AwaitMissing();
        foreach (string path in changed)
            Renew(path);
    }

    public void Dispose() => _inotify?.Dispose();

    private void Heed(Watched folder, FileEvent e, HashSet<string> changed)
    {
        string path = Join(folder.Path, e.Name);
        if ((e.What & FileEvents.IsFolder) != 0)
        {
            if (folder.IsRoot && (e.What & (FileEvents.Create | FileEvents.MovedTo)) != 0 && scope.WantsFolder(folder.Path, e.Name)
                && _folders.All(f => f.Path != path) && AddFolder(path, isRoot: false, mayBeMissing: true) == 0)
                _folders[^1].Watch = _inotify!.Add(path, OfFiles);
        }
        else if ((e.What & (FileEvents.Delete | FileEvents.MovedFrom)) != 0)
        {
            // Its last entries first: who renamed it may have written until then.
            if (Find(path) is { } gone && !folder.OnlyOpen)
                journal.Remove(gone);
        }
        else if (folder.OnlyOpen ? Find(path) is not null : scope.Wants(e.Name))
            changed.Add(path);
    }

    private void Renew(string path)
    {
        if (Find(path) is { } known && IsSame(known, path))
            journal.Refresh(known);
        else
        {
            if (Find(path) is { } replaced)
                journal.Remove(replaced);
            Add(path);
        }
    }

    private static bool IsSame(JournalFile file, string path)
    {
        using var fd = Files.TryOpen(path, libc.O_PATH, out _);
        return fd is not null && FileStatus.Of(fd) is var status && status.Inode == file.Inode && status.Device == file.Device;
    }

    private void Look()
    {
        foreach (var file in journal.Files.ToList())
            Renew(file.Path);
        foreach (var folder in _folders.ToList())
            if (!folder.OnlyOpen)
                Enumerate(folder);
    }

    private int AddFolder(string path, bool isRoot, bool mayBeMissing)
    {
        using (var fd = Files.TryOpen(path, libc.O_RDONLY | libc.O_DIRECTORY, out int errno))
            if (fd is null && errno == libc.ENOENT && mayBeMissing)
            {
                if (isRoot)
                    _missing.Add(new(path, isRoot, OnlyOpen: false));
                return 0;
            }
            else if (fd is null)
                return Fail(errno, path);
        var folder = new Watched(path, isRoot, OnlyOpen: false);
        _folders.Add(folder);
        Enumerate(folder);
        return 0;
    }

    private void Enumerate(Watched folder)
    {
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(folder.Path))
            {
                string name = Path.GetFileName(path);
                if (scope.Wants(name) && Find(Join(folder.Path, name)) is null)
                    Add(Join(folder.Path, name));
                else if (folder.IsRoot && scope.WantsFolder(folder.Path, name) && Directory.Exists(path) && _folders.All(f => f.Path != Join(folder.Path, name)))
                    AddFolder(Join(folder.Path, name), isRoot: false, mayBeMissing: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(libc.EACCES, folder.Path);
        }
    }

    private int Add(string path)
    {
        if (Find(path) is not null)
            return 0;
        if (journal.Count >= MostFiles)
            return Fail(libc.ETOOMANYREFS, path);
        if (JournalFile.TryOpen(path, journal.Cache, out int errno) is not { } file)
            return Fail(errno, path);
        journal.Add(file);
        return 0;
    }

    private JournalFile? Find(string path) => journal.Files.FirstOrDefault(f => f.Path == path);

    private int Fail(int errno, string path)
    {
        _errors.TryAdd(errno, path);
        return errno;
    }

    private static string Join(string folder, string name) => folder.EndsWith('/') ? folder + name : $"{folder}/{name}";
}
