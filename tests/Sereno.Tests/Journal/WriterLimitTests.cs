using System.Text;
using Sereno.Journal.Read;
using Sereno.Journal.Write;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>What a journal file can't take is said, and leaves it right.</summary>
public sealed class WriterLimitTests : IDisposable
{
    private readonly JournalScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_full_disk_ends_before_an_entry_and_goes_on_when_there_is_space()
    {
        var file = new HeapMemory([]) { Limit = 8 << 20 };
        using var writer = JournalWriter.Create(file, 7, JournalScratch.Options);
        int i = 0;
        for (; Append(writer, i, new string('x', 4000) + i) is var result && result != AppendResult.NoSpace; i++)
            Assert.Equal(AppendResult.Appended, result);
        writer.Flush();
        Assert.Equal("", Verify(file));
        Assert.Equal((ulong)i, writer.EntryCount);
        file.Limit = 16 << 20;
        Assert.Equal(AppendResult.Appended, Append(writer, i, "there is space again"));
        writer.Flush();
        Assert.Equal("", Verify(file));
    }

    [Fact]
    public void Space_that_is_to_stay_free_stays_free()
    {
        var file = new HeapMemory([]) { Limit = 9 << 20 };
        using var writer = JournalWriter.Create(file, 7, JournalScratch.Options with { KeepFree = 1 << 20 });
        Assert.Equal(AppendResult.NoSpace, Append(writer, 0, new string('x', 8 << 20)));
        Assert.Equal(2UL << 20, file.Length);
    }

    [Fact]
    public void A_file_is_full_at_its_size_and_its_table_suggests_rotation_at_three_quarters()
    {
        var file = new HeapMemory([]);
        using var writer = JournalWriter.Create(file, 7, JournalScratch.Options with { MaxSize = 512 << 10 });
        int i = 0;
        for (; writer.RotationSuggested() == RotationReason.None; i++)
            Assert.Equal(AppendResult.Appended, Append(writer, i, $"{i}"));
        Assert.Equal(2047 * 3 / 4, i); // and the one of _PID
        for (; Append(writer, i, $"{i}") is var result && result != AppendResult.Full; i++)
            Assert.Equal(AppendResult.Appended, result);
        Assert.Equal(512UL << 10, file.Length);
        writer.Archive();
        Assert.Equal(writer.Used, file.Length);
        Assert.Equal("", Verify(file));
    }

    [Fact]
    public void What_journald_refuses_is_refused()
    {
        using var writer = JournalWriter.Create(new HeapMemory([]), 7, JournalScratch.Options);
        Assert.Equal(AppendResult.Appended, Try("MESSAGE="));
        Assert.Equal(AppendResult.Appended, Try(new string('A', 64) + "=x"));
        foreach (string field in new[] { "MESSAGE", "=x", "message=x", "1A=x", "A-B=x", new string('A', 65) + "=x", new string('A', 1024) + "=x", "" })
            Assert.Equal(AppendResult.Invalid, Try(field));
        writer.Begin();
        Assert.Equal(AppendResult.Invalid, writer.End(JournalScratch.Times(0)));
        Assert.Equal(AppendResult.Invalid, Append(writer, default));
        Assert.Equal(AppendResult.Appended, Append(writer, JournalScratch.Times(10)));
        Assert.Equal(AppendResult.TimeWentBack, Append(writer, JournalScratch.Times(9)));
        Assert.Equal(AppendResult.Appended, Append(writer, JournalScratch.Times(10)));
        // Another boot begins its monotonic clock anew.
        Assert.Equal(AppendResult.Appended, Append(writer, JournalScratch.Times(11) with { Monotonic = 1, BootId = 5 }));

        AppendResult Try(string field)
        {
            writer.Begin();
            writer.Add(Encoding.ASCII.GetBytes(field));
            return writer.End(JournalScratch.Times(0));
        }
    }

