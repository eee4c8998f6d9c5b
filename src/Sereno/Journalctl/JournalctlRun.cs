using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Linux;
using Sereno.Units.Values;
using Sereno.Verbs;

namespace Sereno.Journalctl;

/// <summary>Does what journalctl does, with its words and exit codes.</summary>
internal sealed class JournalctlRun : IDisposable
{
    private readonly JournalctlOptions _options;
    private readonly OutputBuffer _output = new(StandardStreams.Output);
    private readonly TextWriter _errors = StandardStreams.Errors;
    private readonly JournalSet _journal = new();
    private readonly JournalFolders _folders;
    private readonly WallClock _clock;
    private Pager? _pager;

    private JournalctlRun(JournalctlOptions options)
    {
        _options = options;
        bool isWhole = options.IsMerged || options.Directory is not null || options.Root is not null || options.Files is not null || options.ReadsInput || options.HomeFolders is not null;
        _folders = new(_journal, options.Scope(isWhole ? null : Machine.Id ?? 0, Self.Uid));
        _clock = new(Zones.Local(), options.IsUtc, Texts.Text.Current.ShortMonth);
    }

    public static int Do(JournalctlOptions options)
    {
        using var run = new JournalctlRun(options);
        try
        {
            int exit = run.Act();
            run._output.Flush();
            run._pager?.Dispose();
            return exit;
        }
        catch (InvalidFieldException e)
        {
            run._output.Flush();
            run._pager?.Dispose();
            run._errors.WriteLine(e.Message);
            return 1;
        }
    }

    public void Dispose()
    {
        _folders.Dispose();
        _journal.Dispose();
    }

    private int Act()
    {
        switch (_options.Action)
        {
            case JournalctlAction.ListCatalog or JournalctlAction.DumpCatalog:
                OpenPager();
                return new CatalogListing(_output, _errors).Print(_options.Root ?? "", _options.Action == JournalctlAction.ListCatalog, _options.Operands);
            case JournalctlAction.Flush or JournalctlAction.RelinquishVar or JournalctlAction.Sync or JournalctlAction.Rotate:
                return new JournalControl(_options, _errors).Do(_options.Action);
        }
        MessagePattern? pattern = null;
        try
        {
            pattern = _options.Pattern is null ? null : MessagePattern.Read(_options.Pattern, _options.IsCaseSensitive);
        }
        catch (ArgumentException e)
        {
            return Fail($"Bad pattern \"{_options.Pattern}\": {e.Message}");
        }
        if (_options.Machine is not null)
            return Fail("--machine= is not supported: use --root= with the machine's folder.");
        if (Open() is > 0 and var errno)
            return Fail($"Failed to open {_options.Directory ?? (_options.Files is not null ? "files" : "journal")}: {Errno.Text(errno)}");
        if (!AccessNotes.Say(_journal, _folders, _options, _errors))
            return 1;
        switch (_options.Action)
        {
            case JournalctlAction.PrintHeader:
                HeaderPrinter.Print(_journal, _output, Zones.Local());
                return 0;
            case JournalctlAction.Verify:
                return VerifyFiles();
            case JournalctlAction.DiskUsage:
                _output.Write($"Archived and active journals take up {Sizes.Format(DiskUsage())} in the file system.\n");
                return 0;
            case JournalctlAction.ListBoots:
                OpenPager();
                BootList.Print(_journal, _options, _output, Zones.Local());
                return 0;
            case JournalctlAction.RotateAndVacuum when new JournalControl(_options, _errors).Do(JournalctlAction.Rotate) is not 0 and var failed:
                return failed;
            case JournalctlAction.RotateAndVacuum or JournalctlAction.Vacuum:
                return new Vacuum(_options, _errors).Do(_folders.Folders);
            case JournalctlAction.ListFieldNames:
                foreach (string name in _journal.Fields())
                    _output.Write(name + "\n");
                return 0;
        }
        if (_options.BootOffset != 0 && HasFilesBelow("/run/") && !HasFilesBelow("/var/"))
        {
            _errors.WriteLine("Specifying boot ID or boot offset has no effect, no persistent journal was found.");
            return 0;
        }
        foreach (string unit in _options.Units)
            if (_options.Doubtful.TryGetValue(unit, out string? wrong) && !new MatchBuilder(_journal, _options, _errors).IsKnown(unit))
                return Fail(wrong);
        if (!new MatchBuilder(_journal, _options, _errors).Build())
            return 1;
        if (_options.Action == JournalctlAction.ListFields)
            return ListValues();
        return new EntryLoop(_journal, _folders, _options, pattern, _output, _errors, _clock).Run(OpenPager);
    }

