namespace Sereno.Sockets.Filter;

/// <summary>What can be wrong with a filter.</summary>
public enum FilterProblem
{
    /// <summary>Something else stands, or nothing, where a condition has to begin.</summary>
    ExpectedCondition,

    /// <summary>A word that can't follow a finished condition.</summary>
    ExpectedConnective,

    /// <summary>The keyword <see cref="FilterException.Subject"/> lacks its value.</summary>
    ExpectedValue,

    /// <summary>The keyword <see cref="FilterException.Subject"/> doesn't know this comparison.</summary>
    WrongRelation,
    UnclosedParenthesis, UnclosedBracket,
    BadAddress,

    /// <summary>An IPv6 address without brackets: what is behind its last colon was read as the port.</summary>
    UnbracketedIPv6,
    UnknownPort, AmbiguousPort, UnknownProtocol, UnknownDevice, BadMark, UnknownCgroup, UnknownState,
    NestedTooDeep, LineTooLong, InvalidLine,
}

/// <summary>Where in a filter: a span of one line.</summary>
/// <param name="LineNumber">From 1 in a filter file; 0 on the command line.</param>
/// <param name="Column">From 0, in UTF-16 units of <paramref name="Line"/>; its length for "at the end".</param>
public readonly record struct FilterPosition(string Line, int LineNumber, int Column, int Length);

/// <summary>A filter that can't be understood: ss's own words and exit code, and ours with the position.</summary>
/// <param name="word">The word at <paramref name="position"/>; empty at the end.</param>
/// <param name="subject">The keyword (src, dport) or cause that the problem is about; empty for none.</param>
public sealed class FilterException(FilterProblem problem, FilterPosition position, string word, string subject, string ssText, int exitCode, bool showsUsage)
    : Exception(ssText.TrimEnd())
{
    public FilterProblem Problem { get; } = problem;
    public FilterPosition Position { get; } = position;
    public string Word { get; } = word;
    public string Subject { get; } = subject;

    /// <summary>What ss 6.1 writes to standard error, line ends included.</summary>
    public string SsText { get; } = ssText;

    /// <summary>ss 6.1's exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>ss writes its usage to standard error behind <see cref="SsText"/>.</summary>
    public bool ShowsUsage { get; } = showsUsage;
}
