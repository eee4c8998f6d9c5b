using System.Globalization;
using Sereno.Journal.Format;
using Sereno.Linux;
using Sereno.Units.Values;
using Sereno.Verbs;

namespace Sereno.Journalctl;

/// <summary>Reads journalctl's command line, with its words for what is wrong.</summary>
internal sealed class JournalctlArguments
{
    private const string Letters = "hefo:aln::qmb::kD:p:g:c:S:U:t:u:NF:xrM:";

    private enum Long
    {
        Version = 0x100, NoPager, NoFull, NoTail, NewId128, ThisBoot, ListBoots, User, System, Root, Image, Header, Facility, SetupKeys, File, Interval, Verify,
        VerifyKey, DiskUsage, AfterCursor, CursorFile, ShowCursor, UserUnit, ListCatalog, DumpCatalog, UpdateCatalog, Force, CaseSensitive, Utc, Sync, Flush,
        RelinquishVar, SmartRelinquishVar, Rotate, VacuumSize, VacuumFiles, VacuumTime, NoHostname, OutputFields, Namespace, Dir, UnitPath, Language,
    }

    private static readonly LongOption[] s_long =
    [
        new("help", 'h'), new("version", (int)Long.Version), new("no-pager", (int)Long.NoPager), new("pager-end", 'e'), new("follow", 'f'), new("force", (int)Long.Force),
        new("output", 'o', true), new("all", 'a'), new("full", 'l'), new("no-full", (int)Long.NoFull), new("lines", 'n', true, true), new("no-tail", (int)Long.NoTail),
        new("new-id128", (int)Long.NewId128), new("quiet", 'q'), new("merge", 'm'), new("this-boot", (int)Long.ThisBoot), new("boot", 'b', true, true),
        new("list-boots", (int)Long.ListBoots), new("dmesg", 'k'), new("system", (int)Long.System), new("user", (int)Long.User), new("directory", 'D', true),
        new("file", (int)Long.File, true), new("root", (int)Long.Root, true), new("image", (int)Long.Image, true), new("header", (int)Long.Header),
        new("identifier", 't', true), new("priority", 'p', true), new("facility", (int)Long.Facility, true), new("grep", 'g', true),
        new("case-sensitive", (int)Long.CaseSensitive, true, true), new("setup-keys", (int)Long.SetupKeys), new("interval", (int)Long.Interval, true),
        new("verify", (int)Long.Verify), new("verify-key", (int)Long.VerifyKey, true), new("disk-usage", (int)Long.DiskUsage), new("cursor", 'c', true),
        new("cursor-file", (int)Long.CursorFile, true), new("after-cursor", (int)Long.AfterCursor, true), new("show-cursor", (int)Long.ShowCursor),
        new("since", 'S', true), new("until", 'U', true), new("unit", 'u', true), new("user-unit", (int)Long.UserUnit, true), new("field", 'F', true), new("fields", 'N'),
        new("catalog", 'x'), new("list-catalog", (int)Long.ListCatalog), new("dump-catalog", (int)Long.DumpCatalog), new("update-catalog", (int)Long.UpdateCatalog),
        new("reverse", 'r'), new("machine", 'M', true), new("utc", (int)Long.Utc), new("flush", (int)Long.Flush), new("relinquish-var", (int)Long.RelinquishVar),
        new("smart-relinquish-var", (int)Long.SmartRelinquishVar), new("sync", (int)Long.Sync), new("rotate", (int)Long.Rotate),
        new("vacuum-size", (int)Long.VacuumSize, true), new("vacuum-files", (int)Long.VacuumFiles, true), new("vacuum-time", (int)Long.VacuumTime, true),
        new("no-hostname", (int)Long.NoHostname), new("output-fields", (int)Long.OutputFields, true), new("namespace", (int)Long.Namespace, true),
    ];

    private static readonly LongOption[] s_own = [new("dir", (int)Long.Dir, true), new("unit-path", (int)Long.UnitPath, true), new("lang", (int)Long.Language, true)];

    private readonly JournalctlOptions _options = new();
    private readonly TextWriter _errors;
    private readonly Getopt _getopt;
    private int? _exit;

    private JournalctlArguments(IReadOnlyList<string> arguments, bool isVerb, TextWriter errors)
    {
        _errors = errors;
        _getopt = new(isVerb ? "sereno" : "journalctl", Letters, isVerb ? [.. s_long, .. s_own] : s_long, arguments);
    }

    public static IEnumerable<string> LongNames => s_long.Select(o => o.Name);

    /// <summary>As a verb of Sereno's: --dir and --unit-path.</summary>
    public string? InstanceFolder { get; private set; }

    public string? UnitPath { get; private set; }

