using System.Text.RegularExpressions;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Verbs;

namespace Sereno.Journalctl;

/// <summary>Goes through the entries that are wanted and prints them; with --follow for ever.</summary>
internal sealed class EntryLoop
{
    // So many that don't match, and the whole journal's messages are looked through at once.
    private const int Patience = 2000;

    private readonly JournalSet _journal;
    private readonly JournalFolders _folders;
    private readonly JournalctlOptions _options;
    private readonly MessagePattern? _pattern;
    private readonly OutputBuffer _output;
    private readonly TextWriter _errors;
    private readonly EntryPrinter _printer;
    private readonly EntryFields _fields = new();
    private readonly Colours _colours = Colours.OfEnvironment();
    private readonly Direction _direction;
    private UInt128? _lastBoot;
    private int _shown, _missed;
    private bool _isSearched;

    public EntryLoop(JournalSet journal, JournalFolders folders, JournalctlOptions options, MessagePattern? pattern, OutputBuffer output, TextWriter errors, WallClock clock)
    {
        (_journal, _folders, _options, _pattern, _output, _errors) = (journal, folders, options, pattern, output, errors);
        _direction = options.IsReverse ? Direction.Up : Direction.Down;
        _printer = EntryPrinter.Of(PrintOptionsOf(options, _colours), output, clock);
    }

