using System.Text;
using CsCheck;
using Sereno.Units.Text;
using Xunit;

namespace Sereno.Tests.Units;

public class LexerTests
{
    private static string[] Lines(string text) =>
        [.. UnitText.Parse(Encoding.UTF8.GetBytes(text)).Select(l => l.Kind == LineKind.Assignment ? $"{l.Line}:{l.Key}={l.Value}" : $"{l.Line}:{l.Kind}:{l.Key}")];

    [Fact]
    public void A_backslash_at_the_end_joins_lines_with_a_blank_and_skips_comments_between() =>
        Assert.Equal(["1:Section:Unit", "6:A=b   c   d", "7:B=e"], Lines("[Unit]\nA=b \\\n# comment\n; another\n c \\\n d\nB=e\n"));

    [Fact]
    public void A_doubled_backslash_at_the_end_is_no_continuation() =>
        Assert.Equal(["1:Section:U", "2:A=b\\\\", "3:B=c"], Lines("[U]\nA=b\\\\\nB=c"));

    [Fact]
    public void A_backslash_on_the_last_line_continues_nothing() => Assert.Equal(["1:Section:U", "2:A=b"], Lines("[U]\nA=b\\"));

    [Fact]
    public void Blanks_around_key_and_value_are_dropped_and_later_equals_signs_kept() =>
        Assert.Equal(["1:Section:U", "2:A=b = c"], Lines("[U]\n  A \t=  b = c  \n"));

    [Fact]
    public void Carriage_returns_a_byte_order_mark_and_NUL_bytes_are_survived() =>
        Assert.Equal(["1:Section:U", "2:A=b", "3:B=c", "4:C=d"], Lines("\uFEFF[U]\r\nA=b\r\nB=c\0C=d\n\r"));

    [Fact]
    public void An_empty_assignment_is_an_assignment() => Assert.Equal(["1:Section:U", "2:A="], Lines("[U]\nA=\n"));

    [Fact]
    public void What_is_no_assignment_is_named() =>
        Assert.Equal(["1:Section:U", "2:MissingEquals:", "3:MissingKey:"], Lines("[U]\nfoo\n=bar\n"));

    [Theory]
    [InlineData("[U", LineKind.InvalidHeader)]
    [InlineData("[U'x]", LineKind.UnsafeHeader)]
    public void A_broken_header_ends_the_file(string header, LineKind kind) =>
        Assert.Equal(["1:Section:U", $"2:{kind}:"], Lines($"[U]\n{header}\nA=b\n"));

    [Fact]
    public void A_line_of_a_mebibyte_is_too_long_and_one_byte_less_is_not()
    {
        Assert.Equal(LineKind.TooLong, UnitText.Parse(Encoding.UTF8.GetBytes("[U]\nA=" + new string('x', UnitText.LongestLine - 2)))[^1].Kind);
        Assert.Equal(LineKind.Assignment, UnitText.Parse(Encoding.UTF8.GetBytes("[U]\nA=" + new string('x', UnitText.LongestLine - 3)))[^1].Kind);
    }

    [Fact]
    public void Spans_cover_continuation_lines()
    {
        var line = UnitText.Parse("[U]\nA=b \\\nc\nB=d"u8)[1];
        Assert.Equal(new TextSpan(4, 11), line.Span);
    }

    [Fact]
    public void Arbitrary_bytes_are_read_without_an_exception() => Gen.Byte.Array[0, 300].Sample(bytes => { UnitText.Parse(bytes); });
}
