using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sereno.Journal.Format;
using Sereno.Journal.Intake;
using Sereno.Journal.Write;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Keep;

/// <summary>The files that entries go to: made, gone on with, archived when they are full or old, and the oldest removed. Nothing of it while a batch is open.</summary>
internal sealed partial class JournalStore : IDisposable
{
    private readonly JournalOptions _options;
    private readonly IntakeMemory _memory;
    private readonly Action<string> _say;
    private readonly List<ActiveFile> _files = [];
    private readonly Dictionary<string, StorageLimits> _limits = [];
    private bool _isVolatile;

    /// <param name="say">Something that whoever looks after the machine should know.</param>
    public JournalStore(JournalOptions options, IntakeMemory memory, Action<string> say)
    {
        (_options, _memory, _say) = (options, memory, say);
        _isVolatile = !MayPersist || memory.State.Place switch
        {
            JournalPlace.Volatile => true,
            JournalPlace.Persistent => false,
            _ => options.AwaitsFlush && !File.Exists(options.FlushedFile),
        };
    }

    private bool MayPersist => _options.Storage switch
    {
        JournalStorage.Volatile => false,
        JournalStorage.Auto => Directory.Exists(Path.GetDirectoryName(_options.PersistentFolder)),
        _ => true,
    };

    /// <summary>Accounts whose own file can't be opened, until all are begun anew.</summary>
    private readonly HashSet<uint> _withoutFile = [];

    /// <summary>All files of one journal count on from each other.</summary>
    private UInt128 SeqnumId
    {
        get => new(_memory.State.SeqnumIdHigh, _memory.State.SeqnumIdLow);
        set => (_memory.State.SeqnumIdHigh, _memory.State.SeqnumIdLow) = ((ulong)(value >> 64), (ulong)value);
    }

    /// <summary>Where files are made now.</summary>
    public string Folder => _isVolatile ? _options.VolatileFolder : _options.PersistentFolder;

    /// <summary>Entries are counted and forgotten.</summary>
    public bool KeepsNothing => _options.Storage == JournalStorage.None;

    /// <summary>Why there is no file; empty while there is one.</summary>
    public string Problem { get; private set; } = "";

    public IReadOnlyList<ActiveFile> Files => _files;

    /// <summary>Whose file an account's entries go to: what isn't kept over a boot is all in one.</summary>
    public uint FileOf(uint uid) => _isVolatile || _withoutFile.Contains(uid) ? 0 : uid;

