using System.Text;
using Sereno.Journal;
using Sereno.Journal.Keep;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Journal.Intake;

public class BadDiskTests
{
    [Fact]
    public void While_the_disk_is_full_services_wait_or_lose_lines_as_they_asked_for_and_it_is_told()
    {
        Assert.SkipUnless(Self.Uid == 0, "mounting needs root");
        using var journal = new JournalBench();
        string log = $"{journal.Folder}/log", notice = $"{journal.Folder}/run/{Sereno.Journal.Intake.JournalLoop.NoticeName}";
        Directory.CreateDirectory(log);
        journal.Options = journal.Options with { System = journal.Options.System with { MaxFileSize = 512 << 10 } };
        JournalBench.Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", log);
        try
        {
            journal.Start();
            var (blockId, blocks) = journal.Open(new StreamMetadata("blocks.service", "blocks"));
            var (dropId, drops) = journal.Open(new StreamMetadata("drops.service", "drops") { DropsWhenFull = true });
            blocks.SetNonBlocking();
            drops.SetNonBlocking();
            blocks.WriteAll("first\n"u8);
            journal.Eventually(() => File.Exists(notice), "the notice");
            Assert.Contains("No space", File.ReadAllText(notice));
            // Far more than a pipe holds, from the one that doesn't wait.
            for (int i = 0; i < 400; i++)
            {
                byte[] line = Encoding.ASCII.GetBytes($"dropped {i} {new string('x', 1000)}\n");
                journal.Eventually(() => drops.Write(line) == line.Length, "room in the pipe");
            }
            JournalBench.Run("mount", "-o", "remount,size=64m", log);
            journal.Eventually(() => !File.Exists(notice), "the end of the notice");
            blocks.WriteAll("second\n"u8);
            drops.WriteAll("kept again\n"u8);
            journal.Eventually(() => journal.Messages().Contains("kept again") && journal.Messages().Contains("second"), "lines");
            Assert.Equal(["first", "second"], journal.Messages("_SYSTEMD_UNIT=blocks.service"));
            Assert.Contains(journal.Messages(), m => m.StartsWith("The journal could not be written for", StringComparison.Ordinal));
            int lost = int.Parse(JournalBench.Text(journal.Read("OBJECT_SYSTEMD_UNIT=drops.service").Single(), "N_DROPPED"));
            Assert.InRange(lost, 300, 400);
            Assert.Equal(400 - lost, journal.Messages().Count(m => m.StartsWith("dropped ", StringComparison.Ordinal)));
            journal.CloseWriter(blockId);
            journal.CloseWriter(dropId);
            journal.Eventually(() => journal.IsOver, "the end of the streams");
            journal.End();
            journal.Verify();
        }
        finally
        {
            JournalBench.Run("umount", "-l", log);
        }
    }

    [Fact]
    public void A_removed_folder_is_made_again()
    {
        using var journal = new JournalBench();
        journal.Start();
        var (_, write) = journal.Open(new StreamMetadata("a.service", "a"));
        write.WriteAll("before\n"u8);
        journal.Eventually(() => journal.Messages().Contains("before"), "the first");
        Directory.Delete($"{journal.Folder}/log", recursive: true);
        write.WriteAll("after\n"u8);
        journal.Eventually(() => Directory.Exists($"{journal.Folder}/log") && journal.Messages().Contains("after"), "the second");
    }

    [Fact]
    public void A_damaged_file_is_set_aside_and_another_begun()
    {
        using var journal = new JournalBench();
        Directory.CreateDirectory($"{journal.Folder}/log");
        File.WriteAllText($"{journal.Folder}/log/system.journal", "LPKSHHRH and nothing that follows from it");
        journal.Start();
        var (_, write) = journal.Open(new StreamMetadata("a.service", "a"));
        write.WriteAll("here\n"u8);
        journal.Eventually(() => Directory.GetFiles($"{journal.Folder}/log", "*.journal~").Length == 1 && journal.Messages().Contains("here"), "both");
        journal.Eventually(() => journal.Messages().Any(m => m.Contains("renaming and replacing")), "that it is told");
    }

