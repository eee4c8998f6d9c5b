using System.Text;
using CsCheck;
using Sereno.Journal.Intake;
using Xunit;

namespace Sereno.Tests.Journal.Intake;

public class LinesTests
{
    private static List<(string Line, LineBreak How)> Split(int lineMax, params byte[][] pieces)
    {
        var lines = new List<(string, LineBreak)>();
        byte[] begun = [];
        foreach (byte[] piece in pieces)
        {
            ReadOnlySpan<byte> bytes = (byte[])[.. begun, .. piece];
            while (Lines.TryTake(ref bytes, lineMax, out var line, out var how))
                lines.Add((Encoding.Latin1.GetString(line), how));
            begun = bytes.ToArray();
        }
        if (begun.Length > 0)
            lines.Add((Encoding.Latin1.GetString(begun), LineBreak.Eof));
        return lines;
    }

    [Fact]
    public void Newlines_zeros_and_the_longest_length_end_a_line() => Assert.Equal(
        [("one", LineBreak.Newline), ("two", LineBreak.Nul), ("", LineBreak.Newline), ("longer tha", LineBreak.LineMax), ("n ten", LineBreak.Newline), ("end", LineBreak.Eof)],
        Split(10, "one\ntwo\0\nlonger than ten\nend"u8.ToArray()));

    [Fact]
    public void A_line_of_just_the_longest_length_is_cut_as_journald_cuts_it() =>
        Assert.Equal([("0123456789", LineBreak.LineMax), ("", LineBreak.Newline), ("x", LineBreak.Eof)], Split(10, "0123456789\nx"u8.ToArray()));

    [Fact]
    public void Bytes_are_split_the_same_however_they_arrive() => Gen.Select(Gen.Byte[0, 12].Array[0, 60], Gen.Int[1, 7]).Sample((bytes, size) =>
        Assert.Equal(Split(5, bytes), Split(5, [.. bytes.Chunk(size)])));

    [Fact]
    public void No_byte_is_lost() => Gen.Byte.Array[0, 200].Sample(bytes =>
        Assert.Equal(bytes.Length, Split(16, bytes).Sum(l => l.Line.Length + (l.How is LineBreak.Newline or LineBreak.Nul ? 1 : 0))));

    [Theory]
    [InlineData("<3>text", 6, false, 3, "text")]
    [InlineData("<3>text", 30, false, 27, "text")]
    [InlineData("<03>text", 6, false, 3, "text")]
    [InlineData("<30>text", 6, false, 6, "<30>text")]
    [InlineData("<30>text", 6, true, 30, "text")]
    [InlineData("<191>text", 6, true, 191, "text")]
    [InlineData("<>text", 6, true, 6, "<>text")]
    [InlineData("<1234>text", 6, true, 6, "<1234>text")]
    [InlineData("<3text", 6, true, 6, "<3text")]
    [InlineData("<x>text", 6, true, 6, "<x>text")]
    [InlineData("<", 6, true, 6, "<")]
    public void A_prefix_is_a_priority(string text, int before, bool withFacility, int after, string rest)
    {
        ReadOnlySpan<byte> line = Encoding.UTF8.GetBytes(text);
        SyslogPriority.Take(ref line, ref before, withFacility);
        Assert.Equal((after, rest), (before, Encoding.UTF8.GetString(line)));
    }

    [Theory]
    [InlineData("a\0b c\0\0", "a \"b c\"")]
    [InlineData("a\0\0b\0", "a \"\" b")]
    [InlineData("echo\0it's $HOME \"x\"\0", "echo \"it's \\$HOME \\\"x\\\"\"")]
    [InlineData("a\0b\nc\0", "a \"b\\nc\"")]
    public void A_command_line_is_written_as_a_shell_would_read_it(string arguments, string expected) =>
        Assert.Equal(expected, CommandLineText.Of(Encoding.UTF8.GetBytes(arguments)));

    [Theory]
    [InlineData("/system.slice/a.service", "system.slice", "a.service", "", "", null)]
    [InlineData("/sereno-x/system.slice/system-a.slice/a@1.service/sub", "system-a.slice", "a@1.service", "", "", null)]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "user-1000.slice", "session-3.scope", "", "3", 1000u)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/b.service", "user-1000.slice", "user@1000.service", "b.service", "", 1000u)]
    [InlineData("/init.scope", "-.slice", "init.scope", "", "", null)]
    [InlineData("/docker/0123", "-.slice", "", "", "", null)]
    public void A_control_group_tells_whose_a_process_is(string path, string slice, string unit, string userUnit, string session, uint? owner)
    {
        var found = CgroupPath.Parse(path);
        Assert.Equal((slice, unit, userUnit, session, owner), (found.Slice, found.Unit, found.UserUnit, found.Session, found.OwnerUid));
    }
}
