using System.Text;
using Sereno.Journal;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Journal.Intake;

public class CrashTests
{
    /// <summary>Each seed is another schedule of writes, and of crashes after any few steps.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_line_is_there_once_wherever_the_journal_is_killed(int seed)
    {
        var random = new Random(seed);
        using var journal = new JournalBench();
        journal.Options = journal.Options with { LineMax = 200, System = journal.Options.System with { MaxFileSize = seed % 2 == 0 ? 8ul << 20 : 512 << 10 } };
        journal.StepsLeft = random.Next(1, 60);
        journal.Start();
        var writers = Enumerable.Range(0, 5).Select(i => new Writer(journal, $"w{i}", random)).ToList();
        for (int turn = 0; turn < 400 || journal.Crashes < 12; turn++)
        {
            writers[random.Next(writers.Count)].Write();
            journal.Turn(() => JournalBench.Steps(random));
        }
        foreach (var writer in writers)
            writer.Finish();
        while (!journal.IsOver)
        {
            journal.Turn(() => JournalBench.Steps(random));
            Thread.Yield();
        }
        journal.End();
        var messages = journal.Messages().ToLookup(m => m[..2]);
        foreach (var writer in writers)
            Assert.Equal(writer.Lines, messages[writer.Name]);
        journal.Verify();
    }

    /// <summary>Numbered lines, in pieces that end anywhere.</summary>
    private sealed class Writer(JournalBench journal, string name, Random random)
    {
        private readonly (ulong Id, Fd Write) _stream = Open(journal, name);
        private readonly Queue<byte> _waiting = [];

        public string Name => name;
        public List<string> Lines { get; } = [];

        /// <summary>Nobody but this test keeps the journal running: it can't wait for it.</summary>
        private static (ulong, Fd) Open(JournalBench journal, string name)
        {
            var stream = journal.Open(new StreamMetadata($"{name}.service", name));
            stream.Write.SetNonBlocking();
            return stream;
        }

        public void Write()
        {
            for (int i = _waiting.Count > 30_000 ? -1 : random.Next(12); i >= 0; i--)
                Add('\n');
            byte[] piece = [.. _waiting.Take(random.Next(1, _waiting.Count + 1))];
            for (int n = Math.Max(0, _stream.Write.Write(piece)); n > 0; n--)
                _waiting.Dequeue();
        }

        public void Finish()
        {
            Add(null);
            while (_waiting.Count > 0)
            {
                for (int n = Math.Max(0, _stream.Write.Write([.. _waiting.Take(4096)])); n > 0; n--)
                    _waiting.Dequeue();
                journal.Turn(() => JournalBench.Steps(random));
            }
            journal.CloseWriter(_stream.Id);
        }

        private void Add(char? end)
        {
            string line = $"{name} {Lines.Count} {new string('x', random.Next(180))}";
            Lines.Add(line);
            foreach (byte b in Encoding.ASCII.GetBytes(line + end))
                _waiting.Enqueue(b);
        }
    }
}
