using System.Text;
using Sereno.Journal.Write;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>--follow: what is written later is printed, also after files were renamed.</summary>
public sealed class FollowTests : IDisposable
{
    private readonly JournalScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void New_entries_come_as_they_are_written_through_a_rotation()
    {
        using var first = JournalWriter.Create(_scratch.Folder, "system.journal", JournalScratch.Options);
        Append(first, 1);
        Touch("system.journal");
        using var sereno = SerenoProcess.Start(["logs", "-D", _scratch.Path, "-f", "-m", "-o", "cat"]);
        Assert.Equal("line 1", sereno.Output.ReadLine());
        Append(first, 2);
        Touch("system.journal");
        Assert.Equal("line 2", sereno.Output.ReadLine());
        Append(first, 3);
        File.Move($"{_scratch.Path}/system.journal", $"{_scratch.Path}/system@1.journal");
        using var second = JournalWriter.Create(_scratch.Folder, "system.journal", JournalScratch.Options with { SeqnumId = first.SeqnumId, Seqnum = first.TailSeqnum });
        Append(second, 4);
        Touch("system.journal");
        Assert.Equal("line 3", sereno.Output.ReadLine());
        Assert.Equal("line 4", sereno.Output.ReadLine());
    }

    [Fact]
    public void A_folder_that_is_deleted_and_made_again_is_followed_on()
    {
        string folder = $"{_scratch.Path}/above/log";
        Write(1);
        using var sereno = SerenoProcess.Start(["logs", "-D", folder, "-f", "-m", "-o", "cat"]);
        Assert.Equal("line 1", sereno.Output.ReadLine());
        Directory.Delete($"{_scratch.Path}/above", recursive: true);
        Write(2);
        Assert.Equal("line 2", sereno.Output.ReadLine());
        Directory.Move(folder, folder + ".old");
        Write(3);
        Assert.Equal("line 3", sereno.Output.ReadLine());

        void Write(int line)
        {
            Directory.CreateDirectory(folder);
            using var handle = Sereno.Linux.Files.OpenFolder(folder);
            using var writer = JournalWriter.Create(handle, "system.journal", JournalScratch.Options with { SeqnumId = (UInt128)line });
            Append(writer, line);
            File.SetLastWriteTimeUtc($"{folder}/system.journal", DateTime.UtcNow);
        }
    }

    [Fact]
    public void It_ends_when_nobody_reads_it()
    {
        using var writer = JournalWriter.Create(_scratch.Folder, "system.journal", JournalScratch.Options);
        Append(writer, 1);
        Touch("system.journal");
        using var sereno = SerenoProcess.Start(["logs", "--file", $"{_scratch.Path}/system.journal", "-f", "-m", "-o", "cat"]);
        Assert.Equal("line 1", sereno.Output.ReadLine());
        sereno.Output.Dispose();
        Assert.Equal(1, sereno.Wait());
    }

    private static void Append(JournalWriter writer, int line)
    {
        writer.Begin();
        writer.Add("MESSAGE"u8, Encoding.ASCII.GetBytes($"line {line}"));
        Assert.Equal(AppendResult.Appended, writer.End(JournalScratch.Times(line)));
        writer.Commit();
        writer.Flush();
    }

    /// <summary>What is written through a mapping wakes nobody (inotify(7)); journald sets the file's length for that.</summary>
    private void Touch(string name) => File.SetLastWriteTimeUtc($"{_scratch.Path}/{name}", DateTime.UtcNow);
}