    /// <summary>Null after what had to be said, with the exit code.</summary>
    public static JournalctlOptions? Read(IReadOnlyList<string> arguments, bool isVerb, TextWriter errors, out int exit, out JournalctlArguments reader)
    {
        reader = new JournalctlArguments(arguments, isVerb, errors);
        int option;
        while ((option = reader._getopt.Next(errors)) != Getopt.End)
        {
            if (option == Getopt.Unknown)
                reader._exit = 1;
            else
                reader.Take(option, reader._getopt.Argument);
            if (reader._exit is { } code)
            {
                exit = code;
                return null;
            }
        }
        reader._options.Operands = [.. reader._getopt.Operands];
        exit = reader.Settle(isVerb) ? 0 : 1;
        return exit == 0 ? reader._options : null;
    }

    private void Fail(string message)
    {
        _errors.WriteLine(message);
        _exit = 1;
    }

    private void Take(int option, string argument)
    {
        switch (option)
        {
            case 'e':
                (_options.PagerEnd, _options.Boot) = (true, true);
                _options.Lines = _options.Lines == JournalctlOptions.DefaultLines ? 1000 : _options.Lines;
                break;
            case 'f': _options.Follows = true; break;
            case 'l': _options.IsFullWidth = true; break;
            case 'a': _options.ShowsAll = true; break;
            case 'q': _options.IsQuiet = true; break;
            case 'm': _options.IsMerged = true; break;
            case 'k': (_options.Boot, _options.KernelOnly) = (true, true); break;
            case 'x': _options.Explains = true; break;
            case 'r': _options.IsReverse = true; break;
            case 'N': _options.Action = JournalctlAction.ListFieldNames; break;
            case 'F': (_options.Action, _options.Field) = (JournalctlAction.ListFields, argument); break;
            case 'D': _options.Directory = argument; break;
            case 'c': _options.Cursor = argument; break;
            case 't': _options.Identifiers.Add(argument); break;
            case 'u': _options.Units.Add(argument); break;
            case 'g': _options.Pattern = argument; break;
            case 'M': _options.Machine = argument; break;
            case 'h': _exit = JournalctlHelp.Print(); break;
            case 'o': TakeMode(argument); break;
            case 'n': TakeLines(); break;
            case 'b': TakeBoot(); break;
            case 'p': TakePriority(argument); break;
            case 'S': _options.Since = TakeTime(argument); break;
            case 'U': _options.Until = TakeTime(argument); break;
            default: TakeLong((Long)option, argument); break;
        }
    }

