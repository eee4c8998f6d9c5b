using System.Buffers;
using System.Text;
using CsCheck;
using Sereno.Journal;
using Xunit;

namespace Sereno.Tests.Journal;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LogTests : IDisposable
{
    private static readonly DateTime s_time = new DateTime(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc).AddTicks(1_234_560);
    private readonly string _folder = Directory.CreateTempSubdirectory("log-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Line(string message, DateTime? time = null, int priority = 6, string identifier = "nginx")
    {
        var buffer = new ArrayBufferWriter<byte>();
        LogEntry.Write(buffer, time ?? s_time, "box"u8, priority, LogEntry.Sanitize(identifier), 812, Encoding.UTF8.GetBytes(message));
        return buffer.WrittenSpan.ToArray();
    }

    private LogFile Open(string unit, long maxSize = LogFile.DefaultMaxSize) => new(_folder, unit + ".log", maxSize);

    private static List<string> Split(params byte[][] chunks)
    {
        var lines = new List<string>();
        var splitter = new LineSplitter();
        foreach (byte[] chunk in chunks)
            splitter.Add(chunk, (l, c) => lines.Add((c ? "+" : "") + Encoding.Latin1.GetString(l)));
        splitter.Finish((l, c) => lines.Add((c ? "+" : "") + Encoding.Latin1.GetString(l)));
        return lines;
    }

    [Fact]
    public void A_line_looks_like_this() =>
        Assert.Equal("2026-05-01T12:00:00.123456Z box <6> nginx[812]: hello\n", Encoding.UTF8.GetString(Line("hello")));

    [Fact]
    public void Any_message_and_identifier_come_back() => Gen.Select(Gen.String, Gen.String, Gen.Int[0, 7]).Sample((message, identifier, priority) =>
    {
        byte[] line = Line(message.Replace('\n', ' '), null, priority, identifier);
        var entry = LogEntry.Parse("u", line.AsSpan(0, line.Length - 1));
        Assert.NotNull(entry);
        Assert.Equal((s_time, "box", priority, 812), (entry.Time, entry.Host, entry.Priority, entry.Pid));
        Assert.Equal(Encoding.UTF8.GetBytes(message.Replace('\n', ' ')), entry.Message.ToArray());
    });

    [Fact]
    public void A_cut_line_is_none()
    {
        byte[] line = Line("");
        for (int n = 0; n < line.Length - 1; n++)
            Assert.Null(LogEntry.Parse("u", line.AsSpan(0, n)));
    }

    [Fact]
    public void Bytes_are_split_the_same_however_they_arrive() =>
        Gen.Select(Gen.Byte[8, 12].Array[0, 40], Gen.Int[1, 7]).Sample((bytes, size) => Assert.Equal(Split(bytes), Split([.. bytes.Chunk(size)])));

    [Fact]
    public void A_long_line_is_cut_and_the_rest_continues()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)'x', LineSplitter.LineMax + 1), (byte)'\n', (byte)'y', 0];
        Assert.Equal([new string('x', LineSplitter.LineMax), "+x", "y\0"], Split(bytes));
        Assert.Equal([new string('x', LineSplitter.LineMax), "+x", "y\0"], Split([.. bytes.Chunk(1000)]));
        byte[] exact = [.. Enumerable.Repeat((byte)'x', LineSplitter.LineMax), (byte)'\n', (byte)'y'];
        Assert.Equal([new string('x', LineSplitter.LineMax), "y"], Split(exact));
    }

    [Fact]
    public void Units_are_merged_by_time()
    {
        using (LogFile a = Open("a.service"), b = Open("b.service"))
            for (int i = 0; i < 10; i++)
                (i % 2 == 0 ? a : b).Append(Line($"{i}", s_time.AddSeconds(i)), _ => []);
        Assert.Equal(["a.service", "b.service"], LogReader.Units(_folder));
        Assert.Equal("0123456789", string.Concat(LogReader.Read(_folder).Select(e => e.Text)));
        Assert.Equal("789", string.Concat(LogReader.Read(_folder, null, 3).Select(e => e.Text)));
        Assert.Equal("68", string.Concat(LogReader.Read(_folder, "a.service", 2).Select(e => e.Text)));
        Assert.Empty(LogReader.Read(_folder, "../etc/passwd"));
        Assert.Empty(LogReader.Read(_folder, "unknown.service"));
    }

    [Fact]
    public void The_last_lines_of_a_long_file_are_found_from_its_end()
    {
        using (var file = Open("a.service"))
            for (int i = 0; i < 5000; i++)
                file.Append(Line($"{i} {new string('z', 100)}", s_time.AddMilliseconds(i)), _ => []);
        Assert.Equal(Enumerable.Range(3000, 2000).Select(i => $"{i}"), LogReader.Read(_folder, null, 2000).Select(e => e.Text.Split(' ')[0]));
        Assert.Equal(5000, LogReader.Read(_folder).Count);
    }

    [Fact]
    public void A_full_file_is_rotated_and_both_are_read()
    {
        using (var file = Open("a.service", maxSize: 1000))
            for (int i = 0; i < 60; i++)
                file.Append(Line($"{i}", s_time.AddSeconds(i)), _ => []);
        Assert.True(new FileInfo(Path.Combine(_folder, "a.service.log")).Length <= 1000);
        var texts = LogReader.Read(_folder).Select(e => int.Parse(e.Text)).ToList();
        Assert.Equal(Enumerable.Range(60 - texts.Count, texts.Count), texts);
        Assert.InRange(texts.Count, 20, 45);
        Assert.Equal("59", Assert.Single(LogReader.Read(_folder, null, 1)).Text);
    }

    [Fact]
    public void A_follower_sees_what_comes_through_rotation_and_in_new_files()
    {
        using var file = Open("a.service", maxSize: 1000);
        file.Append(Line("before"), _ => []);
        using var follower = new LogFollower(_folder, null, 5);
        Assert.Equal("before", Assert.Single(follower.Earlier).Text);
        var entries = new List<LogEntry>();
        for (int i = 0; i < 60; i++)
        {
            file.Append(Line($"{i}", s_time.AddSeconds(i)), _ => []);
            if (i % 7 == 0)
                follower.Receive(entries);
        }
        using var other = Open("b.service");
        other.Append(Line("60", s_time.AddSeconds(60)), _ => []);
        follower.Receive(entries);
        Assert.Equal(Enumerable.Range(0, 61).Select(i => $"{i}"), entries.Select(e => e.Text));
    }

    [Fact]
    public void Following_gives_the_last_lines_and_then_the_new_ones()
    {
        using var file = Open("a.service");
        file.Append(Line("old"), _ => []);
        file.Append(Line("1"), _ => []);
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var seen = new List<string>();
        foreach (var entry in LogReader.Follow(_folder, "a.service", 1, cancel.Token))
        {
            seen.Add(entry.Text);
            if (seen.Count == 3)
                break;
            file.Append(Line($"{seen.Count + 1}"), _ => []);
        }
        Assert.Equal(["1", "2", "3"], seen);
    }

    [Fact]
    public void Lines_that_a_full_disk_refused_are_counted_in_the_log()
    {
        // /dev/full: every write is ENOSPC (full(4)). Then the "disk" is exchanged for one with room.
        string path = Path.Combine(_folder, "a.service.log");
        using var file = new LogFile(Path.Combine(_folder, "disk"), "a.service.log");
        Directory.CreateDirectory(Path.Combine(_folder, "disk"));
        using (var full = new LogFile("/dev", "full"))
        {
            full.Append([.. Line("1"), .. Line("2")], _ => []);
            full.Append(Line("3"), _ => []);
        }
        Directory.Delete(Path.Combine(_folder, "disk"));
        file.Append([.. Line("1"), .. Line("2")], text => Line(text));
        file.Append(Line("3"), text => Line(text));
        Directory.CreateDirectory(Path.Combine(_folder, "disk"));
        file.Append(Line("4"), text => Line(text, priority: 4));
        Assert.Equal(["3 lines dropped: No such file or directory", "4"], LogReader.Read(Path.Combine(_folder, "disk")).Select(e => e.Text));
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("nginx.service", true)]
    [InlineData("a@b\\x2dc.service", true)]
    [InlineData("../x", false)]
    [InlineData("", false)]
    [InlineData(".hidden", false)]
    [InlineData("a/b", false)]
    [InlineData("a\0b", false)]
    public void Only_names_within_the_folder_are_files(string name, bool usable) => Assert.Equal(usable, LogFile.IsUsableName(name));
}
