using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Sereno.Journal.Format;
using Sereno.Journal.Write;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>logs -o export | systemd-journal-remote -o FILE - gives back equal files.</summary>
public sealed partial class RemoteTests : IDisposable
{
    private readonly JournalScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public void Entries_of_all_kinds_come_back(int seed, int boots)
    {
        new JournalSample(seed, 2000, boots).Write(_scratch, "ours.journal", JournalScratch.Options with { CompressFrom = 512 });
        RoundTrip();
    }

    [Fact]
    public void Large_binary_and_empty_fields_come_back()
    {
        using (var writer = JournalWriter.Create(_scratch.Folder, "ours.journal", JournalScratch.Options with { MaxSize = 64 << 20, CompressFrom = 512 }))
        {
            byte[] large = new byte[5 << 20];
            new Random(3).NextBytes(large);
            byte[][] values = [[], [0], "\n"u8.ToArray(), "a\nb\n\n"u8.ToArray(), "a\0b\0"u8.ToArray(), [.. Enumerable.Range(0, 256).Select(i => (byte)i)], "tab\tonly"u8.ToArray(),
                Encoding.UTF8.GetBytes("ünï ☃\u0085"), [0xff, 0xfe], large, new byte[300_000], "=x=\n=\n"u8.ToArray(), "__CURSOR=forged\n\nMESSAGE=new"u8.ToArray()];
            for (int i = 0; i < values.Length; i++)
            {
                writer.Begin();
                writer.Add("MESSAGE"u8, values[i]);
                writer.Add("OTHER"u8, values[(i + 1) % values.Length]);
                writer.Add("_BOOT_ID"u8, Encoding.ASCII.GetBytes(Id128.Format(JournalScratch.BootId)));
                writer.Add("N"u8, Encoding.ASCII.GetBytes($"{i}"));
                Assert.Equal(AppendResult.Appended, writer.End(JournalScratch.Times(i)));
            }
            writer.SetOffline();
        }
        RoundTrip();
    }

    private void RoundTrip()
    {
        Assert.SkipWhen(JournalSample.Remote is null, "systemd-journal-remote is not installed");
        var start = new ProcessStartInfo("sh", ["-c", "\"$1\" logs --file \"$2/ours.journal\" -m -o export | \"$3\" -o \"$2/back.journal\" --split-mode=none -", "sh", SerenoProcess.Executable, _scratch.Path, JournalSample.Remote!])
        {
            RedirectStandardError = true,
        };
        using (var process = Process.Start(start)!)
        {
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors);
        }
        Assert.Equal("", _scratch.Verify("back.journal"));
        Assert.Equal(Places("ours.journal"), Places("back.journal"));
        var (ours, back) = (_scratch.Export("ours.journal"), _scratch.Export("back.journal"));
        Assert.NotEmpty(ours);
        Assert.Equal(ours.Count, back.Count);
        for (int i = 0; i < ours.Count; i++)
            Assert.Equal(ours[i], back[i]);
    }

    /// <summary>Number, boot, both times and hash of each entry, as its cursor has them; but for the file's own id, which the receiver makes.</summary>
    private List<string> Places(string name)
    {
        string export = Encoding.Latin1.GetString(_scratch.Journalctl(name, "-o", "export", "--output-fields=N").Output);
        return [.. Cursor().Matches(export).Select(m => m.Groups[1].Value)];
    }

    [GeneratedRegex("^__CURSOR=s=[0-9a-f]{32};(i=[0-9a-f]+;b=[0-9a-f]{32};m=[0-9a-f]+;t=[0-9a-f]+;x=[0-9a-f]+)$", RegexOptions.Multiline)]
    private static partial Regex Cursor();
}