    [Fact]
    public void Endless_and_binary_lines_are_kept_in_pieces()
    {
        using var journal = new JournalBench();
        journal.Start();
        var (id, write) = journal.Open(new StreamMetadata("a.service", "a"));
        var random = new Random(1);
        var sent = new MemoryStream();
        for (int i = 0; i < 64; i++)
        {
            var piece = new byte[60_000];
            random.NextBytes(piece);
            foreach (ref byte b in piece.AsSpan())
                if (b is 0 or (byte)'\n')
                    b = 1;
            piece[0] = i == 0 ? (byte)'x' : piece[0];
            sent.Write(piece);
            for (ReadOnlySpan<byte> rest = piece; !rest.IsEmpty; journal.Turn(() => int.MaxValue))
                rest = rest[Math.Max(0, write.Write(rest))..];
        }
        journal.CloseWriter(id);
        journal.Eventually(() => journal.IsOver, "the end");
        journal.End();
        var entries = journal.Read();
        Assert.Equal(sent.Length, entries.Sum(e => JournalBench.Text(e, "MESSAGE").Length));
        Assert.All(entries.SkipLast(1), e => Assert.Equal("line-max", JournalBench.Text(e, "_LINE_BREAK")));
        Assert.Equal(Encoding.Latin1.GetString(sent.ToArray()), string.Concat(entries.Select(e => JournalBench.Text(e, "MESSAGE"))));
        journal.Verify();
    }

    [Fact]
    public void Limits_levels_patterns_and_fields_are_the_units()
    {
        using var journal = new JournalBench();
        journal.Start();
        var (id, write) = journal.Open(new StreamMetadata("a.service", "a", 4 << 3 | 5)
        {
            LevelMax = 5, RateLimitInterval = 3_600_000_000, RateLimitBurst = 3, ExtraFields = ["OWN=x"], FilterPatterns = ["~secret"],
            InvocationId = new string('a', 32), Slice = "my.slice",
        });
        write.WriteAll("<6>too detailed\nsecret\none\n<3>an error\n\n"u8);
        write.WriteAll(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("more\n", 5000))));
        journal.CloseWriter(id);
        journal.Eventually(() => journal.IsOver, "the end");
        journal.End();
        var messages = journal.Messages("_SYSTEMD_UNIT=a.service");
        Assert.Equal(["one", "an error"], messages[..2]);
        Assert.InRange(messages.Count, 4, 30); // three, times what the free space allows
        var told = journal.Read("MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e").Single();
        Assert.Equal($"Suppressed {5002 - messages.Count} messages from a.service", JournalBench.Text(told, "MESSAGE"));
        var first = journal.Read("MESSAGE=one").Single();
        Assert.Equal(("x", "4", "5", new string('a', 32)), (JournalBench.Text(first, "OWN"), JournalBench.Text(first, "SYSLOG_FACILITY"), JournalBench.Text(first, "PRIORITY"),
            JournalBench.Text(first, "_SYSTEMD_INVOCATION_ID")));
    }

    [Fact]
    public void Archived_files_go_the_oldest_first()
    {
        string folder = Directory.CreateTempSubdirectory("vacuum-").FullName;
        try
        {
            foreach (ulong n in (ulong[])[1, 2, 3, 4])
                File.WriteAllBytes($"{folder}/{JournalFileName.Archived("system", 7, n, n * 1000)}", new byte[1000]);
            File.WriteAllBytes($"{folder}/{JournalFileName.SetAside("system", 500, 9)}", new byte[1000]);
            File.WriteAllBytes($"{folder}/system.journal", new byte[1000]);
            File.WriteAllBytes($"{folder}/other.txt", new byte[1000]);
            Assert.Equal(6000ul, Retention.UsageOf(folder));
            Assert.Equal(new Vacuumed(2, 2000, 4000), Retention.Vacuum(folder, 4500, 0, 0, 5000));
            Assert.Equal(new Vacuumed(1, 1000, 3000), Retention.Vacuum(folder, 0, 0, 2500, 5000));
            Assert.Equal(new Vacuumed(2, 2000, 1000), Retention.Vacuum(folder, 0, 1, 0, 5000));
            Assert.Equal(["other.txt", "system.journal"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
