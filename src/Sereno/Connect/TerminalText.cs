using System.Text;
using Sereno.Texts;

namespace Sereno.Connect;

/// <summary>What a stranger's server sends, as a person's terminal may have it: text, with a question mark for each character that
/// would command the terminal. A file or a pipe gets the bytes themselves.</summary>
public sealed class TerminalText
{
    // A character may come in two pieces.
    private readonly Decoder _decoder = new UTF8Encoding(false).GetDecoder();
    private bool _returned;

    /// <param name="isEnd">Nothing more comes.</param>
    public byte[] Show(ReadOnlySpan<byte> bytes, bool isEnd = false)
    {
        char[] characters = new char[_decoder.GetCharCount(bytes, isEnd)];
        _decoder.GetChars(bytes, characters, isEnd);
        var shown = new StringBuilder(characters.Length);
        foreach (char c in characters)
        {
            // Before the end of a line it does nothing; elsewhere it would write over the line's beginning.
            if (_returned)
                shown.Append(c == '\n' ? '\r' : '?');
            _returned = c == '\r';
            if (!_returned)
                shown.Append(c is '\n' or '\t' ? c : Printable.Of(c));
        }
        if (isEnd && _returned)
            shown.Append('?');
        return Encoding.UTF8.GetBytes(shown.ToString());
    }
}