    /// <param name="begins">Called when it is known that there is something to print to.</param>
    /// <returns>The exit code.</returns>
    public int Run(Action begins)
    {
        Fd? changes = null;
        if (_options.Follows)
            changes = _folders.Watch();
        if (!TryBegin(out bool isAtEntry))
            return 1;
        begins();
        using var epoll = changes is null ? null : WaitFor(changes);
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                Show(ref isAtEntry, hasNoLimit: _options.Follows && !isFirst);
            }
            catch (RegexMatchTimeoutException)
            {
                _errors.WriteLine("Pattern matching failed: match limit exceeded");
                return 1;
            }
            if (epoll is null)
            {
                if (_shown == 0 && !_options.IsQuiet)
                    _output.Write("-- No entries --\n"u8);
                break;
            }
            _output.Flush();
            if (!Wait(epoll))
                return 1; // as journalctl ends when nobody reads it any more
            _folders.Process();
        }
        return !SayCursor() || (_pattern is not null && _shown == 0) ? 1 : 0;
    }

    /// <summary>Goes to where to begin. False after it said why it can't.</summary>
    private bool TryBegin(out bool isAtEntry)
    {
        isAtEntry = false;
        bool isAfter = _options.AfterCursor is not null && _options.CursorFile is null;
        string? cursor = _options.Cursor ?? _options.AfterCursor;
        if (_options.CursorFile is { } path)
        {
            if (!TryReadLine(path, out string? line))
                return false;
            (cursor, isAfter) = line is null ? (cursor, isAfter) : (line, true);
        }
        if (cursor is not null)
        {
            if (!_journal.SeekCursor(cursor))
            {
                _errors.WriteLine("Failed to seek to cursor: Invalid argument");
                return false;
            }
            int moved = _journal.Skip(_direction, isAfter ? 2 : 1);
            isAtEntry = moved > 0 && (!isAfter || moved == 2);
            if (isAfter && moved < 2 && !_options.Follows)
                _options.Lines = 0;
            return true;
        }
        if (_options.Since is { } since && !_options.IsReverse)
        {
            _journal.SeekRealtime(since);
            isAtEntry = _journal.Next(Direction.Down);
        }
        else if (_options.Until is { } until && _options.IsReverse)
        {
            _journal.SeekRealtime(until);
            isAtEntry = _journal.Next(Direction.Up);
        }
        else if (_options.IsReverse)
        {
            _journal.SeekTail();
            isAtEntry = _journal.Next(Direction.Up);
        }
        else if (_options.Lines >= 0)
        {
            _journal.SeekTail();
            isAtEntry = _journal.Skip(Direction.Up, _options.Lines) > 0;
        }
        else
        {
            _journal.SeekHead();
            isAtEntry = _journal.Next(Direction.Down);
        }
        return true;
    }

    private void Show(ref bool isAtEntry, bool hasNoLimit)
    {
        for (; _options.Lines < 0 || _shown < _options.Lines || hasNoLimit; isAtEntry = false)
        {
            if ((!isAtEntry && !_journal.Next(_direction)) || _output.IsUnread)
                return;
            ref readonly var entry = ref _journal.Current;
            if (_options.IsReverse ? entry.Realtime < _options.Since : entry.Realtime > _options.Until)
                return;
            if (!_options.IsMerged && !_options.IsQuiet)
                SayBoot(entry.BootId);
            if (!_fields.Load(_journal.CurrentFile!, _journal.CurrentOffset))
                continue;
            (int, int) match = default;
            if (_pattern is not null && !(_fields.TryGet("MESSAGE"u8, out var message) && _pattern.TryMatch(message, out match)))
            {
                if (++_missed == Patience)
                    Search();
                continue;
            }
            _printer.Print(_journal, _fields, match);
            _shown++;
            if (_options.Follows)
                continue;
            _output.EndEntry();
        }
    }

    private void SayBoot(UInt128 boot)
    {
        if (_lastBoot is { } last && last != boot)
        {
            _output.Write(_colours.Highlight);
            _output.Write("-- Boot "u8);
            _output.Write(Id128.Format(boot));
            _output.Write(" --"u8);
            _output.Write(_colours.Normal);
            _output.Write((byte)'\n');
        }
        _lastBoot = boot;
    }

    /// <summary>From here on only what matches, and where boots change: that is said of entries that don't match, too.</summary>
    private void Search()
    {
        if (!_isSearched && !_options.Follows)
            _journal.Search(_pattern!, alsoBoots: !_options.IsQuiet && !_options.Boot && !_options.IsMerged);
        _isSearched = true;
    }

    private static Epoll WaitFor(Fd changes)
    {
        var epoll = new Epoll();
        epoll.Add(changes, 0);
        try
        {
            epoll.Add(StandardStreams.OutputFd, 1, Readiness.None);
        }
        catch (LinuxException)
        {
            // A file has no end that could be closed.
        }
        return epoll;
    }

    /// <summary>False when whoever read our output has gone.</summary>
    private bool Wait(Epoll epoll)
    {
        Span<(ulong Token, Readiness Ready)> ready = new (ulong, Readiness)[2];
        while (!_output.IsUnread)
        {
            int count = epoll.Wait(ready, -1);
            foreach (var (token, _) in ready[..count])
                if (token == 1)
                    return false;
            if (count > 0)
                return true;
        }
        return false;
    }

    /// <summary>The file's first line; null for one that isn't there. False after it said what is wrong.</summary>
    private bool TryReadLine(string path, out string? line)
    {
        line = null;
        using var fd = Files.TryOpen(path, libc.O_RDONLY, out int errno);
        if (fd is null && errno == libc.ENOENT)
            return true;
        Span<byte> text = stackalloc byte[4096];
        int length = 0;
        try
        {
            length = fd?.Read(text) ?? 0;
        }
        catch (LinuxException e)
        {
            errno = e.Number;
        }
        if (errno != 0)
        {
            _errors.WriteLine($"Failed to read cursor file {path}: {Errno.Text(errno)}");
            return false;
        }
        line = System.Text.Encoding.UTF8.GetString(text[..length]).Split('\n')[0];
        return true;
    }

    /// <summary>False after it said why it couldn't be written.</summary>
    private bool SayCursor()
    {
        if ((!_options.ShowsCursor && _options.CursorFile is null) || _journal.Cursor() is not { } cursor)
            return true;
        if (_options.ShowsCursor)
            _output.Write($"-- cursor: {cursor}\n");
        if (_options.CursorFile is not { } file)
            return true;
        string temporary = $"{file}.{Environment.ProcessId}~";
        int errno;
        try
        {
            // Nobody else's link is followed, in a folder where others write.
            if (File.Exists(temporary))
                File.Delete(temporary);
            using (var fd = Files.Open(temporary, libc.O_WRONLY | libc.O_CREAT | libc.O_EXCL | libc.O_NOFOLLOW, 0x1A4))
                fd.WriteAll(System.Text.Encoding.ASCII.GetBytes(cursor + "\n"));
            File.Move(temporary, file, overwrite: true);
            return true;
        }
        catch (LinuxException e)
        {
            errno = e.Number;
        }
        catch (IOException e)
        {
            errno = e.HResult; // where these come from errno they keep it
        }
        _output.Flush();
        _errors.WriteLine($"Failed to write new cursor to {file}: {Errno.Text(errno)}");
        return false;
    }

    private static PrintOptions PrintOptionsOf(JournalctlOptions options, Colours colours)
    {
        string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
        string Locale(string category) => Variable("LC_ALL") is { Length: > 0 } all ? all : Variable(category) is { Length: > 0 } one ? one : Variable("LANG");
        string messages = Locale("LC_MESSAGES");
        return new()
        {
            Mode = options.Mode, ShowsAll = options.ShowsAll, IsFullWidth = options.IsFullWidth, IsUtc = options.IsUtc, HidesHost = options.HidesHost, Colours = colours,
            Fields = options.OutputFields is null ? null : [.. options.OutputFields.Select(System.Text.Encoding.UTF8.GetBytes)],
            Catalog = options.Explains || colours.Links ? MessageCatalog.Read(MessageCatalog.Database, messages) : null,
            Explains = options.Explains,
            Columns = int.TryParse(Variable("COLUMNS"), out int columns) && columns > 0 ? columns : Terminal.WidthOf(1) ?? 80,
            HostName = colours.Links ? Environment.MachineName : "",
            IsUtf8 = Locale("LC_CTYPE").EndsWith("UTF-8", StringComparison.OrdinalIgnoreCase) || Locale("LC_CTYPE").EndsWith("utf8", StringComparison.OrdinalIgnoreCase),
        };
    }
}
