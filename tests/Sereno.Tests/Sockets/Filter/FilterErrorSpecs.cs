using System.Text;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;
using Sereno.Texts;
using Sereno.Verbs;
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
    public void On_a_small_stack_nesting_ends_earlier()
    {
        FilterException? error = null;
        var thread = new Thread(() => error = Record.Exception(() => Parse(string.Concat(Enumerable.Repeat("! ", 9000)) + "src 1")) as FilterException, 128 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal(FilterProblem.NestedTooDeep, error?.Problem);
    }

    [Theory]
    [InlineData("src 1.2.3.4 and dst foo.invalid", "  src 1.2.3.4 and dst foo.invalid\n                      ^^^^^^^^^^^\nThis is neither")]
    [InlineData("sport\u0007 and (", "  sport? and (\n  ^^^^^^\nHere")]
    [InlineData("src ::1", "  src ::1\n      ^^^\nAn IPv6 address stands in brackets: [::1].")]
    [InlineData("src", "  src\n     ^\nsrc needs a value here.")]
    public void A_person_sees_the_place(string filter, string expected)
    {
        using var shown = new StringWriter();
        FilterErrors.Write(Assert.Throws<FilterException>(() => Parse(filter)), shown, new English());
        Assert.StartsWith(expected, shown.ToString());
    }

    [Theory]
    [InlineData("-tan src ::1", 1)]
    [InlineData("-tan state established src", 255)]
    [InlineData("-tan state foo", 255)]
    public void The_verb_tells_the_place_behind_what_ss_says(string arguments, int exitCode)
    {
        using var shown = new StringWriter();
        using var explained = new StringWriter();
        Assert.Equal(exitCode, SsVerb.Run(arguments.Split(' '), Stream.Null, shown, null));
        Assert.Equal(exitCode, SsVerb.Run(arguments.Split(' '), Stream.Null, explained, null, explains: true));
        Assert.StartsWith(shown.ToString(), explained.ToString());
        Assert.Contains("^", explained.ToString()[shown.ToString().Length..]);
    }

    [Fact]
    public void Of_a_long_line_a_person_sees_what_is_near()
    {
        using var shown = new StringWriter();
        FilterErrors.Write(Assert.Throws<FilterException>(() => Parse(string.Concat(Enumerable.Repeat("sport 1 ", 1000)) + "dport x" + new string(' ', 1000))), shown, new Spanish());
        string[] lines = shown.ToString().Split('\n');
        Assert.Contains("dport x", lines[0]);
        Assert.True(lines[0].Length < 100 && lines[0].IndexOf(" x", StringComparison.Ordinal) + 1 == lines[1].IndexOf('^'));
    }

    [Fact]
    public void Every_problem_has_words_in_every_language()
    {
        foreach (var text in (Text[])[new English(), new Spanish()])
            Assert.All(Enum.GetValues<FilterProblem>(), problem => Assert.NotEmpty(text.WrongFilter(problem, "word", "subject")));
        Assert.All(Enum.GetValues<FilterProblem>().Except([FilterProblem.UnclosedBracket]), problem =>
            Assert.NotEqual(new English().WrongFilter(problem, "w", "s"), new Spanish().WrongFilter(problem, "w", "s")));
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