    [Fact]
    public void Sequence_numbers_go_on_in_the_next_file()
    {
        using var first = JournalWriter.Create(_scratch.Folder, "a.journal", JournalScratch.Options);
        Assert.Equal(AppendResult.Appended, Append(first, 0, "one"));
        using var second = JournalWriter.Create(_scratch.Folder, "b.journal", JournalScratch.Options with { SeqnumId = first.SeqnumId, Seqnum = first.TailSeqnum });
        Assert.Equal(AppendResult.Appended, Append(second, 1, "two"));
        Assert.Equal((first.SeqnumId, 2UL, 2UL), (second.SeqnumId, second.HeadSeqnum, second.TailSeqnum));
        Assert.Equal(AppendResult.Appended, Append(first, JournalScratch.Times(2) with { Seqnum = second.TailSeqnum }));
        Assert.Equal(3UL, first.TailSeqnum);
    }

    [Fact]
    public void A_file_that_is_there_already_is_not_taken_for_a_new_one()
    {
        File.WriteAllText($"{_scratch.Path}/a.journal", "");
        Assert.Equal(libc.EEXIST, Assert.Throws<LinuxException>(() => JournalWriter.Create(_scratch.Folder, "a.journal", JournalScratch.Options)).Number);
        Assert.Null(JournalWriter.Open(_scratch.Folder, "a.journal", JournalScratch.Options, null, ulong.MaxValue, out var refusal));
        Assert.Equal(OpenRefusal.Truncated, refusal);
        Assert.Equal(libc.ENOENT, Assert.Throws<LinuxException>(() => JournalWriter.Open(_scratch.Folder, "b.journal", JournalScratch.Options, null, 0, out _)).Number);
    }

    [Fact]
    public void An_undo_log_that_is_full_asks_for_a_commit_and_loses_nothing()
    {
        var (file, memory) = (new HeapMemory([]), new HeapMemory(new byte[8192]));
        using var writer = JournalWriter.Create(file, 7, JournalScratch.Options, new(memory, 0, memory.Length));
        int commits = 0;
        for (int i = 0; i < 1000; i++)
            for (AppendResult result; (result = Append(writer, i, $"{i}")) != AppendResult.Appended; commits++)
            {
                Assert.Equal(AppendResult.CommitFirst, result);
                writer.Flush();
                writer.Commit();
            }
        writer.Flush();
        Assert.InRange(commits, 2, 50);
        Assert.Equal(1000UL, writer.EntryCount);
        Assert.Equal("", Verify(file));
    }

    /// <summary>Whatever bits of a file are wrong, who goes on with it says so or writes on, and neither dies nor hangs.</summary>
    [Fact]
    public void A_damaged_file_is_refused_or_written_to()
    {
        var right = new HeapMemory([]);
        using (var writer = JournalWriter.Create(right, 7, JournalScratch.Options with { MaxSize = 512 << 10 }))
        {
            for (int i = 0; i < 60; i++)
                Assert.Equal(AppendResult.Appended, Append(writer, i, $"{i % 20}"));
            writer.SetOffline();
        }
        var random = new Random(5);
        int written = 0, refused = 0;
        for (int n = 0; n < 1500; n++)
        {
            var wrong = right.Copy(new());
            int at = random.Next(n % 2 == 0 ? 36_000 : 0, n % 3 == 0 ? 264 + 36_000 : 60_000);
            if (n % 5 == 0)
                random.NextBytes(wrong.Bytes.AsSpan(at, 8));
            else
                wrong.Bytes[at] ^= (byte)(1 << random.Next(8));
            using var writer = JournalWriter.Open(wrong, JournalScratch.Options with { MaxSize = 512 << 10 }, null, ulong.MaxValue, out _);
            for (int i = 60; i < 90 && writer is not null; i++)
                if (Append(writer, i, $"{i % 20}") == AppendResult.Appended)
                    written++;
                else
                    refused++;
        }
        Assert.True(written > 1000);
        Assert.True(refused > 10);
    }

    private static AppendResult Append(JournalWriter writer, int i, string message)
    {
        writer.Begin();
        writer.Add("MESSAGE"u8, Encoding.ASCII.GetBytes(message));
        writer.Add("_PID=1"u8);
        return writer.End(JournalScratch.Times(i));
    }

    private static AppendResult Append(JournalWriter writer, EntryTimes times)
    {
        writer.Begin();
        writer.Add("MESSAGE=x"u8);
        return writer.End(times);
    }

    private static string Verify(HeapMemory file)
    {
        string said = "";
        using var verifier = new Verifier(file, line => said += line);
        return verifier.Verify().Errno == 0 ? said : "wrong: " + said;
    }
}
