using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal;

/// <summary>Reads the log folder: the last lines of one unit or of all, merged by time, and what comes after.</summary>
public static class LogReader
{
    private const int Block = 64 * 1024;

    /// <summary>The units that have a log.</summary>
    public static IReadOnlyList<string> Units(string logDirectory) =>
        !Directory.Exists(logDirectory) ? [] :
        [.. Directory.EnumerateFiles(logDirectory, "*.log").Select(f => Path.GetFileName(f)[..^4]).Where(LogFile.IsUsableName).Order(StringComparer.Ordinal)];

    /// <summary>The last entries, oldest first.</summary>
    /// <param name="unit">Null for all units.</param>
    /// <param name="lastN">How many at most; <see cref="int.MaxValue"/> for all.</param>
    public static List<LogEntry> Read(string logDirectory, string? unit = null, int lastN = int.MaxValue)
    {
        var entries = new List<LogEntry>();
        if (unit is not null && !File.Exists(Path.Combine(logDirectory, unit + ".log")) && TemplateOf(unit) is { } template)
            return [.. Read(logDirectory, template).Where(e => e.Text.Contains(unit, StringComparison.Ordinal)).TakeLast(lastN)];
        foreach (string name in unit is null ? Units(logDirectory) : [unit])
            if (LogFile.IsUsableName(name))
                AddTail(Path.Combine(logDirectory, name + ".log"), name, lastN, long.MaxValue, entries);
        return Merge(entries, lastN);
    }

    /// <summary>Whose file tells of an instance that served a connection; null for what is no instance.</summary>
    public static string? TemplateOf(string unit) =>
        unit.IndexOf('@') is > 0 and var at && unit.LastIndexOf('.') is var dot && dot > at + 1 ? unit[..(at + 1)] + unit[dot..] : null;

    /// <summary>By time, and stable, so that lines of one unit keep their order within a microsecond.</summary>
    internal static List<LogEntry> Merge(List<LogEntry> entries, int lastN) => [.. entries.OrderBy(e => e.Time).TakeLast(lastN)];

    /// <param name="end">Where to stop in the newest file, in bytes.</param>
    internal static void AddTail(string path, string unit, int lastN, long end, List<LogEntry> into)
    {
        var newest = Tail(path, unit, lastN, end);
        if (newest.Count < lastN)
            into.AddRange(Tail(path + ".1", unit, lastN - newest.Count, long.MaxValue));
        into.AddRange(newest);
    }

    /// <summary>The last entries, and then every new one as it comes, until cancelled.</summary>
    public static IEnumerable<LogEntry> Follow(string logDirectory, string? unit, int lastN, CancellationToken cancel)
    {
        using var follower = new LogFollower(logDirectory, unit, lastN);
        using var epoll = new Epoll();
        epoll.Add(follower.Fd, 0);
        foreach (var entry in follower.Earlier)
            yield return entry;
        var entries = new List<LogEntry>();
        var ready = new (ulong, Readiness)[1];
        while (!cancel.IsCancellationRequested)
        {
            follower.Receive(entries);
            foreach (var entry in entries)
                yield return entry;
            entries.Clear();
            epoll.Wait(ready, 200); // so a cancellation is noticed
        }
    }

    /// <summary>The last entries of one file, read from its end.</summary>
    private static List<LogEntry> Tail(string path, string unit, int lastN, long limit)
    {
        if (lastN <= 0 || Files.TryOpen(path, libc.O_RDONLY, out _) is not { } fd)
            return [];
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(fd.Number, ownsHandle: false);
        using (fd)
        {
            long end = Math.Min(limit, RandomAccess.GetLength(handle)), start = end;
            int lines = 0;
            var block = new byte[(int)Math.Min(Block, end)];
            // One newline more than lines: the one before the first of them.
            while (start > 0 && (lines <= lastN || lastN == int.MaxValue))
            {
                int size = (int)Math.Min(Block, start);
                start -= size;
                int n = RandomAccess.Read(handle, block.AsSpan(0, size), start);
                lines += block.AsSpan(0, n).Count((byte)'\n');
            }
            var bytes = new byte[end - start];
            int length = RandomAccess.Read(handle, bytes, start);
            var entries = new List<LogEntry>();
            int whole = start > 0 ? bytes.AsSpan(0, length).IndexOf((byte)'\n') + 1 : 0;
            LogFollower.Parse(bytes.AsSpan(whole, length - whole), unit, entries);
            return entries.Count > lastN ? entries.GetRange(entries.Count - lastN, lastN) : entries;
        }
    }
}

