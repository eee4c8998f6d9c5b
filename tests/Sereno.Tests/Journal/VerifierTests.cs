using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Journal.Write;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>Our verifier and journalctl's find the same wrong with the same file, and say the same.</summary>
public sealed class VerifierTests : IDisposable
{
    private const int Tries = 80;

    private readonly JournalScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_bit_is_found_as_journalctl_finds_it(bool isCompact)
    {
        byte[] right = Make(isCompact);
        Assert.Equal("", Ours(right, out _));
        var random = new Random(isCompact ? 1 : 2);
        for (int i = 0; i < Tries; i++)
        {
            // All of it, but the hash tables' many zeros less.
            int from = i % 8 < 5 ? FileHeader.Size + 333 * 16 + 2047 * 16 : 0, to = i % 8 is 5 or 6 ? FileHeader.Size : right.Length;
            byte[] wrong = (byte[])right.Clone();
            wrong[random.Next(from, to)] ^= (byte)(1 << random.Next(8));
            Compare(wrong);
        }
    }

    /// <summary>What one word wrong, rightly aligned, leads to: lists and counts that end elsewhere.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_word_that_leads_elsewhere_is_found_as_journalctl_finds_it(bool isCompact)
    {
        byte[] right = Make(isCompact);
        int words = right.Length / 8;
        var random = new Random(isCompact ? 3 : 4);
        for (int i = 0; i < Tries; i++)
        {
            int at = random.Next(11, words), to = random.Next(words);
            byte[] wrong = (byte[])right.Clone();
            if (i % 2 == 0)
                right.AsSpan(to * 8, 8).CopyTo(wrong.AsSpan(at * 8));
            else
                BitConverter.TryWriteBytes(wrong.AsSpan(at * 8), (ulong)to * 8);
            Compare(wrong);
        }
    }

    private byte[] Make(bool isCompact)
    {
        string name = $"{isCompact}.journal";
        using (var writer = JournalWriter.Create(_scratch.Folder, name, JournalScratch.Options with { MaxSize = 512 << 10, IsCompact = isCompact, CompressFrom = 100 }))
        {
            for (int i = 0; i < 120; i++)
            {
                writer.Begin();
                writer.Add("MESSAGE"u8, Encoding.ASCII.GetBytes(new string((char)('a' + i % 20), i)));
                writer.Add("_PID"u8, Encoding.ASCII.GetBytes($"{i % 3}"));
                writer.Add("_HOSTNAME=here"u8);
                Assert.Equal(AppendResult.Appended, writer.End(JournalScratch.Times(i)));
            }
            writer.Archive();
        }
        return File.ReadAllBytes($"{_scratch.Path}/{name}");
    }

    private void Compare(byte[] file)
    {
        File.WriteAllBytes($"{_scratch.Path}/x.journal", file);
        string ours = Ours(file, out int errno);
        var (status, _, error) = _scratch.Journalctl("x.journal", "--verify");
        if (error.Contains("Assertion '", StringComparison.Ordinal))
            Assert.NotEqual(0, errno); // it dies of a zstd frame that has less than it says
        else if (error.StartsWith("Failed to open", StringComparison.Ordinal))
            Assert.Contains(Errno.Text(errno), error);
        else
        {
            Assert.Equal(status == 0, errno == 0);
            string theirs = error.Replace($"PASS: {_scratch.Path}/x.journal\n", "");
            // It bisects, beginning where it last was: a wrong item in an array it may miss, or have no words for, until it walks there.
            if (theirs != ours && !(ours.Contains("entry array not sorted") || ours.Contains("references invalid entry")))
                Assert.Equal(theirs, ours);
        }
    }

    /// <summary>The lines that journalctl writes.</summary>
    private string Ours(byte[] bytes, out int errno)
    {
        string path = $"{_scratch.Path}/x.journal";
        var said = new StringBuilder();
        using var verifier = new Verifier(new HeapMemory(bytes), line => said.Append(line).Append('\n'));
        var verdict = verifier.Verify();
        errno = verdict.Errno;
        if (errno != 0)
            said.Append(Verifier.CorruptionLine(path, verdict, (ulong)bytes.Length)).Append('\n').Append($"FAIL: {path} ({Errno.Text(errno)})\n");
        return said.ToString();
    }
}
