using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Units;

public class GlobTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("redis*", "redis-server.service", true)]
    [InlineData("*.s*t", "app.socket", true)]
    [InlineData("*.s*t", "app.service", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("getty@tty[1-3].service", "getty@tty2.service", true)]
    [InlineData("getty@tty[!1-3].service", "getty@tty2.service", false)]
    [InlineData("[]x]", "]", true)]
    [InlineData("[x", "[x", true)]
    [InlineData("dev-a\\x2db.device", "dev-a\\x2db.device", true)]
    [InlineData("", "a", false)]
    public void Patterns_match_as_fnmatch_does(string pattern, string text, bool matches) => Assert.Equal(matches, Glob.Matches(pattern, text));

    [Fact]
    public void A_hostile_pattern_takes_no_time() =>
        Assert.False(Glob.Matches(string.Concat(Enumerable.Repeat("*a", 100)) + "b", new string('a', 5000)));
}