    private void OpenPager() => _pager = _options.NoPager || _options.Follows ? null : Pager.Open(_options.PagerEnd);

    private int Fail(string message)
    {
        _errors.WriteLine(message);
        return 1;
    }

    private int Open()
    {
        if (_options.Directory is not null)
            return _folders.AddRoot(_options.Directory, mayBeMissing: false);
        if (_options.ReadsInput)
            return _folders.AddOpened(Fd.DuplicateOf(0), "/proc/self/fd/0");
        if (_options.Files is not null)
        {
            foreach (string file in _options.Files)
                if (_folders.AddNamed(file) is > 0 and var errno)
                    return errno;
            return 0;
        }
        if (_options.Root is null && _options.HomeFolders is { } homes)
        {
            // One of them is enough.
            var failures = homes.Select(home => _folders.AddRoot(home, mayBeMissing: true)).ToList();
            return failures.Min();
        }
        // What may not be read is told later.
        _folders.AddRoot(_options.Root + "/run/log/journal", mayBeMissing: true);
        _folders.AddRoot(_options.Root + "/var/log/journal", mayBeMissing: true);
        if (_options.IsMerged || _options.Root is not null)
            _folders.AddRoot(_options.Root + "/var/log/journal/remote", mayBeMissing: true);
        return 0;
    }

    private bool HasFilesBelow(string folder) => _journal.Files.Any(f => f.Path.StartsWith(folder, StringComparison.Ordinal));

    private ulong DiskUsage()
    {
        ulong bytes = 0;
        foreach (var file in _journal.Files)
            bytes += file.Allocated;
        return bytes;
    }

    private int VerifyFiles()
    {
        int exit = 0;
        foreach (var file in _journal.Files)
        {
            if ((file.Header.Compatible & Compatible.Sealed) != 0)
                _errors.WriteLine($"Journal file {file.Path} has sealing enabled but verification key has not been passed using --verify-key=.");
            var verdict = file.Verify(_errors.WriteLine);
            if (verdict.Errno != 0)
            {
                _errors.WriteLine(Verifier.CorruptionLine(file.Path, verdict, file.Size));
                _errors.WriteLine($"FAIL: {file.Path} ({Errno.Text(verdict.Errno)})");
                exit = 1;
            }
            else if (!_options.IsQuiet)
                _errors.WriteLine($"PASS: {file.Path}");
        }
        return exit;
    }

    private int ListValues()
    {
        string field = _options.Field!;
        if (field.Length == 0 || field.StartsWith("__", StringComparison.Ordinal) || field.Any(c => c is not ('_' or (>= 'A' and <= 'Z') or (>= '0' and <= '9'))))
            return Fail("Failed to query unique data objects: Invalid argument");
        int shown = 0;
        foreach (var value in _journal.Values(field))
        {
            if (_options.Lines >= 0 && shown++ >= _options.Lines)
                break;
            var text = value.Span[(field.Length + 1)..];
            _output.Write(text[..(text.IndexOf((byte)0) is >= 0 and var nul ? nul : text.Length)]);
            _output.Write((byte)'\n');
        }
        return 0;
    }
}
