using CsCheck;
using Sereno.Units.Text;
using Xunit;

namespace Sereno.Tests.Units;

public class WordTests
{
    private const WordFlags Command = WordFlags.Unquote | WordFlags.Unescape;

    [Theory]
    [InlineData("a  b\tc", "a|b|c")]
    [InlineData("'a b' \"c d\"e", "a b|c de")]
    [InlineData("a'b c'd", "ab cd")]
    [InlineData("\"\" ''", "|")]
    [InlineData(@"a\x20b \s \t", "a b| |\t")]
    [InlineData(@"\u00e9 \xc3\xa9 \303\251", "\u00e9|\u00e9|\u00e9")]
    [InlineData(@"'it\'s' \\", @"it's|\")]
    public void Words_are_cut_unquoted_and_unescaped(string text, string expected) =>
        Assert.Equal(expected, string.Join("|", WordReader.Split(text, Command)!));

    [Theory]
    [InlineData("'a")]
    [InlineData("a\\")]
    [InlineData(@"\q")]
    [InlineData(@"\x0")]
    [InlineData(@"\x00")]
    public void Broken_quoting_and_unknown_escapes_are_refused(string text) => Assert.Null(WordReader.Split(text, Command));

    [Fact]
    public void An_unknown_escape_can_be_kept_as_written()
    {
        Assert.Equal(WordResult.Word, new WordReader(@"a\qb").NextForgiving(Command, out string word, out bool kept));
        Assert.True(kept);
        Assert.Equal(@"a\qb", word);
    }

    [Fact]
    public void Quotes_are_ordinary_without_unquoting() => Assert.Equal(["'a", "b'"], WordReader.Split("'a b'", WordFlags.None)!);

    [Fact]
    public void Empty_words_between_separators_are_kept_on_request() =>
        Assert.Equal(["a", "", "b", ""], WordReader.Split("a::b:", WordFlags.KeepEmpty, ":")!);

    [Fact]
    public void Bytes_that_are_not_UTF8_survive_decoding_and_encoding()
    {
        Assert.Equal([0xff, 0x41], RawText.Encode(WordReader.Split(@"\xffA", Command)![0]));
        Gen.Byte.Array[0, 40].Sample(bytes => RawText.Encode(RawText.Decode(bytes)).AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void Any_text_is_cut_without_an_exception() =>
        Gen.Select(Gen.String, Gen.Int[0, 127]).Sample((text, flags) => { WordReader.Split(text, (WordFlags)flags); });
}
