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

    [Theory]
    [InlineData("mkdir $1 && touch $1/inside")]
    [InlineData("mkfifo $1")]
    [InlineData("ln -s /etc/passwd $1")]
    [InlineData("ln -s nowhere $1")]
    [InlineData("mknod $1 c 1 5")]
    [InlineData(": > $1")]
    [InlineData("head -c 300000 /dev/zero > $1")]
    [InlineData("mkdir -p $(dirname $1)/.system.journal.new/inside")]
    public void Whatever_has_the_files_name_is_set_aside(string make)
    {
        Assert.SkipUnless(Self.Uid == 0 || !make.Contains("mknod"), "devices need root");
        using var journal = new JournalBench();
        string before = File.ReadAllText("/etc/passwd");
        JournalBench.Run("sh", "-ec", make, "sh", $"{journal.Folder}/log/system.journal");
        journal.Start();
        var (_, write) = journal.Open(new StreamMetadata("a.service", "a"));
        write.WriteAll("here\n"u8);
        string[] entries = [];
        journal.Eventually(() => (entries = Directory.GetFileSystemEntries($"{journal.Folder}/log", "*.journal~")).Length == 1
            && File.Exists($"{journal.Folder}/log/system.journal") && JournalBench.Run("journalctl", "--file", $"{journal.Folder}/log/system.journal", "-q", "-o", "cat").Contains("here\n"), "both");
        Assert.Equal(before, File.ReadAllText("/etc/passwd"));
        journal.End();
    }

    [Theory]
    [InlineData("mount -t tmpfs -o ro tmpfs $1")]
    [InlineData("rmdir $1 && touch $1")]
    public void Where_the_folder_cannot_be_written_lines_go_on_in_the_volatile_one_until_they_are_asked_back(string spoil)
    {
        Assert.SkipUnless(Self.Uid == 0, "mounting needs root");
        using var journal = new JournalBench();
        string log = $"{journal.Folder}/log";
        JournalBench.Run("sh", "-ec", spoil, "sh", log);
        try
        {
            journal.Start();
            var (_, write) = journal.Open(new StreamMetadata("a.service", "a"));
            write.WriteAll("here\n"u8);
            string there = $"{journal.Folder}/volatile/system.journal";
            journal.Eventually(() => File.Exists(there) && JournalBench.Run("journalctl", "--file", there, "-q", "-o", "cat") is var text
                && text.Contains("here\n") && text.Contains("going on in"), "the line and why");
            JournalBench.Run("sh", "-c", "umount -l $1 2>/dev/null || rm $1; mkdir -p $1", "sh", log);
            Assert.Equal("{\"parameters\":{}}", ClientTests.Call(journal, "io.systemd.Journal.FlushToVar"));
            write.WriteAll("and here\n"u8);
            journal.Eventually(() => journal.Messages("_SYSTEMD_UNIT=a.service") is ["here", "and here"], "both lines");
            Assert.Empty(Directory.GetFiles($"{journal.Folder}/volatile"));
        }
        finally
        {
            JournalBench.Run("sh", "-c", "mountpoint -q $1 && umount -l $1; true", "sh", log);
        }
    }

    [Fact]
    public void Rotation_loses_nothing_in_a_folder_that_the_journal_made_itself()
    {
        using var journal = new JournalBench();
        journal.Options = journal.Options with { System = new(), PersistentFolder = $"{journal.Folder}/log/machine" };
        journal.Start();
        var (_, write) = journal.Open(new StreamMetadata("a.service", "a"));
        for (int i = 0; i < 6; i++)
        {
            write.WriteAll(Encoding.ASCII.GetBytes($"line {i}\n"));
            journal.Eventually(() => File.Exists($"{journal.Folder}/run/journal/io.systemd.journal"), "its sockets");
            ClientTests.Call(journal, "io.systemd.Journal.Rotate");
        }
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $"line {i}"), JournalBench.Run("journalctl", "-D", $"{journal.Folder}/log/machine", "-q", "-o", "cat").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_clock_that_is_set_back_costs_no_line_and_little_of_it_no_file()
    {
        using var journal = new JournalBench();
        ulong now = 1_900_000_000_000_000;
        journal.Options = journal.Options with { Now = () => Volatile.Read(ref now) };
        journal.Start();
        var (_, write) = journal.Open(new StreamMetadata("a.service", "a"));
        var expected = new List<string>();
        Add("one", 0);
        for (int i = 0; i < 20; i++)
            Add($"a little {i}", i % 2 == 0 ? -900_000 : 900_010);
        Assert.Equal(["system.journal"], Directory.GetFiles($"{journal.Folder}/log").Select(Path.GetFileName));
        Add("an hour", -3_600_000_000);
        Assert.Equal(2, Directory.GetFiles($"{journal.Folder}/log", "*.journal").Length);
        Add("many years", -400_000_000_000_000);
        Add("and on", 400_000_000_000_000);
        journal.End();
        Assert.Equal(expected.Order(), Directory.GetFiles($"{journal.Folder}/log", "*.journal").SelectMany(f =>
            JournalBench.Run("journalctl", "--file", f, "-q", "-o", "cat", "_SYSTEMD_UNIT=a.service").Split('\n', StringSplitOptions.RemoveEmptyEntries)).Order());
        journal.Verify();
        Volatile.Write(ref now, 1_000_000_000_000_000);
        journal.Start();
        Add("before all of it", 0);
        journal.End();
        journal.Verify();

        void Add(string line, long step)
        {
            Volatile.Write(ref now, (ulong)((long)now + step));
            write.WriteAll(Encoding.ASCII.GetBytes(line + "\n"));
            expected.Add(line);
            journal.Eventually(() => journal.Messages().Contains(line), line);
        }
    }

    [Fact]
    public void A_fifth_of_a_gigabyte_without_a_newline_needs_no_memory()
    {
        using var journal = new JournalBench();
        journal.Start();
        var (id, write) = journal.Open(new StreamMetadata("a.service", "a"));
        var piece = new byte[1 << 16];
        Array.Fill(piece, (byte)'y');
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        const long Total = 200L << 20;
        for (long sent = 0; sent < Total; sent += piece.Length)
        {
            for (ReadOnlySpan<byte> rest = piece; !rest.IsEmpty; journal.Turn(() => int.MaxValue))
                rest = rest[Math.Max(0, write.Write(rest))..];
            if (sent % (16 << 20) == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        journal.CloseWriter(id);
        journal.Eventually(() => journal.IsOver, "the end");
        journal.End();
        Assert.InRange(most, long.MinValue, 16 << 20);
        long kept = Directory.GetFiles($"{journal.Folder}/log").Sum(f =>
            long.Parse(JournalBench.Run("sh", "-c", "journalctl --file $1 -q -o cat _SYSTEMD_UNIT=a.service | tr -d '\\n' | wc -c", "sh", f)));
        Assert.Equal(Total, kept);
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
