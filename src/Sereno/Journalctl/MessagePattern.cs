using System.Text;
using System.Text.RegularExpressions;
using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>journalctl's --grep: PCRE's language, matched over bytes as journalctl has it matched (without PCRE2_UTF), by an engine that
/// never goes back, so that no pattern takes long. Only what that can't do (back references, looking around) is left to one that
/// goes back, for a second a message. Differences from PCRE2: no possessive quantifiers, recursion, \K or verbs; letters that are
/// no ASCII have no case there, and the upper half of Latin-1 has one here.</summary>
internal sealed class MessagePattern : IMessageTest
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;
    private readonly byte[]? _literal;
    private readonly bool _isLiteral, _ignoresCase;
    private char[] _letters = [];

    private MessagePattern(Regex regex, byte[]? literal, bool isLiteral, bool ignoresCase) =>
        (_regex, _literal, _isLiteral, _ignoresCase) = (regex, literal, isLiteral, ignoresCase);

    /// <param name="isCaseSensitive">Null: where the pattern has a capital letter.</param>
    /// <exception cref="ArgumentException">What is wrong with it.</exception>
    public static MessagePattern Read(string pattern, bool? isCaseSensitive)
    {
        bool ignoresCase = !(isCaseSensitive ?? pattern.Any(char.IsAsciiLetterUpper));
        string bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(pattern));
        byte[]? literal = PatternText.Literal(bytes) is { Length: > 0 } text ? Encoding.Latin1.GetBytes(text) : null;
        if (ignoresCase && literal is not null)
            Ascii.ToLowerInPlace(literal, out _);
        var options = RegexOptions.CultureInvariant | (ignoresCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        string translated = PatternText.Translate(bytes);
        Regex regex;
        try
        {
            regex = new(translated, options | RegexOptions.NonBacktracking, s_longest);
        }
        catch (NotSupportedException)
        {
            regex = new(translated, options, s_longest);
        }
        return new(regex, literal, literal?.Length == bytes.Length, ignoresCase);
    }

    public IMessageTest ForThread() => new MessagePattern(_regex, _literal, _isLiteral, _ignoresCase);

    public bool IsSought(ReadOnlySpan<byte> message) => TryMatch(message, out _);

    /// <exception cref="RegexMatchTimeoutException">It takes too long.</exception>
    public bool TryMatch(ReadOnlySpan<byte> message, out (int From, int To) match)
    {
        match = default;
        int at = _literal is null ? 0 : _ignoresCase ? AsciiSearch.IndexOf(message, _literal) : message.IndexOf(_literal);
        if (at < 0)
            return false;
        if (_isLiteral)
        {
            match = (at, at + _literal!.Length);
            return true;
        }
        if (_letters.Length < message.Length)
            _letters = new char[Math.Max(message.Length, 1024)];
        int length = Encoding.Latin1.GetChars(message, _letters);
        foreach (var found in _regex.EnumerateMatches(_letters.AsSpan(0, length)))
        {
            match = (found.Index, found.Index + found.Length);
            return true;
        }
        return false;
    }
}
