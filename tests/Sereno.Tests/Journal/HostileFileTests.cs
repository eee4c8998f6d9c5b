using CsCheck;
using Sereno.Journal.Read;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>Files that are cut short, or have any bit flipped: what can be read is read, and reading ends.</summary>
public sealed class HostileFileTests : IDisposable
{
    private const int Count = 120;

    private readonly JournalScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Any_bits_may_be_flipped(bool isCompact, bool isKeyed)
    {
        byte[] file = Sample(isCompact, isKeyed);
        int used = file.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        var flips = Gen.Select(Gen.Frequency((3, Gen.Int[0, 271]), (5, Gen.Int[0, used - 1])), Gen.Int[0, 7]).Array[1, 6];
        string path = $"{_scratch.Path}/flipped.journal";
        flips.Sample(list =>
        {
            byte[] copy = [.. file];
            foreach (var (at, bit) in list)
                copy[at] ^= (byte)(1 << bit);
            File.WriteAllBytes(path, copy);
            ReadAll(path);
        }, iter: 150, threads: 1);
    }

    [Fact]
    public void Words_may_be_any_number()
    {
        byte[] file = Sample(isCompact: false, isKeyed: true);
        int used = file.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        var word = Gen.Select(Gen.Int[8, used / 8], Gen.OneOf(Gen.Int[0, used / 8].Select(i => (ulong)i * 8), Gen.ULong, Gen.Const(ulong.MaxValue), Gen.Const(1UL << 63)));
        string path = $"{_scratch.Path}/words.journal";
        word.Array[1, 4].Sample(list =>
        {
            byte[] copy = [.. file];
            foreach (var (at, value) in list)
                BitConverter.TryWriteBytes(copy.AsSpan(8 * at - 8), value);
            File.WriteAllBytes(path, copy);
            ReadAll(path);
        }, iter: 150, threads: 1);
    }

    [Fact]
    public void A_file_may_end_anywhere()
    {
        byte[] file = Sample(isCompact: true, isKeyed: true);
        string path = $"{_scratch.Path}/cut.journal";
        Gen.Int[0, file.Length].Sample(length =>
        {
            File.WriteAllBytes(path, file[..length]);
            ReadAll(path);
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void What_is_before_the_cut_is_read_even_while_it_is_cut()
    {
        string path = $"{_scratch.Path}/cut.journal";
        File.WriteAllBytes(path, Sample(isCompact: true, isKeyed: true));
        using var journal = new JournalSet();
        journal.Add(JournalFile.TryOpen(path, journal.Cache, out _)!);
        journal.SeekHead();
        Assert.True(journal.Next(Direction.Down));
        using (var file = File.OpenWrite(path))
            file.SetLength(4096);
        int entries = 1;
        while (journal.Next(Direction.Down))
            entries++;
        Assert.InRange(entries, 1, Count);
    }

    private byte[] Sample(bool isCompact, bool isKeyed)
    {
        new JournalSample(seed: 5, Count, boots: 2).Write(_scratch, "sample.journal", JournalScratch.Options with { IsCompact = isCompact, IsKeyed = isKeyed, MaxSize = 1 << 20, CompressFrom = 512 });
        return File.ReadAllBytes($"{_scratch.Path}/sample.journal");
    }

    /// <summary>Every way through a file.</summary>
    private static void ReadAll(string path)
    {
        long most = new FileInfo(path).Length / 64 + 1;
        foreach (string? match in (string?[])[null, "_SYSTEMD_UNIT=unit1.service"])
            foreach (var direction in (Direction[])[Direction.Down, Direction.Up])
            {
                using var journal = new JournalSet();
                if (JournalFile.TryOpen(path, journal.Cache, out int errno) is not { } file)
                {
                    Assert.NotEqual(0, errno);
                    return;
                }
                journal.Add(file);
                if (match is not null)
                    journal.Matches.Add(match);
                if (direction == Direction.Down)
                    journal.SeekHead();
                else
                    journal.SeekTail();
                var fields = new EntryFields();
                long entries = 0;
                while (journal.Next(direction))
                {
                    Assert.True(++entries <= most, "more entries than there is room for");
                    fields.Load(journal.CurrentFile!, journal.CurrentOffset);
                    Assert.NotNull(journal.Cursor());
                }
            }
        using (var verified = JournalFile.TryOpen(path, new BlockCache(), out _)!)
            verified.Verify(_ => { });
        using var all = new JournalSet();
        all.Add(JournalFile.TryOpen(path, all.Cache, out _)!);
        Assert.InRange(all.Fields().Count(), 0, most);
        foreach (string field in (string[])["MESSAGE", "_PID", "_BOOT_ID"])
        {
            long values = 0;
            foreach (var _ in all.Values(field))
                Assert.True(++values <= most, "more values than there is room for");
        }
        Assert.InRange(all.Boots().Count, 0, most);
        all.SeekRealtime(1_700_000_000_100_000);
        all.Next(Direction.Down);
        all.SeekTail();
        if (all.Search(new Contains("line"u8.ToArray()), alsoBoots: true))
            while (all.Next(Direction.Up))
                ;
    }

    /// <summary>Files are searched on two threads.</summary>
    [Fact]
    public void What_fails_in_a_search_is_told_to_who_has_asked()
    {
        byte[] file = Sample(isCompact: true, isKeyed: true);
        using var journal = new JournalSet();
        for (int i = 0; i < 4; i++)
        {
            File.WriteAllBytes($"{_scratch.Path}/{i}.journal", file);
            journal.Add(JournalFile.TryOpen($"{_scratch.Path}/{i}.journal", journal.Cache, out _)!);
        }
        Assert.Throws<TimeoutException>(() => journal.Search(new Fails(Environment.CurrentManagedThreadId, onCaller: false), alsoBoots: false));
        Assert.Throws<TimeoutException>(() => journal.Search(new Fails(Environment.CurrentManagedThreadId, onCaller: true), alsoBoots: false));
        Assert.True(journal.Search(new Contains("line"u8.ToArray()), alsoBoots: false));
    }

    private sealed class Fails(int caller, bool onCaller) : IMessageTest
    {
        public bool IsSought(ReadOnlySpan<byte> message) => false;

        public IMessageTest ForThread() => Environment.ProcessorCount < 2 || (Environment.CurrentManagedThreadId == caller) == onCaller ? throw new TimeoutException() : this;
    }

    private sealed class Contains(byte[] word) : IMessageTest
    {
        public bool IsSought(ReadOnlySpan<byte> message) => message.IndexOf(word) >= 0;

        public IMessageTest ForThread() => this;
    }
}
