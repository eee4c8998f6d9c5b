using System.Text;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;
using Xunit;
using static Sereno.Tests.Sockets.Filter.KnownNames;

namespace Sereno.Tests.Sockets.Filter;

public class FilterErrorSpecs
{
    [Theory]
    [InlineData("src", "", FilterProblem.ExpectedValue)]
    [InlineData("src and dev 1", "and", FilterProblem.ExpectedValue)]
    [InlineData("src != 1.2.3.4", "!=", FilterProblem.WrongRelation)]
    [InlineData("dev > 1", ">", FilterProblem.WrongRelation)]
    [InlineData("src 1 )", ")", FilterProblem.ExpectedConnective)]
    [InlineData("src 1 and", "", FilterProblem.ExpectedCondition)]
    [InlineData("( src 1", "(", FilterProblem.UnclosedParenthesis)]
    [InlineData("( )", ")", FilterProblem.ExpectedCondition)]
    [InlineData("and", "and", FilterProblem.ExpectedCondition)]
    [InlineData("10.0.0.1", "10.0.0.1", FilterProblem.ExpectedCondition)]
    [InlineData("foo", "foo", FilterProblem.ExpectedCondition)]
    [InlineData("src 1 foo", "foo", FilterProblem.ExpectedConnective)]
    [InlineData("autobound = 1", "=", FilterProblem.ExpectedConnective)]
    [InlineData("src 1 or dst foo.invalid and dev 2", "foo.invalid", FilterProblem.BadAddress)]
    [InlineData("src 1.2.3.4/33", "1.2.3.4/33", FilterProblem.BadAddress)]
    [InlineData("src ::1", "::1", FilterProblem.UnbracketedIPv6)]
    [InlineData("src fe80::ff", "fe80::ff", FilterProblem.UnbracketedIPv6)]
    [InlineData("src [::1", "[::1", FilterProblem.UnclosedBracket)]
    [InlineData("sport = foo", "foo", FilterProblem.UnknownPort)]
    [InlineData("dev foo", "foo", FilterProblem.UnknownDevice)]
    [InlineData("fwmark x", "x", FilterProblem.BadMark)]
    [InlineData("fwmark 1/", "1/", FilterProblem.BadMark)]
    [InlineData("cgroup /none", "/none", FilterProblem.UnknownCgroup)]
    [InlineData("src link:foo", "link:foo", FilterProblem.UnknownProtocol)]
    [InlineData("src link:ip:foo", "link:ip:foo", FilterProblem.UnknownDevice)]
    [InlineData("src netlink:300", "netlink:300", FilterProblem.UnknownProtocol)]
    public void What_is_wrong_is_told_with_its_place(string filter, string word, FilterProblem problem)
    {
        var error = Assert.Throws<FilterException>(() => SocketFilter.Parse(filter.Split(' '), 0, default, new(), new KnownNames()));
        Assert.Equal(problem, error.Problem);
        Assert.Equal(filter, error.Position.Line);
        Assert.Equal((0, word.Length == 0 ? filter.Length : filter.LastIndexOf(word, StringComparison.Ordinal)), (error.Position.LineNumber, error.Position.Column));
        Assert.Equal(Math.Max(1, word.Length), error.Position.Length);
    }

    [Fact]
    public void In_a_file_the_line_is_told()
    {
        var error = Assert.Throws<FilterException>(() => SocketFilter.Parse(["dev", "1"], 0, Encoding.UTF8.GetBytes("# x\n and sport 1\n  or sport foo # y\n"), new(), new KnownNames()));
        Assert.Equal(new FilterPosition("  or sport foo # y", 3, 11, 3), error.Position);
    }

    [Fact]
    public void A_filter_files_lines_have_ss_limits()
    {
        string longest = "sport 1" + new string(' ', 1022 - 8) + "\n";
        Assert.NotNull(SocketFilter.Parse([], 0, Encoding.UTF8.GetBytes(longest), new(), new KnownNames()));
        var error = Assert.Throws<FilterException>(() => SocketFilter.Parse([], 0, Encoding.UTF8.GetBytes(" " + longest), new(), new KnownNames()));
        Assert.Equal(("Too long line in filter\n", 255, false), (error.SsText, error.ExitCode, error.ShowsUsage));
        error = Assert.Throws<FilterException>(() => SocketFilter.Parse([], 0, new byte[] { 0, 10 }, new(), new KnownNames()));
        Assert.Equal(("Invalid line\n", 255), (error.SsText, error.ExitCode));
    }

    [Theory]
    [InlineData("state", 5, FilterProblem.ExpectedValue)]
    [InlineData("state all exclude foo sport 1", 18, FilterProblem.UnknownState)]
    public void A_wrong_state_is_told_with_its_place(string words, int column, FilterProblem problem)
    {
        var states = TcpStates.None;
        var error = Assert.Throws<FilterException>(() => StateWords.Read(words.Split(' '), ref states));
        Assert.Equal((problem, words, column), (error.Problem, error.Position.Line, error.Position.Column));
    }

    // Where ss's generated parser gives up, to the word; on the real one this was measured.
    [Theory]
    [InlineData("(")]
    [InlineData("!")]
    public void Nesting_ends_where_ss_ends_it(string opener)
    {
        Assert.NotNull(Parse(Nested(9995)));
        var error = Assert.Throws<FilterException>(() => Parse(Nested(9996)));
        Assert.Equal(FilterProblem.NestedTooDeep, error.Problem);
        Assert.Equal("ss: bison bellows (while parsing filter): \"memory exhausted!\" Sorry.\n", error.SsText);

        string Nested(int depth) => string.Concat(Enumerable.Repeat(opener + " ", depth)) + "src 1"
            + string.Concat(Enumerable.Repeat(opener == "(" ? " )" : "", depth));
    }

    [Fact]
    public void A_filter_of_ten_thousand_conditions_works()
    {
        var filter = Parse("sport 65535" + string.Concat(Enumerable.Range(0, 10_001).Select(i => $" {(i % 2 == 0 ? "or" : "and")} sport {i}")))!;
        Assert.Null(filter.Bytecode);
        Assert.True(filter.Matches(new SocketRecord { LocalPort = 10_000 }));
        Assert.False(filter.Matches(new SocketRecord { LocalPort = 9998 }));
        Assert.Equal(filter.Expression, Read(filter.Expression.ToString()));
    }
}
