using System.Text;
using CsCheck;
using Sereno.Journal.Write;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>What we write, the real journalctl reads and finds no fault with.</summary>
public sealed class WriterTests : IDisposable
{
    private static readonly string[] s_names = ["MESSAGE", "PRIORITY", "_PID", "_SYSTEMD_UNIT", "CODE_LINE"];

    private static readonly Gen<byte[]> s_value = Gen.Frequency(
        (4, Gen.Byte.Array[0, 40]),
        (3, Gen.Int[0, 9].Select(i => Encoding.ASCII.GetBytes($"value {i}"))),
        (1, Gen.Select(Gen.Byte, Gen.Int[500, 70_000]).Select((b, n) => Enumerable.Repeat(b, n).ToArray())),
        (1, Gen.Byte.Array[500, 3000]));

    private static readonly Gen<string> s_name = Gen.Frequency(
        (5, Gen.Int[0, 4].Select(i => s_names[i])),
        (1, Gen.Char["ABCXYZ_09"].Array[1, 64].Select(c => $"F{new string(c, 0, Math.Min(c.Length, 63))}")));

    private static readonly Gen<(string Name, byte[] Value)[]> s_entry = Gen.Frequency(
        (20, Gen.Select(s_name, s_value).Array[1, 12]),
        (1, Gen.Select(Gen.Int[200, 1024], Gen.Int[0, 3]).Select((n, k) => Enumerable.Range(0, n).Select(i => ($"N{i}", new byte[] { (byte)(48 + k) })).ToArray())));

    private readonly JournalScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Journalctl_reads_a_file_and_verifies_it(bool isCompact, bool isKeyed)
    {
        var options = JournalScratch.Options with { IsCompact = isCompact, IsKeyed = isKeyed };
        using (var writer = JournalWriter.Create(_scratch.Folder, "system.journal", options))
        {
            Assert.Equal(AppendResult.Appended, writer.Intern("_PID=7"u8, out var pid));
            for (int i = 0; i < 1000; i++)
            {
                writer.Begin();
                writer.Add("MESSAGE"u8, Encoding.UTF8.GetBytes($"line {i % 700}"));
                writer.Add(pid);
                writer.Add("PRIORITY=6"u8);
                writer.Add(i % 2 == 0 ? "_TRANSPORT=stdout"u8 : "_TRANSPORT=syslog"u8);
                Assert.Equal(AppendResult.Appended, writer.End(JournalScratch.Times(i)));
            }
            writer.SetOffline();
        }
        Assert.Equal("", _scratch.Verify("system.journal"));
        var entries = _scratch.Export("system.journal");
        Assert.Equal(1000, entries.Count);
        Assert.Contains("MESSAGE=line 250", entries[950]);
        Assert.Equal(500, _scratch.Export("system.journal", "_TRANSPORT=syslog").Count);
        Assert.Equal(2, _scratch.Export("system.journal", "MESSAGE=line 3").Count);
        Assert.Equal(1000, _scratch.Export("system.journal", "_PID=7").Count);
    }

    /// <summary>Binary, empty and huge values, up to 1024 fields, the same field twice, known and not, in several batches, opened again between.</summary>
    [Fact]
    public void Journalctl_gives_back_whatever_entries_were_written() =>
        Gen.Select(s_entry.Array[1, 60], Gen.Bool, Gen.Bool, Gen.Bool).Sample((entries, isCompact, isKeyed, isCompressed) =>
        {
            using var scratch = new JournalScratch();
            var options = JournalScratch.Options with { IsCompact = isCompact, IsKeyed = isKeyed, CompressFrom = isCompressed ? 512u : null };
            var writer = JournalWriter.Create(scratch.Folder, "x.journal", options);
            for (int i = 0; i < entries.Length; i++)
            {
                if (i % 7 == 6)
                    writer = Reopen(scratch, writer, options);
                Append(writer, entries[i], JournalScratch.Times(i), intern: i % 3 == 0);
                if (i % 2 == 0)
                {
                    writer.Flush();
                    writer.Commit();
                }
            }
            writer.Archive();
            writer.Dispose();
            Assert.Equal("", scratch.Verify("x.journal"));
            var read = scratch.Export("x.journal");
            Assert.Equal(entries.Select(Lines), read.Select(e => string.Join("\n", e)));
        }, iter: 40, threads: 1);

