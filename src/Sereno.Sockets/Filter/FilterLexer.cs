using System.Text;

namespace Sereno.Sockets.Filter;

internal enum FilterTokenKind
{
    End, Not, And, Or, Open, Close,
    Destination, Source, DestinationPort, SourcePort, Device, Mark, Cgroup, Autobound,
    AtLeast, AtMost, NotEqual, Equal, Greater, Less,
    Value,
}

internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, FilterPosition Position);

/// <summary>Words of a filter: those of the command line, then the lines of a file. Blanks separate words inside of an argument
/// as well; a backslash takes what is special from the next character.</summary>
internal sealed class FilterLexer
{
    private const int LongestChunk = SocketFilter.LongestLine;

    private readonly IReadOnlyList<string> _words;
    private readonly string _commandLine;
    private ReadOnlyMemory<byte> _file;
    private string _line = "", _rest = "";
    private int _nextWord, _lineNumber, _lineStart, _lineEnd, _at;

    /// <param name="first">Which of the words the filter begins with.</param>
    public FilterLexer(IReadOnlyList<string> words, int first, ReadOnlyMemory<byte> file)
    {
        (_words, _nextWord, _file) = (words, first, file);
        _line = _commandLine = string.Join(' ', words);
        _lineEnd = words.Take(first).Sum(word => word.Length + 1);
    }

    /// <exception cref="FilterException">A line of the file can't be read.</exception>
    public FilterToken Next()
    {
        while (true)
        {
            while (_at < _rest.Length && _rest[_at] is ' ' or '\t')
                _at++;
            if (_at < _rest.Length)
                return Read();
            if (!NextWord() && !NextLine())
                return new(FilterTokenKind.End, "", new(_line, _lineNumber, _line.Length, 1));
        }
    }

    private FilterToken Read()
    {
        var text = new StringBuilder();
        int start = _at;
        for (; _at < _rest.Length && _rest[_at] is not (' ' or '\t'); _at++)
        {
            if (_rest[_at] == '\\' && ++_at == _rest.Length)
                break;
            text.Append(_rest[_at]);
        }
        string word = text.ToString();
        return new(KindOf(word), word, new(_line, _lineNumber, _lineStart + start, _at - start));
    }

    private bool NextWord()
    {
        if (_nextWord == _words.Count)
            return false;
        _lineStart = _lineEnd;
        (_line, _rest, _at) = (_commandLine, _words[_nextWord++], 0);
        _lineEnd = _lineStart + _rest.Length + 1;
        return true;
    }

    // A line that begins with '#' is a comment; so is, in ss, one that begins with the digit 0.
    private bool NextLine()
    {
        if (_file.IsEmpty)
            return false;
        var chunk = _file.Span[..Math.Min(_file.Length, LongestChunk)];
        int newline = chunk.IndexOf((byte)'\n');
        if (newline >= 0)
            chunk = chunk[..(newline + 1)];
        _file = _file[chunk.Length..];
        int length = chunk.IndexOf((byte)0) is >= 0 and var zero ? zero : chunk.Length;
        string text = Encoding.UTF8.GetString(chunk[..length]).TrimEnd('\n');
        (_line, _rest, _lineStart, _at) = (text, text is ['#' or '0', ..] ? "" : text, 0, 0);
        _lineNumber++;
        if (length == 0)
            throw Unreadable(FilterProblem.InvalidLine, "Invalid line\n");
        if (length == LongestChunk)
            throw Unreadable(FilterProblem.LineTooLong, "Too long line in filter\n");
        return true;
    }

    private FilterException Unreadable(FilterProblem problem, string ssText) =>
        new(problem, new(_line, _lineNumber, 0, 1), "", "", ssText, exitCode: 255, showsUsage: false);

    private static FilterTokenKind KindOf(string word) => word switch
    {
        "!" or "not" => FilterTokenKind.Not,
        "&" or "&&" or "and" => FilterTokenKind.And,
        "|" or "||" or "or" => FilterTokenKind.Or,
        "(" => FilterTokenKind.Open,
        ")" => FilterTokenKind.Close,
        "dst" => FilterTokenKind.Destination,
        "src" => FilterTokenKind.Source,
        "dport" => FilterTokenKind.DestinationPort,
        "sport" => FilterTokenKind.SourcePort,
        "dev" => FilterTokenKind.Device,
        "fwmark" => FilterTokenKind.Mark,
        "cgroup" => FilterTokenKind.Cgroup,
        "autobound" => FilterTokenKind.Autobound,
        ">=" or "ge" or "geq" => FilterTokenKind.AtLeast,
        "<=" or "le" or "leq" => FilterTokenKind.AtMost,
        "!=" or "ne" or "neq" => FilterTokenKind.NotEqual,
        "=" or "==" or "eq" => FilterTokenKind.Equal,
        ">" or "gt" => FilterTokenKind.Greater,
        "<" or "lt" => FilterTokenKind.Less,
        _ => FilterTokenKind.Value,
    };
}
