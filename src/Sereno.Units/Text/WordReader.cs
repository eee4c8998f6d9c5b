using System.Text;

namespace Sereno.Units.Text;

[Flags]
public enum WordFlags
{
    None = 0,
    /// <summary>Quotes may stay open.</summary>
    Relax = 1,
    /// <summary>Escapes are resolved; an unknown one is an error unless <see cref="UnescapeRelax"/> keeps it as written.</summary>
    Unescape = 2, UnescapeRelax = 4, UnescapeSeparators = 8,
    /// <summary>Quotes group and are removed.</summary>
    Unquote = 16,
    /// <summary>A backslash is a character like any other.</summary>
    RetainEscape = 32,
    /// <summary>Two separators in a row hold an empty word.</summary>
    KeepEmpty = 64,
}

public enum WordResult { Word, End, Invalid }

/// <summary>Cuts a value into words; which quoting and escaping applies is up to the directive (systemd.syntax(7), "Quoting").</summary>
public sealed class WordReader(string text)
{
    private readonly byte[] _text = RawText.Encode(text);
    private int _at;
    private bool _ended;

    /// <summary>True once nothing, not even an empty word, can follow.</summary>
    public bool AtEnd => _ended || _at >= _text.Length;

    /// <summary>Whether the word before ended at this separator.</summary>
    public bool IsAfter(char separator) => !_ended && _at > 0 && _text[_at - 1] == separator;

    /// <summary>What is left to read.</summary>
    public string Rest => AtEnd ? "" : RawText.Decode(_text.AsSpan(_at));

    private byte Peek(int offset = 0) => _at + offset < _text.Length ? _text[_at + offset] : (byte)0;

    /// <summary>Steps over <paramref name="token"/> where it stands alone here, and over the blanks behind it.</summary>
    public bool Skip(string token)
    {
        if (AtEnd || !_text.AsSpan(_at).StartsWith(Encoding.ASCII.GetBytes(token)) || Peek(token.Length) is not (0 or (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r'))
            return false;
        _at += token.Length;
        while (Peek() is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            _at++;
        return true;
    }

    /// <summary>
    /// As <see cref="Next"/>, but an unknown escape is kept verbatim and reported in <paramref name="kept"/>:
    /// what is invalid then is quoting.
    /// </summary>
    public WordResult NextForgiving(WordFlags flags, out string word, out bool kept)
    {
        var (at, ended) = (_at, _ended);
        var result = Next(flags, out word);
        kept = false;
        if (result != WordResult.Invalid)
            return result;
        (_at, _ended) = (at, ended);
        result = Next(flags | WordFlags.UnescapeRelax, out word);
        kept = result == WordResult.Word;
        return result;
    }

    public WordResult Next(WordFlags flags, out string word, string separators = " \t\n\r")
    {
        word = "";
        if (_ended)
            return WordResult.End;
        bool keepEmpty = (flags & WordFlags.KeepEmpty) != 0;
        bool IsSeparator(byte b) => separators.Contains((char)b);

        while (_at < _text.Length && IsSeparator(_text[_at]))
        {
            _at++;
            if (keepEmpty)
                return WordResult.Word;
        }
        if (_at >= _text.Length)
        {
            _ended = true;
            return keepEmpty ? WordResult.Word : WordResult.End;
        }

        var output = new List<byte>();
        byte quote = 0;
        for (; ; _at++)
        {
            if (_at >= _text.Length)
            {
                if (quote != 0 && (flags & WordFlags.Relax) == 0)
                    return WordResult.Invalid;
                _ended = true;
                break;
            }
            byte c = _text[_at];
            if (c == '\\' && (flags & WordFlags.RetainEscape) == 0)
            {
                if (!Escape(flags, output, quote, separators))
                    return WordResult.Invalid;
                if (_ended)
                    break;
            }
            else if (quote != 0)
            {
                if (c == quote)
                    quote = 0;
                else
                    output.Add(c);
            }
            else if (c is (byte)'"' or (byte)'\'' && (flags & WordFlags.Unquote) != 0)
                quote = c;
            else if (IsSeparator(c))
            {
                _at++;
                if (!keepEmpty)
                {
                    while (_at < _text.Length && IsSeparator(_text[_at]))
                        _at++;
                    _ended = _at >= _text.Length;
                }
                break;
            }
            else
                output.Add(c);
        }
        word = RawText.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(output));
        return WordResult.Word;
    }

    /// <summary>At a backslash; leaves the position on the escape's last byte.</summary>
    private bool Escape(WordFlags flags, List<byte> output, byte quote, string separators)
    {
        _at++;
        bool relax = (flags & WordFlags.UnescapeRelax) != 0;
        if (_at >= _text.Length)
        {
            bool open = (flags & WordFlags.Relax) != 0;
            if (relax && (quote == 0 || open))
                output.Add((byte)'\\');
            else if (!open)
                return false;
            _ended = true;
            return true;
        }
        if ((flags & (WordFlags.Unescape | WordFlags.UnescapeSeparators)) == 0)
        {
            output.Add(_text[_at]);
            return true;
        }
        int used = (flags & WordFlags.Unescape) != 0 ? Escapes.Read(_text.AsSpan(_at), output) : 0;
        if (used > 0)
            _at += used - 1;
        else if ((flags & WordFlags.UnescapeSeparators) != 0 && (separators.Contains((char)_text[_at]) || _text[_at] == '\\'))
            output.Add(_text[_at]);
        else if (relax)
        {
            output.Add((byte)'\\');
            output.Add(_text[_at]);
        }
        else
            return false;
        return true;
    }

    /// <summary>All words, or null where quoting or escaping is broken.</summary>
    public static List<string>? Split(string text, WordFlags flags, string separators = " \t\n\r")
    {
        var reader = new WordReader(text);
        var words = new List<string>();
        for (; ; )
            switch (reader.Next(flags, out string word, separators))
            {
                case WordResult.Word:
                    words.Add(word);
                    break;
                case WordResult.End:
                    return words;
                case WordResult.Invalid:
                    return null;
            }
    }
}
