using Sereno.Sockets.Filter;
using Sereno.Units.Values;

namespace Sereno.Texts;

/// <summary>
/// What a person reads, in the language of the session. An abstract member has to be said in every language: the compiler
/// sees to it. Machine formats (JSON, state names, show) are not here: they never change.
/// </summary>
public abstract class Text
{
    private static Text? s_current;

    public static Text Current => s_current ??= For(Chosen());

    public static Text For(string? locale) => locale?.StartsWith("es", StringComparison.OrdinalIgnoreCase) == true ? new Spanish() : new English();

    public abstract string Language { get; }

    /// <summary>What is said of sockets, ports and connections.</summary>
    public abstract SocketTexts Sockets { get; }

    /// <summary>What is said of unit files and their links.</summary>
    public abstract InstallTexts Install { get; }
    public abstract LogsTexts Logs { get; }

    /// <summary>What is said of commands that run as units.</summary>
    public abstract RunTexts Run { get; }

    /// <summary>What is said of connections that are made.</summary>
    public abstract ConnectTexts Connect { get; }

    /// <summary>What is said of other managers' files that become units.</summary>
    public abstract ImportTexts Import { get; }

    /// <summary>What is said of entries that go to another machine.</summary>
    public abstract ForwardTexts Forward { get; }

    /// <summary>What manual pages say.</summary>
    public abstract ManualTexts Manual { get; }

    public abstract string Description { get; }
    public abstract string DirOption { get; }
    public abstract string UnitPathOption { get; }
    public abstract string LangOption { get; }
    public abstract string Help(string verb);
    public abstract string Option(string name);
    public abstract string Examples { get; }
    public abstract string Usage { get; }
    public abstract string VerbWord { get; }
    public abstract string OptionsWord { get; }
    public abstract string Verbs { get; }
    public abstract string OptionsTitle { get; }
    public abstract string HelpOption { get; }
    public abstract string VersionOption { get; }
    public abstract string Unknown(string word);
    public abstract string DidYouMean(string word);
    public abstract string MissingArgument(string verb);
    public abstract string MissingWord(string verb, string what);
    public abstract string SeeHelp(string verb);
    public abstract string NotRunning(string path, string command);
    public abstract string FailedJob(string verb, string unit, string error);
    public abstract string JobFailed(string unit, string reason);
    public abstract string JobReason(string result, string serviceResult);
    public abstract string SeeStatus(string unit);
    public abstract string ReloadNeeded(string unit);
    public abstract string UnitNotFound(string unit);
    public abstract string StartOfPattern { get; }
    public abstract string StillTriggered(string unit, IReadOnlyList<string> triggers);

    /// <summary>cat shows what the manager has not read yet.</summary>
    public abstract string CatIsNewer(string unit);

    /// <summary>A name before a value in what calendar, timespan and timestamp say.</summary>
    public virtual string TimeLabel(string name) => name;

    /// <param name="kind">The verb.</param>
    public abstract string CannotReadTime(string kind, string text, bool outOfRange);
    public abstract string NoNextElapse(string text, bool isLost);

    /// <summary>How far a time is from now; null for none. Both in microseconds.</summary>
    public abstract string? Relative(ulong time, ulong now);
    public abstract string Field(string name);
    public abstract string Ago(string span);
    public abstract string Since { get; }
    public abstract string InAndOut(string incoming, string outgoing);
    public abstract string ReadAndWritten(string read, string written);

    /// <summary>A limit of a kind that systemctl's status names: "limit", "high", "available".</summary>
    public abstract string Limit(string kind);
    public abstract string UnitsListed(int count);
    public abstract string LoadLegend { get; }
    public abstract string UnitFilesListed(int count);
    public abstract string JobsListed(int count);
    public abstract string TimersListed(int count);

