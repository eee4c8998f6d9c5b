using System.Globalization;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Linux;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Journalctl;

/// <summary>--vacuum-size, --vacuum-files and --vacuum-time: deletes archived files, the oldest first; those that are written to stay.</summary>
internal sealed class Vacuum(JournalctlOptions options, TextWriter errors)
{
    private sealed record Archived(string Name, ulong Usage, UInt128? SeqnumId, ulong Seqnum, ulong Realtime);

    public int Do(IEnumerable<string> folders)
    {
        int exit = 0;
        foreach (string folder in folders)
            if (options.VacuumSize > 0 || options.VacuumFiles > 0 || options.VacuumTime > 0)
                exit |= Do(folder);
        return exit;
    }

    private int Do(string folder)
    {
        var archived = new List<Archived>();
        ulong sum = 0, freed = 0, active = 0;
        IEnumerable<FileInfo> files;
        try
        {
            files = new DirectoryInfo(folder).GetFiles();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"Failed to vacuum {folder}: {Text.Current.Problem(e.Message)}");
            return 1;
        }
        foreach (var info in files)
        {
            if (FileStatus.Of(info.FullName) is not { Kind: FileKind.File } status || !(info.Name.EndsWith(".journal", StringComparison.Ordinal) || info.Name.EndsWith(".journal~", StringComparison.Ordinal)))
                continue;
            if (Parse(info.Name, status) is not { } file)
            {
                active++;
                sum += status.Allocated;
            }
            else if (IsEmpty(info.FullName))
                freed += Delete(folder, file, "empty archived journal");
            else
            {
                archived.Add(file);
                sum += status.Allocated;
            }
        }
        archived.Sort(Compare);
        ulong now = (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10), oldest = now - Math.Min(now, options.VacuumTime);
        for (int i = 0; i < archived.Count; i++)
        {
            if ((options.VacuumTime == 0 || archived[i].Realtime >= oldest) && (options.VacuumSize == 0 || sum <= options.VacuumSize)
                && (options.VacuumFiles == 0 || active + (ulong)(archived.Count - i) <= options.VacuumFiles))
                break;
            ulong gone = Delete(folder, archived[i], "archived journal");
            freed += gone;
            sum -= Math.Min(sum, gone);
        }
        if (!options.IsQuiet)
            errors.WriteLine($"Vacuuming done, freed {Sizes.Format(freed)} of archived journals from {folder}.");
        return 0;
    }

    private ulong Delete(string folder, Archived file, string what)
    {
        try
        {
            File.Delete($"{folder}/{file.Name}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"Failed to delete {what} {folder}/{file.Name}: {Text.Current.Problem(e.Message)}");
            return 0;
        }
        if (!options.IsQuiet)
            errors.WriteLine($"Deleted {what} {folder}/{file.Name} ({Sizes.Format(file.Usage)}).");
        return file.Usage;
    }

    /// <summary>NAME@SEQNUMID-SEQNUM-REALTIME.journal, or NAME@REALTIME-NUMBER.journal~ of one that was set aside. Null for a file in use.</summary>
    private static Archived? Parse(string name, FileStatus status)
    {
        int at = name.LastIndexOf('@'), dot = name.LastIndexOf('.');
        if (at < 1 || dot < at)
            return null;
        string[] parts = name[(at + 1)..dot].Split('-');
        bool isSetAside = name.EndsWith('~');
        if (parts.Length != (isSetAside ? 2 : 3))
            return null;
        UInt128 id = 0;
        if (!isSetAside && !Id128.TryParse(parts[0], out id))
            return null;
        if (!TryHex(parts[^2], out ulong first) || !TryHex(parts[^1], out ulong second))
            return null;
        ulong realtime = isSetAside ? first : second;
        // Files that were copied here may be older than their names say, never younger.
        foreach (long time in (ReadOnlySpan<long>)[status.Changed, status.Accessed, status.Modified])
            if (time > 0)
                realtime = Math.Min(realtime, (ulong)time / 1000);
        return new(name, status.Allocated, isSetAside ? null : id, isSetAside ? 0 : first, realtime);
    }

    private static bool TryHex(string text, out ulong number)
    {
        number = 0;
        return text.Length == 16 && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsEmpty(string path)
    {
        using var file = JournalFile.TryOpen(path, new BlockCache(sets: 1), out _);
        return file is null ? new FileInfo(path).Length < FileHeader.Size : file.Header.EntryCount == 0;
    }

    private static int Compare(Archived a, Archived b)
    {
        int order = a.SeqnumId is not null && a.SeqnumId == b.SeqnumId ? a.Seqnum.CompareTo(b.Seqnum) : a.Realtime.CompareTo(b.Realtime);
        return order != 0 ? order : a.SeqnumId is { } x && b.SeqnumId is { } y && x != y ? x.CompareTo(y) : string.CompareOrdinal(a.Name, b.Name);
    }
}
