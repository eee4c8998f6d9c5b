using Sereno.Journal.Read;

namespace Sereno.Journalctl;

internal enum JournalctlAction
{
    Show, ListFields, ListFieldNames, ListBoots, PrintHeader, Verify, DiskUsage, Vacuum, RotateAndVacuum, Rotate, Flush, Sync, RelinquishVar,
    ListCatalog, DumpCatalog,
}

/// <summary>What was asked for on the command line.</summary>
internal sealed class JournalctlOptions
{
    /// <summary>No limit, and none that was asked for.</summary>
    public const int AllLines = -1, DefaultLines = -2;

    public JournalctlAction Action = JournalctlAction.Show;
    public OutputMode Mode;
    public int Lines = DefaultLines;
    public bool Follows, IsReverse, ShowsAll, IsFullWidth = true, NoTail, IsQuiet, IsMerged, IsUtc, HidesHost, Explains, ShowsCursor, NoPager, PagerEnd;
    public bool Boot, KernelOnly;
    public UInt128 BootId;
    public int BootOffset;
    public string? Cursor, AfterCursor, CursorFile;
    public string? Directory, Root, Machine;
    public List<string>? Files;

    /// <summary>--file=-: standard input is a journal file.</summary>
    public bool ReadsInput;
    public int Priorities = 0xFF;
    public readonly List<int> Facilities = [];
    public ulong? Since, Until;
    public readonly List<string> Identifiers = [], Units = [], UserUnits = [];
    public string? Field;
    public List<string>? OutputFields;
    public string? Pattern;
    public bool? IsCaseSensitive;
    public bool OnlySystem, OnlyUser;
    public string? Namespace;
    public bool AllNamespaces, AlsoDefaultNamespace;
    public ulong VacuumSize, VacuumFiles, VacuumTime;
    public IReadOnlyList<string> Operands = [];

    /// <summary>Of the verb's units those that stand right behind -n or -b, and what is wrong if no unit has such a name.</summary>
    public readonly Dictionary<string, string> Doubtful = [];

    /// <summary>A folder that stands for the machine's journal: an instance's own.</summary>
    public string[]? HomeFolders;

    /// <summary>Where the instance's journal answers; null for the machine's.</summary>
    public string? ControlSocket;

    public FolderScope Scope(UInt128? machine, uint uid) => new()
    {
        LocalMachine = machine, Namespace = Namespace, AllNamespaces = AllNamespaces, AlsoDefaultNamespace = AlsoDefaultNamespace,
        System = OnlySystem, User = OnlyUser ? uid : null,
    };
}
