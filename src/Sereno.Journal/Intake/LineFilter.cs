using System.Text;
using System.Text.RegularExpressions;

namespace Sereno.Journal.Intake;

/// <summary>LogFilterPatterns=: what a "~" pattern matches is dropped, and what no other matches if there are others.</summary>
public sealed class LineFilter
{
    /// <summary>A pattern that takes longer over a line doesn't match it.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(50);

    private readonly Regex[] _allow, _deny;

    private LineFilter(IReadOnlyCollection<string> patterns)
    {
        _allow = [.. patterns.Where(p => !p.StartsWith('~')).Select(Compile)];
        _deny = [.. patterns.Where(p => p.StartsWith('~')).Select(p => Compile(p[1..]))];
    }

    /// <summary>Null where there is nothing to filter.</summary>
    public static LineFilter? Of(IReadOnlyCollection<string> patterns) => patterns.Count > 0 ? new(patterns) : null;

    public bool Passes(ReadOnlySpan<byte> message)
    {
        string text = Encoding.UTF8.GetString(message);
        return !_deny.Any(p => Matches(p, text)) && (_allow.Length == 0 || _allow.Any(p => Matches(p, text)));
    }

    private static Regex Compile(string pattern) => new(pattern, RegexOptions.CultureInvariant, s_limit);

    private static bool Matches(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