/// <summary>New entries of a log folder as they are appended, through rotation; for an epoll of the caller's.</summary>
public sealed class LogFollower : IDisposable
{
    private readonly string _folder;
    private readonly string? _unit;
    private readonly Inotify _inotify = new();
    private readonly List<FileEvent> _events = [];
    private readonly Dictionary<string, Place> _places = [];

    private sealed class Place
    {
        public FileStream? File;
        public byte[] Rest = [];
    }

    /// <param name="unit">Null for all.</param>
    /// <param name="lastN">How many of those that are there already to put into <see cref="Earlier"/>.</param>
    public LogFollower(string logDirectory, string? unit, int lastN = 0)
    {
        (_folder, _unit) = (logDirectory, unit);
        Directory.CreateDirectory(logDirectory);
        var earlier = new List<LogEntry>();
        _inotify.Add(logDirectory, FileEvents.Modify | FileEvents.Create | FileEvents.MovedTo);
        foreach (string name in LogReader.Units(logDirectory))
            if (unit is null || unit == name)
                if (Open(name)?.File is { } file)
                    LogReader.AddTail(file.Name, name, lastN, file.Seek(0, SeekOrigin.End), earlier);
        Earlier = LogReader.Merge(earlier, lastN);
    }

    /// <summary>The entries before the first that <see cref="Receive"/> brings, oldest first.</summary>
    public IReadOnlyList<LogEntry> Earlier { get; }

    /// <summary>Readable when <see cref="Receive"/> may have something.</summary>
    public Fd Fd => _inotify.Fd;

    /// <summary>Adds the entries that came, by time.</summary>
    public void Receive(List<LogEntry> into)
    {
        _events.Clear();
        _inotify.Receive(_events);
        int first = into.Count;
        var changed = new Dictionary<string, bool>(); // unit, and whether its file was rotated away
        foreach (var e in _events)
        {
            if ((e.What & FileEvents.Overflow) != 0)
                foreach (string unit in LogReader.Units(_folder))
                    Changed(unit, false);
            else if (e.Name.EndsWith(".log", StringComparison.Ordinal))
                Changed(e.Name[..^4], false);
            else if (e.Name.EndsWith(".log.1", StringComparison.Ordinal))
                Changed(e.Name[..^6], (e.What & FileEvents.MovedTo) != 0);
        }
        foreach (var (unit, rotated) in changed)
            ReadNew(unit, rotated, into);
        var sorted = into.Skip(first).OrderBy(e => e.Time).ToList();
        into.RemoveRange(first, into.Count - first);
        into.AddRange(sorted);

        void Changed(string unit, bool rotated)
        {
            if (LogFile.IsUsableName(unit) && (_unit is null || _unit == unit))
                changed[unit] = rotated || changed.GetValueOrDefault(unit);
        }
    }

    public void Dispose()
    {
        foreach (var place in _places.Values)
            place.File?.Dispose();
        _inotify.Dispose();
    }

    internal static int Parse(ReadOnlySpan<byte> bytes, string unit, List<LogEntry> into)
    {
        int done = 0;
        for (int n; (n = bytes[done..].IndexOf((byte)'\n')) >= 0; done += n + 1)
            if (LogEntry.Parse(unit, bytes.Slice(done, n)) is { } entry)
                into.Add(entry);
        return done;
    }

    private Place? Open(string unit)
    {
        var place = _places.TryGetValue(unit, out var known) ? known : _places[unit] = new();
        try
        {
            place.File ??= new(Path.Combine(_folder, unit + ".log"), FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return place;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void ReadNew(string unit, bool rotated, List<LogEntry> into)
    {
        if (rotated && _places.TryGetValue(unit, out var old) && old.File is not null)
        {
            // The file that we hold has another name now: its rest first, then the new one from its start.
            ReadRest(unit, old, into);
            old.File.Dispose();
            (old.File, old.Rest) = (null, []);
        }
        if (Open(unit) is { } place)
            ReadRest(unit, place, into);
    }

    private static void ReadRest(string unit, Place place, List<LogEntry> into)
    {
        var buffer = new byte[64 * 1024];
        for (int n; (n = place.File!.Read(buffer)) > 0;)
        {
            byte[] bytes = [.. place.Rest, .. buffer.AsSpan(0, n)];
            place.Rest = bytes[Parse(bytes, unit, into)..];
        }
    }
}
