using System.Text;
using Sereno.Journal.Write;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>What we write, the real journalctl reads and finds no fault with.</summary>
public sealed class WriterTests : IDisposable
{
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
            writer.Flush();
            writer.Commit();
            writer.SetOffline();
        }
        Assert.Equal("", _scratch.Verify("system.journal"));
        var entries = _scratch.Export("system.journal");
        Assert.Equal(1000, entries.Count);
        Assert.Equal("line 250", entries[950]["MESSAGE"]);
        Assert.Equal(500, _scratch.Export("system.journal", "_TRANSPORT=syslog").Count);
        Assert.Equal(2, _scratch.Export("system.journal", "MESSAGE=line 3").Count);
        Assert.Equal(1000, _scratch.Export("system.journal", "_PID=7").Count);
    }
}
