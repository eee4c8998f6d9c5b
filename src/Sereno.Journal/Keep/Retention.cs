using Sereno.Linux;

namespace Sereno.Journal.Keep;

/// <summary>What a vacuum did.</summary>
public readonly record struct Vacuumed(int Files, ulong Bytes, ulong Left);

/// <summary>How much journal files take, and which go first when it is too much (journald.conf(5), journalctl(1) --vacuum-size=).</summary>
public static class Retention
{
    private const ulong MiB = 1 << 20, GiB = 1 << 30, LeastFile = 512 << 10, LeastUse = 16 * MiB;

    /// <summary>The limits with the defaults filled in: a tenth of the file system, an eighth of that for a file, 15 percent kept free.</summary>
    public static StorageLimits Complete(StorageLimits limits, string folder)
    {
        ulong size = SizeOf(folder).Size;
        ulong maxUse = limits.MaxUse != 0 ? Math.Max(limits.MaxUse, 2 * LeastFile) : size > 0 ? Math.Clamp(size / 10, MiB, 4 * GiB) : MiB;
        ulong file = limits.MaxFileSize != 0 ? Math.Max(limits.MaxFileSize, LeastFile) : Math.Clamp(maxUse / 8, LeastFile, 128 * MiB);
        return new(Math.Max(maxUse, 2 * file), limits.KeepFree != 0 ? limits.KeepFree : size > 0 ? Math.Clamp(size / 20 * 3, MiB, 4 * GiB) : MiB, file,
            limits.MaxFiles == 0 ? ulong.MaxValue : limits.MaxFiles);
    }

    /// <summary>Size and free bytes of the file system, also for a folder that isn't made yet; 0 where that isn't known.</summary>
    public static (ulong Size, ulong Free) SizeOf(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { Length: > 0 } parent)
            folder = parent;
        try
        {
            var drive = new DriveInfo(folder);
            return ((ulong)drive.TotalSize, (ulong)drive.AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>Bytes on disk of all journal files in a folder.</summary>
    public static ulong UsageOf(string folder) => (ulong)Files(folder).Sum(f => (long)f.Bytes);

    /// <summary>Bytes that may still be written: within the limit and the free space, but never less than a little.</summary>
    public static ulong Available(StorageLimits complete, string folder)
    {
        ulong used = UsageOf(folder), free = SizeOf(folder).Free;
        ulong more = free > complete.KeepFree ? free - complete.KeepFree : 0;
        ulong limit = Math.Min(Math.Max(used + more, Math.Min(LeastUse, complete.MaxUse)), complete.MaxUse);
        return limit > used ? limit - used : 0;
    }

    /// <summary>Removes archived files, the oldest first, until all limits hold; files that are written stay.</summary>
    /// <param name="maxUse">Bytes; 0 for no limit.</param>
    /// <param name="maxFiles">Files, those that are written counted; 0 for no limit.</param>
    /// <param name="maxAge">Microseconds; 0 for ever.</param>
    /// <param name="now">Microseconds.</param>
    /// <param name="removed">Is told of each.</param>
    public static Vacuumed Vacuum(string folder, ulong maxUse, ulong maxFiles, ulong maxAge, ulong now, Action<string, ulong>? removed = null)
    {
        var all = Files(folder).ToList();
        ulong left = (ulong)all.Sum(f => (long)f.Bytes), bytes = 0;
        ulong count = (ulong)all.Count;
        int files = 0;
        foreach (var (name, size) in all.Where(f => !f.Name.IsActive).OrderBy(f => f.Name.Realtime).ThenBy(f => f.Name.Order))
        {
            bool old = maxAge > 0 && maxAge < now && name.Realtime < now - maxAge; // infinity is the largest number
            if (!old && (maxUse == 0 || left <= maxUse) && (maxFiles == 0 || count <= maxFiles))
                break;
            try
            {
                File.Delete(Path.Combine(folder, name.Name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // somebody else's, or an immutable one: the next will have to do
            }
            removed?.Invoke(Path.Combine(folder, name.Name), size);
            (left, bytes, count, files) = (left - size, bytes + size, count - 1, files + 1);
        }
        return new(files, bytes, left);
    }

    private static IEnumerable<(JournalFileName Name, ulong Bytes)> Files(string folder)
    {
        if (!Directory.Exists(folder))
            yield break;
        foreach (string path in Directory.EnumerateFiles(folder))
            if (JournalFileName.Parse(Path.GetFileName(path)) is { } name && FileStatus.Of(path) is { Kind: FileKind.File } status)
                yield return (name, status.Size);
    }
}
