using Sereno.Journal.Read;
using Sereno.Journalctl;
using Sereno.Linux;
using Sereno.Texts;

namespace Sereno.Forward;

/// <summary>The entries that are wanted, from where the last run ended on.</summary>
internal sealed class ForwardSource : IDisposable
{
    private readonly JournalSet _journal = new();
    private readonly JournalFolders _folders;
    private readonly EntryFields _fields = new();
    private bool _isAtEntry;

    /// <exception cref="IOException">It can't be read.</exception>
    private ForwardSource(JournalctlOptions wanted, TextWriter errors)
    {
        bool isWhole = wanted.Directory is not null || wanted.Files is not null || wanted.ReadsInput || wanted.HomeFolders is not null;
        _folders = new(_journal, wanted.Scope(isWhole ? null : Machine.Id ?? 0, Self.Uid));
        if (wanted.ReadsInput)
            Check(_folders.AddOpened(Fd.DuplicateOf(0), "/proc/self/fd/0"), "-");
        else if (wanted.Files is { } files)
            foreach (string file in files)
                Check(_folders.AddNamed(file), file);
        else if (wanted.Directory is { } folder)
            Check(_folders.AddRoot(folder, mayBeMissing: false), folder);
        else
            AddHomes([.. wanted.HomeFolders ?? ["/run/log/journal", "/var/log/journal"]], errors);
    }

    public JournalSet Journal => _journal;

    public EntryFields Fields => _fields;

    /// <summary>Null after it was said what is wrong.</summary>
    /// <param name="cursor">Where the last run ended.</param>
    /// <exception cref="FormatException">It is no cursor.</exception>
    public static ForwardSource? Open(JournalctlOptions wanted, string? cursor, TextWriter errors)
    {
        var source = new ForwardSource(wanted, errors);
        if (!new MatchBuilder(source._journal, wanted, errors).Build())
        {
            source.Dispose();
            return null;
        }
        source.Begin(cursor, wanted.Since);
        return source;
    }

    /// <summary>Readable when entries may have come.</summary>
    public Fd Watch() => _folders.Watch();

    public void Refresh() => _folders.Process();

    /// <summary>To the next entry, whose fields are read.</summary>
    public bool Next()
    {
        while (_isAtEntry || _journal.Next(Direction.Down))
        {
            _isAtEntry = false;
            if (_fields.Load(_journal.CurrentFile!, _journal.CurrentOffset))
                return true;
        }
        return false;
    }

    public void Dispose()
    {
        _folders.Dispose();
        _journal.Dispose();
    }

    private void Begin(string? cursor, ulong? since)
    {
        if (cursor is null)
        {
            if (since is { } time)
                _journal.SeekRealtime(time);
            else
                _journal.SeekHead();
            return;
        }
        if (!_journal.SeekCursor(cursor))
            throw new FormatException(Text.Current.Forward.BadCursor(Printable.Of(cursor)));
        // Retention may have deleted that entry: then the first one behind it is new.
        _isAtEntry = _journal.Next(Direction.Down) && _journal.Cursor() != cursor;
    }

    /// <summary>One that can't be read doesn't hide the other.</summary>
    private void AddHomes(string[] homes, TextWriter errors)
    {
        var bad = homes.Select(h => (Path: h, Errno: _folders.AddRoot(h, mayBeMissing: true))).Where(h => h.Errno != 0).ToList();
        if (bad.Count == homes.Length && homes.Length > 0)
            Check(bad[0].Errno, bad[0].Path);
        foreach (var (path, errno) in bad)
            errors.WriteLine(Printable.Lines($"sereno: {Text.Current.Forward.CannotRead(path, Errno.Text(errno))}"));
    }

    private static void Check(int errno, string path)
    {
        if (errno != 0)
            throw new IOException(Text.Current.Forward.CannotRead(Printable.Of(path), Errno.Text(errno)));
    }
}