    /// <summary>Arrays fill up in the middle of a run; messages are new, or were there, or are as known fields of this group or another.</summary>
    [Fact]
    public void Runs_of_two_streams_are_as_single_entries()
    {
        var options = JournalScratch.Options with { MaxSize = 32 << 20 };
        using var writer = JournalWriter.Create(_scratch.Folder, "runs.journal", options);
        string[][] fields = [["_PID=1", "_UID=0", "UNIT=a", "MESSAGE=known"], ["_PID=2", "_UID=0", "UNIT=b"]];
        var groups = fields.Select(f => writer.Group([.. f.Select(field =>
        {
            Assert.Equal(AppendResult.Appended, writer.Intern(Encoding.ASCII.GetBytes(field), out var handle));
            return handle;
        })])).ToArray();
        var random = new Random(1);
        var written = new List<string[]>();
        for (int i = 0, run = 1, who = 0; i < 6000; i++)
        {
            string message = random.Next(6) switch { 0 => "known", 1 => $"again {random.Next(20)}", _ => $"line {i}" };
            written.Add([.. fields[who], $"MESSAGE={message}"]);
            Assert.Equal(AppendResult.Appended, writer.Append(groups[who], Encoding.ASCII.GetBytes(message), JournalScratch.Times(i), i % 2 == 0 ? writer.Expect(Encoding.ASCII.GetBytes(message)) : null));
            if (--run == 0)
                (run, who) = (random.Next(1, random.Next(2) == 0 ? 4 : 1500), 1 - who);
            if (random.Next(200) == 0)
            {
                writer.Flush();
                writer.Commit();
            }
        }
        writer.SetOffline();
        Assert.Equal("", _scratch.Verify("runs.journal"));
        Assert.Equal(written.Count(e => e.Contains("_PID=2")), _scratch.Export("runs.journal", "_PID=2").Count);
        Assert.Equal(written.Count(e => e.Contains("MESSAGE=again 3")), _scratch.Export("runs.journal", "MESSAGE=again 3").Count);
        var read = _scratch.Export("runs.journal");
        Assert.Equal(written.Select(e => string.Join("|", e.Distinct().Order(StringComparer.Ordinal))), read.Select(e => string.Join("|", e.Order(StringComparer.Ordinal))));
    }

    private static JournalWriter Reopen(JournalScratch scratch, JournalWriter writer, WriterOptions options)
    {
        writer.SetOffline();
        writer.Dispose();
        writer = JournalWriter.Open(scratch.Folder, "x.journal", options, null, ulong.MaxValue, out var refusal)!;
        Assert.Equal(OpenRefusal.None, refusal);
        return writer;
    }

    private static void Append(JournalWriter writer, (string Name, byte[] Value)[] entry, EntryTimes times, bool intern)
    {
        var known = new List<DataHandle>();
        if (intern)
            foreach (var (name, value) in entry.Take(3))
            {
                Assert.Equal(AppendResult.Appended, writer.Intern([.. Encoding.ASCII.GetBytes(name), (byte)'=', .. value], out var handle));
                known.Add(handle);
            }
        writer.Begin();
        foreach (var handle in known)
            writer.Add(handle);
        foreach (var (name, value) in entry.Skip(known.Count))
            writer.Add(Encoding.ASCII.GetBytes(name), value);
        Assert.Equal(AppendResult.Appended, writer.End(times));
        if (known.Count > 1)
            writer.Release(known[0]);
    }

    private static string Lines((string Name, byte[] Value)[] entry) =>
        string.Join("\n", entry.Select(f => $"{f.Name}={Encoding.Latin1.GetString(f.Value)}").Distinct().Order(StringComparer.Ordinal));
}