    /// <param name="verb">list-sockets or list-paths.</param>
    public abstract string Listed(string verb, int count);
    public abstract string PassAllTo(string verb);
    public abstract string KnownTypes { get; }
    public abstract string UnknownType(string word);
    public abstract string PassAll { get; }
    public abstract string NoJobs { get; }
    public abstract string Column(string name);
    public abstract string NoOutput(string what);
    public abstract string ServeReady(string what, string address);
    public abstract string TmpfilesNeedsOperation { get; }
    public abstract string InvalidAddress(string address);

    /// <param name="mode">"dedicated", "concurrent", or empty where the service has the sockets.</param>
    public abstract string ServerMode(string mode);

    /// <param name="queue">How many wait to be accepted, and how many may; null where that isn't known.</param>
    /// <param name="counts">Null where the service accepts them.</param>
    public abstract string Clients((uint Waiting, uint Room)? queue, (ulong InService, ulong Served, ulong Refused)? counts);

    /// <summary>What to do about a unit that was started, or has started others, too often.</summary>
    public abstract string LimitHit(string unit, string units);
    public abstract string CannotListen(string address, string reason);
    public abstract string ServicesListed(int count, int active);
    public abstract string MoreRows(int count);
    public abstract string WatchHint { get; }

    /// <summary>Another verb would have understood.</summary>
    public abstract string TimeHint(string verb, string text);
    public abstract string InvalidValue(string option, string value);

    /// <summary>What an option may be, behind <see cref="InvalidValue"/>.</summary>
    public abstract string AllowedValues(string values);

    /// <summary>A word that stands for a value in a usage line: PORT, STATE.</summary>
    public virtual string Placeholder(string name) => name;

    /// <summary>The three letters of a weekday.</summary>
    public virtual string Weekday(DayOfWeek day) => day.ToString()[..3];

    /// <summary>"Sun 2026-11-22 16:00:00 CET"; null for a time that isn't set.</summary>
    public string? Moment(ulong usec)
    {
        var zone = Zones.Local();
        return Timestamps.Format(usec, zone) is not { } text ? null
            : text[0] == '-' ? text : Weekday((DayOfWeek)zone.ToCivil((long)(usec / TimeSpans.Second)).Weekday) + text[3..];
    }

    /// <summary>The three letters of a month.</summary>
    public virtual string ShortMonth(int month) => System.Globalization.CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(month);

    /// <summary>What a manager said of a call that it could not do; it speaks English to all its clients.</summary>
    public virtual string Problem(string message) => message;

    public abstract string FilterLine(int number);

    /// <summary>What is wrong with a filter of sockets; the arguments are those of <see cref="FilterException"/>.</summary>
    public abstract string WrongFilter(FilterProblem problem, string word, string subject);

    public abstract string NoLog(string unit);

    /// <summary>Nothing can be written to the journal.</summary>
    public abstract string JournalFull(string why);
    public abstract string NoLogs(string folder);
    public abstract string InvalidName(string name);
    public abstract string InvalidSignal(string signal);
    public abstract string NoFiles(string unit);
    public abstract string CheckSummary(int enforced, int emulated, int ignored);
    public abstract string Support(string level);

    /// <summary>Why a directive doesn't hold as it is; the table's own reasons are the same in every language.</summary>
    public virtual string CheckReason(string reason) => reason;
    public abstract string Guarantee(bool hasCgroup, string path);

    /// <summary>--lang first, wherever it stands, then the locale (locale(7)).</summary>
    private static string? Chosen()
    {
        string[] args = Environment.GetCommandLineArgs();
        for (int i = 1; i < args.Length; i++)
            if (args[i] == "--lang" && i + 1 < args.Length)
                return args[i + 1];
            else if (args[i].StartsWith("--lang=", StringComparison.Ordinal))
                return args[i]["--lang=".Length..];
        foreach (string name in (ReadOnlySpan<string>)["LC_ALL", "LC_MESSAGES", "LANG"])
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } locale)
                return locale;
        return null;
    }
}