    /// <summary>The file for an account's entries; null, and <see cref="Problem"/>, where none can be made.</summary>
    public ActiveFile? Of(uint uid)
    {
        foreach (var file in _files)
            if (file.Uid == uid)
                return file;
        try
        {
            if (uid != 0 && SeqnumId == 0 && Of(0) is null)
                return null; // the first file's numbers are everybody's
            return FileOf(uid) == uid ? Add(uid) : Of(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problem = e.Message;
            if (_isVolatile || IsShortage(e))
                return null;
        }
        if (uid != 0)
        {
            _say($"{Folder}: {Problem}; the entries of uid {uid} go to the system's file");
            _withoutFile.Add(uid);
            return Of(0);
        }
        // Another place, until somebody has mended this one and asks for a flush, or the journal is started again.
        _say($"{Folder}: {Problem}; going on in {_options.VolatileFolder}");
        _isVolatile = true;
        RotateAll();
        return Of(FileOf(uid));
    }

    /// <summary>It may end by itself, and a journal elsewhere would have it next.</summary>
    private static bool IsShortage(Exception e) => e.HResult is libc.ENOSPC or libc.EDQUOT or libc.EMFILE or libc.ENFILE or libc.ENOMEM or libc.EIO;

    /// <summary>Whether the files that are written are still there: whoever removes them wants new ones.</summary>
    public bool LetGoOfRemoved()
    {
        bool any = false;
        foreach (var file in _files.Where(f => !f.Writer.IsWhole).ToList())
        {
            _say($"{file.Path}: Journal file has been deleted or cut, rotating.");
            _files.Remove(file);
            file.Dispose();
            any = true;
        }
        return any;
    }

    /// <summary>Archives a file, and makes room for the next.</summary>
    public void Rotate(ActiveFile file)
    {
        _files.Remove(file);
        try
        {
            if (file.Writer.EntryCount == 0)
                File.Delete(file.Path);
            else
            {
                file.Writer.Archive();
                Rename(file.Folder, file.Name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            _say($"{file.Path}: {e.Message}, rotating all the same.");
            SetAside(file.Folder, file.Name);
        }
        finally
        {
            file.Dispose();
            _memory.Undo[file.Region].Begin(0);
        }
        Vacuum();
    }

    public void RotateAll()
    {
        _withoutFile.Clear();
        foreach (var file in _files.ToArray())
            Rotate(file);
    }

    /// <summary>Archives what has become too old to go on with.</summary>
    public void RotateOld(ulong now)
    {
        if (_options.MaxFileAge > 0)
            foreach (var file in _files.Where(f => f.Writer.HeadRealtime > 0 && _options.MaxFileAge < now && f.Writer.HeadRealtime < now - _options.MaxFileAge).ToList())
                Rotate(file);
    }

    public void Vacuum()
    {
        try
        {
            var limits = LimitsOf(Folder);
            ulong used = Retention.UsageOf(Folder);
            Retention.Vacuum(Folder, Math.Min(used + Retention.Available(limits, Folder), limits.MaxUse), limits.MaxFiles, _options.MaxRetention, _options.Now());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _say($"{Folder}: {e.Message}");
        }
    }

    /// <summary>Bytes that may still be written.</summary>
    public ulong Available
    {
        get
        {
            try
            {
                return Retention.Available(LimitsOf(Folder), Folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return 0;
            }
        }
    }

    /// <summary>In bytes: no file could have a larger entry.</summary>
    public ulong LargestEntry => LimitsOf(Folder).MaxFileSize;

    /// <summary>All that was written goes to disk.</summary>
    public void Sync()
    {
        foreach (var file in _files.Where(f => f.IsDirty).ToList())
            try
            {
                file.Writer.SetOffline();
                file.IsDirty = false;
            }
            catch (LinuxException e)
            {
                _say($"{file.Path}: {e.Message}");
            }
    }

    /// <summary>From /run to /var (journalctl(1), --flush), or back: the next entries go there.</summary>
    public void MoveTo(bool isVolatile)
    {
        if (!isVolatile && !MayPersist)
            return;
        if (isVolatile != _isVolatile)
            RotateAll();
        _isVolatile = isVolatile;
        _limits.Clear(); // what was mounted since then has another size
        if (!isVolatile && (Of(0) is null || _isVolatile))
            return;
        _memory.State.Place = isVolatile ? JournalPlace.Volatile : JournalPlace.Persistent;
        if (!isVolatile)
            MoveAll(_options.VolatileFolder, Folder);
        TellPlace();
    }

    /// <summary>Where journald leaves the same notice, for itself after a restart and for scripts.</summary>
    private void TellPlace()
    {
        if (_options.FlushedFile.Length == 0)
            return;
        try
        {
            if (_isVolatile)
                File.Delete(_options.FlushedFile);
            else
                File.WriteAllBytes(_options.FlushedFile, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _say($"{_options.FlushedFile}: {e.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Writer.SetOffline();
            file.Dispose();
        }
        _files.Clear();
    }

    private StorageLimits LimitsOf(string folder)
    {
        if (!_limits.TryGetValue(folder, out var limits))
            _limits[folder] = limits = Retention.Complete(folder == _options.VolatileFolder ? _options.Runtime : _options.System, folder);
        return limits;
    }

    /// <summary>Batches that an earlier journal died over are undone, in whichever file: afterwards no region is of any file.</summary>
    public void Recover()
    {
        foreach (string place in (string[])[_options.PersistentFolder, _options.VolatileFolder])
            if (Try(place, () => Directory.Exists(place) ? Directory.GetFiles(place, "*" + JournalFileName.Suffix) : []) is { } paths)
                foreach (string path in paths)
                    Try(path, () =>
                    {
                        if (IdOf(path) is var id && id != 0 && Array.Find(_memory.Undo, u => u.FileId == id) is { } undo)
                            Recover(place, Path.GetFileName(path), undo);
                        return path;
                    });

        T? Try<T>(string path, Func<T> what) where T : class
        {
            try
            {
                return what();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _say($"{path}: {e.Message}"); // the others all the same
                return null;
            }
        }
    }

    private void Recover(string place, string name, UndoLog undo)
    {
        using var folder = Linux.Files.OpenFolder(place);
        using var writer = JournalWriter.Open(folder, name, OptionsOf(place), undo, _options.Now(), out _);
        writer?.SetOffline(); // the undo log is nobody's then
    }

    private WriterOptions OptionsOf(string folder)
    {
        var limits = LimitsOf(folder);
        return new()
        {
            MaxSize = limits.MaxFileSize, KeepFree = limits.KeepFree, CompressFrom = _options.CompressFrom,
            MachineId = HostIds.Machine, BootId = HostIds.Boot, SeqnumId = SeqnumId, Seqnum = _memory.State.Seqnum,
        };
    }

    private ActiveFile Add(uint uid)
    {
        string name = JournalFileName.Active(uid);
        int region = RegionFor(uid, $"{Folder}/{name}");
        var undo = _memory.Undo[region];
        Directory.CreateDirectory(Folder);
        using var folder = Linux.Files.OpenFolder(Folder);
        var options = OptionsOf(Folder);
        JournalWriter? writer = null;
        if (FileStatus.Of(folder, name, out _) is { } there)
        {
            var refusal = OpenRefusal.Corrupt;
            if (there.Kind == FileKind.File) // opening anything else would wait, or do something
                writer = JournalWriter.Open(folder, name, options, undo, _options.Now(), out refusal);
            if (writer is null && refusal == OpenRefusal.Archived)
                Rename(Folder, name);
            else if (writer is null)
            {
                _say($"File {Folder}/{name} {(there.Kind == FileKind.File ? Describe(refusal) : "is no file")}, renaming and replacing.");
                SetAside(Folder, name);
            }
        }
        writer ??= Create(folder, name, options, undo);
        if (SeqnumId == 0)
            SeqnumId = writer.SeqnumId;
        _memory.State.Seqnum = Math.Max(_memory.State.Seqnum, writer.TailSeqnum);
        Problem = "";
        LetOwnerRead(folder, name, uid);
        var file = new ActiveFile(writer, Folder, name, uid, region);
        _files.Add(file);
        return file;
    }

    /// <summary>Accounts read their own entries (systemd-journald.service(8), "Access Control"), where the file system can say it.</summary>
    private static void LetOwnerRead(Fd folder, string name, uint uid)
    {
        if (uid == 0)
            return;
        using var file = OpenFolder.TryOpen(folder, name, libc.O_RDONLY | libc.O_NOFOLLOW, out _);
        if (file is not null)
            _ = FileAccessList.LetRead(file, uid);
    }

    /// <summary>Under another name until it is one, so that a crash leaves no half of a journal file.</summary>
    private JournalWriter Create(Fd folder, string name, WriterOptions options, UndoLog undo)
    {
        string temporary = $".{name}.new";
        if (OpenFolder.Remove(folder, temporary) == libc.EISDIR)
            SetAside(Folder, temporary, Stem(name));
        var writer = JournalWriter.Create(folder, temporary, options, undo);
        try
        {
            File.Move($"{Folder}/{temporary}", $"{Folder}/{name}");
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>The first is the system's; accounts share the others, and who wrote least lately gives his up.</summary>
    private int RegionFor(uint uid, string path)
    {
        if (uid == 0)
            return 0;
        // One that an earlier journal wrote may have something to be undone.
        if (IdOf(path) is var id && id != 0)
            for (int known = 1; known < IntakeMemory.Regions; known++)
                if (_memory.Undo[known].FileId == id && _files.All(f => f.Region != known))
                    return known;
        var taken = _files.Select(f => f.Region).ToHashSet();
        for (int region = 1; region < IntakeMemory.Regions; region++)
            if (!taken.Contains(region))
                return region;
        var idle = _files.Where(f => f.Region > 0).MinBy(f => f.UsedAt)!;
        idle.Writer.SetOffline();
        _files.Remove(idle);
        idle.Dispose();
        return idle.Region;
    }

    private static UInt128 IdOf(string path)
    {
        using var file = Linux.Files.TryOpen(path, libc.O_RDONLY | libc.O_NONBLOCK | libc.O_NOFOLLOW, out _);
        Span<byte> id = stackalloc byte[16];
        return file is not null && FileStatus.Of(file).Kind == FileKind.File && Linux.Files.ReadAt(file, id, FileHeader.FileIdAt) == id.Length ? MemoryMarshal.Read<UInt128>(id) : 0;
    }

    /// <summary>An archived file to its name, which tells its place among the others.</summary>
    private static void Rename(string folder, string name)
    {
        FileHeader header = default;
        using (var file = Linux.Files.Open($"{folder}/{name}", libc.O_RDONLY | libc.O_NONBLOCK | libc.O_NOFOLLOW))
        {
            if (FileStatus.Of(file).Kind != FileKind.File)
                throw new IOException("not a file");
            Linux.Files.ReadAt(file, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref header, 1)), 0);
        }
        File.Move($"{folder}/{name}", $"{folder}/{JournalFileName.Archived(Stem(name), header.SeqnumId, header.HeadEntrySeqnum, header.HeadEntryRealtime)}");
    }

    private void SetAside(string folder, string name) => SetAside(folder, name, Stem(name));

    private void SetAside(string folder, string name, string stem)
    {
        string aside = JournalFileName.SetAside(stem, _options.Now(), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        try
        {
            using var place = Linux.Files.OpenFolder(folder);
            int errno = OpenFolder.Rename(place, name, aside);
            if (errno is not (0 or libc.ENOENT)) // removed meanwhile
                _say($"{folder}/{name}: {Errno.Text(errno)}");
        }
        catch (LinuxException e)
        {
            _say($"{folder}/{name}: {e.Message}");
        }
    }

    /// <summary>To another file system mostly: under another name until all of it is on disk, and the first one goes last.</summary>
    private static void Move(string source, string folder, string name)
    {
        if (FileStatus.Of(source)?.Kind != FileKind.File)
            throw new IOException("not a file");
        string target = $"{folder}/{name}", temporary = $"{folder}/.{name}.new";
        // A move that was cut off after its last step but one.
        if (FileStatus.Of(target) is not { } there || IdOf(target) != IdOf(source) || there.Size != FileStatus.Of(source)?.Size)
        {
            File.Delete(temporary);
            File.Copy(source, temporary);
            using (var copy = Linux.Files.Open(temporary, libc.O_RDONLY | libc.O_NOFOLLOW))
                Linux.Files.Sync(copy);
            File.Move(temporary, target);
            using var place = Linux.Files.OpenFolder(folder);
            OpenFolder.Sync(place);
        }
        File.Delete(source);
    }

    /// <summary>Nobody writes to them: one that isn't archived is what a journal that was killed left.</summary>
    private void MoveAll(string from, string to)
    {
        if (!Directory.Exists(from))
            return;
        Each(name => name.IsActive, name => Rename(from, name));
        Each(name => !name.IsActive, name => Move($"{from}/{name}", to, name));

        void Each(Func<JournalFileName, bool> wanted, Action<string> move)
        {
            foreach (string path in Directory.GetFiles(from))
                try
                {
                    if (JournalFileName.Parse(Path.GetFileName(path)) is { } name && wanted(name))
                        move(name.Name);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    _say($"{path}: {e.Message}");
                }
        }
    }

    private static string Stem(string name) => name[..^JournalFileName.Suffix.Length];

    private static string Describe(OpenRefusal refusal) => refusal switch
    {
        OpenRefusal.Unclean => "uncleanly shut down",
        OpenRefusal.OtherMachine => "is of another machine",
        OpenRefusal.FromTheFuture => "is from the future",
        OpenRefusal.Archived => "is archived already",
        OpenRefusal.Incompatible => "has features that aren't known here",
        _ => "corrupted",
    };
}