    private void TakeLong(Long option, string argument)
    {
        switch (option)
        {
            case Long.Version: _exit = JournalctlHelp.PrintVersion(); break;
            case Long.NoPager: _options.NoPager = true; break;
            case Long.NoFull: _options.IsFullWidth = false; break;
            case Long.NoTail: _options.NoTail = true; break;
            case Long.ThisBoot: (_options.Boot, _options.BootId, _options.BootOffset) = (true, 0, 0); break;
            case Long.ListBoots: _options.Action = JournalctlAction.ListBoots; break;
            case Long.User: _options.OnlyUser = true; break;
            case Long.System: _options.OnlySystem = true; break;
            case Long.Root: _options.Root = Path.GetFullPath(argument) is "/" ? null : Path.GetFullPath(argument); break;
            case Long.Header: _options.Action = JournalctlAction.PrintHeader; break;
            case Long.Facility: TakeFacilities(argument); break;
            case Long.File when argument == "-": _options.ReadsInput = true; break;
            case Long.File: (_options.Files ??= []).AddRange(FilesOf(argument)); break;
            case Long.Verify: _options.Action = JournalctlAction.Verify; break;
            case Long.DiskUsage: _options.Action = JournalctlAction.DiskUsage; break;
            case Long.AfterCursor: _options.AfterCursor = argument; break;
            case Long.CursorFile: _options.CursorFile = argument; break;
            case Long.ShowCursor: _options.ShowsCursor = true; break;
            case Long.UserUnit: _options.UserUnits.Add(argument); break;
            case Long.ListCatalog: _options.Action = JournalctlAction.ListCatalog; break;
            case Long.DumpCatalog: _options.Action = JournalctlAction.DumpCatalog; break;
            case Long.CaseSensitive when !_getopt.HasArgument: _options.IsCaseSensitive = true; break;
            case Long.CaseSensitive when Booleans.Parse(argument) is { } sensitive: _options.IsCaseSensitive = sensitive; break;
            case Long.CaseSensitive: Fail($"Bad --case-sensitive= argument \"{argument}\": Invalid argument"); break;
            case Long.Utc: _options.IsUtc = true; break;
            case Long.Sync: _options.Action = JournalctlAction.Sync; break;
            case Long.Flush: _options.Action = JournalctlAction.Flush; break;
            case Long.SmartRelinquishVar when IsOnRoot("/var/log/journal"): _exit = 0; break;
            case Long.RelinquishVar or Long.SmartRelinquishVar: _options.Action = JournalctlAction.RelinquishVar; break;
            case Long.Rotate: _options.Action = _options.Action == JournalctlAction.Vacuum ? JournalctlAction.RotateAndVacuum : JournalctlAction.Rotate; break;
            case Long.VacuumSize: TakeVacuum(Sizes.Read(argument, out _options.VacuumSize) == ParseError.None, "size", argument); break;
            case Long.VacuumFiles: TakeVacuum(ulong.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out _options.VacuumFiles), "files", argument); break;
            case Long.VacuumTime: TakeVacuum(TimeSpans.TryParse(argument, out _options.VacuumTime), "time", argument); break;
            case Long.NoHostname: _options.HidesHost = true; break;
            case Long.OutputFields: (_options.OutputFields ??= []).AddRange(argument.Split(',', StringSplitOptions.RemoveEmptyEntries)); break;
            case Long.Namespace: TakeNamespace(argument); break;
            case Long.Dir: InstanceFolder = argument; break;
            case Long.UnitPath: UnitPath = argument; break;
            case Long.Language when argument is "en" or "es": break; // read where texts are
            case Long.Language: Fail($"sereno: {Texts.Text.Current.InvalidValue("--lang", argument)}{Texts.Text.Current.AllowedValues("en|es")}"); break;
            case Long.NewId128: Fail("--new-id128 is not supported: use systemd-id128 new."); break;
            case Long.Image: Fail("--image= is not supported: mount the image, and use --root=."); break;
            case Long.UpdateCatalog: Fail("--update-catalog is not supported: the catalog is systemd's, which compiles it."); break;
            default: Fail("Compiled without forward-secure sealing support."); break;
        }
    }

    private static bool IsOnRoot(string path) => FileStatus.Of("/") is { } root && FileStatus.Of(path) is { } status && status.Device == root.Device;

    private void TakeMode(string name)
    {
        if (name == "help")
        {
            foreach (string known in OutputModes.Names)
                StandardStreams.Text.WriteLine(known);
            _exit = 0;
        }
        else if (OutputModes.Of(name) is { } mode)
        {
            _options.Mode = mode;
            _options.IsQuiet |= mode.IsPlain();
        }
        else
            Fail($"Unknown output format '{name}'.");
    }

    private void TakeLines()
    {
        if (_getopt.HasArgument)
        {
            if (LinesOf(_getopt.Argument) is { } lines)
                _options.Lines = lines;
            else
                Fail($"Failed to parse lines '{_getopt.Argument}'");
        }
        else
        {
            // The next word is the number, if it is one.
            NoteNext("lines");
            _options.Lines = _getopt.TryTake(word => LinesOf(word) is not null, out string next) ? LinesOf(next)!.Value : 10;
        }
    }

    /// <summary>A word that could have been an option's argument, if it was a right one; what it is without one is known later.</summary>
    private void NoteNext(string what)
    {
        if (_getopt.Following is [not '-', ..] word && !IsMatch(word))
            _options.Doubtful[word] = $"Failed to parse {what} '{word}'";
    }

    private static int? LinesOf(string text) => text == "all" ? JournalctlOptions.AllLines
        : int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int lines) && lines >= 0 ? lines : null;

    private void TakeBoot()
    {
        (_options.Boot, _options.BootId, _options.BootOffset) = (true, 0, 0);
        if (!_getopt.HasArgument)
            NoteNext("boot descriptor");
        if (!_getopt.HasArgument && !_getopt.TryTake(word => BootOf(word) is not null, out _))
            return;
        if (BootOf(_getopt.Argument) is { } boot)
            (_options.Boot, _options.BootId, _options.BootOffset) = boot;
        else
            Fail($"Failed to parse boot descriptor '{_getopt.Argument}'");
    }

    /// <summary>[ID][±OFFSET], or all.</summary>
    private static (bool Is, UInt128 Id, int Offset)? BootOf(string text)
    {
        if (text == "all")
            return (false, 0, 0);
        UInt128 id = 0;
        if (text.Length >= Id128.Length)
        {
            if (Id128.TryParse(text.AsSpan(0, Id128.Length), out id))
                text = text[Id128.Length..];
            if (text.Length == 0)
                return (true, id, 0);
            if (text[0] is not ('-' or '+'))
                return null;
        }
        return int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int offset) ? (true, id, offset) : null;
    }

    private void TakePriority(string text)
    {
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        int? from = dots < 0 ? 0 : SyslogNames.Level(text[..dots]), to = SyslogNames.Level(dots < 0 ? text : text[(dots + 2)..]);
        if (from is not { } a || to is not { } b)
            Fail(dots < 0 ? $"Unknown log level {text}" : $"Failed to parse log level range {text}");
        else
        {
            _options.Priorities = 0;
            for (int level = Math.Min(a, b); level <= Math.Max(a, b); level++)
                _options.Priorities |= 1 << level;
        }
    }

    private void TakeFacilities(string list)
    {
        foreach (string name in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (name == "help")
            {
                if (!_options.IsQuiet)
                    StandardStreams.Text.WriteLine("Available facilities:");
                foreach (string known in SyslogNames.AllFacilities)
                    StandardStreams.Text.WriteLine(known);
                _exit = 0;
                return;
            }
            else if (SyslogNames.Facility(name) is { } facility)
            {
                if (!_options.Facilities.Contains(facility))
                    _options.Facilities.Add(facility);
            }
            else
                Fail($"Bad --facility= argument \"{name}\".");
    }

    private ulong? TakeTime(string text)
    {
        ulong now = (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10);
        if (Timestamps.Read(text, now, Zones.Local(), out ulong usec) == ParseError.None)
            return usec;
        Fail($"Failed to parse timestamp: {text}");
        return null;
    }

    private void TakeVacuum(bool isRead, string what, string argument)
    {
        if (!isRead)
            Fail($"Failed to parse vacuum {what}: {argument}");
        _options.Action = _options.Action == JournalctlAction.Rotate ? JournalctlAction.RotateAndVacuum : JournalctlAction.Vacuum;
    }

    private void TakeNamespace(string name)
    {
        _options.AllNamespaces = name == "*";
        _options.AlsoDefaultNamespace = name.StartsWith('+');
        _options.Namespace = _options.AllNamespaces ? null : name.TrimStart('+') is { Length: > 0 } space ? space : null;
    }

    /// <summary>glob(3) with GLOB_NOCHECK.</summary>
    private static IReadOnlyList<string> FilesOf(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny("*?[") < 0)
            return [pattern];
        string folder = Directory.GetCurrentDirectory() + "/";
        var found = pattern.StartsWith('/') ? FileGlob.Expand(pattern) : [.. FileGlob.Expand(folder + pattern).Select(p => p[folder.Length..])];
        return found.Count > 0 ? found : [pattern];
    }

    /// <summary>What follows from the options together, and what they can't be.</summary>
    private bool Settle(bool isVerb)
    {
        var o = _options;
        if (o.NoTail)
            o.Lines = JournalctlOptions.AllLines;
        if (o.Follows && o.Since is null && o.Lines == JournalctlOptions.DefaultLines)
            o.Lines = 10;
        if (o.Follows && !o.IsMerged && !o.Boot)
            (o.Boot, o.BootId, o.BootOffset) = (true, 0, 0);
        string? wrong = new[] { o.Directory is not null, o.Files is not null, o.ReadsInput, o.Root is not null, o.Machine is not null }.Count(b => b) > 1
            ? "Please specify at most one of -D/--directory=, --file=, -M/--machine=, --root=, --image=."
            : o.Since > o.Until ? "--since= must be before --until=."
            : new[] { o.Cursor is not null, o.AfterCursor is not null, o.Since is not null }.Count(b => b) > 1
            ? "Please specify only one of --since=, --cursor=, and --after-cursor=."
            : o.Follows && o.IsReverse ? "Please specify either --reverse= or --follow=, not both."
            : !isVerb && o.Action is not (JournalctlAction.Show or JournalctlAction.DumpCatalog or JournalctlAction.ListCatalog) && o.Operands.Count > 0
            ? $"Extraneous arguments starting with '{o.Operands[0]}'"
            : (o.Boot || o.Action == JournalctlAction.ListBoots) && o.IsMerged ? "Using --boot or --list-boots with --merge is not supported." : null;
        if (wrong is not null)
        {
            _errors.WriteLine(wrong);
            return false;
        }
        if (o.OnlyUser && !o.OnlySystem && o.Units.Count > 0)
        {
            o.UserUnits.AddRange(o.Units);
            o.Units.Clear();
        }
        // How many lines will match isn't known: it is looked for from the end on.
        if (o.Pattern is not null && o.Lines >= 0 && !o.Follows)
            o.IsReverse = true;
        if (isVerb && o.Action is not (JournalctlAction.ListCatalog or JournalctlAction.DumpCatalog))
            TakeUnits();
        return true;
    }

    /// <summary>"sereno logs UNIT": what is no match is a unit.</summary>
    private void TakeUnits()
    {
        _options.Units.AddRange(_options.Operands.Where(o => !IsMatch(o)));
        _options.Operands = [.. _options.Operands.Where(IsMatch)];
    }

    private static bool IsMatch(string word) => word.Contains('=') || word == "+" || word.StartsWith('/');
}
