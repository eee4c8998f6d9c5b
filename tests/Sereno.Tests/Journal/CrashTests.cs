using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Journal.Write;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>Killed at any instant, the file is as after the last batch that was complete.</summary>
public sealed class CrashTests
{
    private static readonly WriterOptions s_options = JournalScratch.Options with { MaxSize = 512 << 10, CompressFrom = 64 };

    // Few different values: the same data, buckets that have several, chains that grow.
    private static readonly Gen<string[]> s_entry = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4], Gen.Int[0, 30], (n, v, m) => $"F{n}=value {v}|MESSAGE={new string('m', m * 4)}|_PID={v}")
        .Select(s => s.Split('|'));

    private static readonly Gen<string[][][]> s_batches = s_entry.Array[1, 12].Array[2, 6];

    [Fact]
    public void A_batch_that_is_cut_off_anywhere_is_undone() =>
        Gen.Select(s_batches, Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Sample((batches, isCompact, isKeyed, seed) =>
        {
            var options = s_options with { IsCompact = isCompact, IsKeyed = isKeyed };
            // The first batches are complete; the last is cut at each of its looks at memory, or, of many, at some.
            var (file, undo) = (new HeapMemory([]), new HeapMemory(new byte[1 << 16]));
            int before = 0;
            using (var writer = JournalWriter.Create(file, (UInt128)0x1234, options, LogIn(undo)))
                foreach (var batch in batches[..^1])
                {
                    Write(writer, batch, before, isComplete: true);
                    before += batch.Length;
                }

            int looks = LooksOf(file, undo, options, batches[^1], before);
            for (int cut = seed % 7; cut <= looks; cut += 1 + looks / 80)
            {
                var life = new HeapMemory.Fuse();
                var (cutFile, cutUndo) = (file.Copy(life), undo.Copy(life));
                var cutWriter = JournalWriter.Open(cutFile, options, LogIn(cutUndo), ulong.MaxValue, out _)!;
                (life.Looks, life.KilledAt) = (0, cut);
                bool isKilled = false;
                try
                {
                    Write(cutWriter, batches[^1], before, isComplete: false);
                }
                catch (HeapMemory.KilledException)
                {
                    isKilled = true;
                }
                Assert.Equal(cut < looks, isKilled);
                CheckUndone(file, cutFile, cutUndo, options, batches, before, seed % 3 == 0 ? cut % 5 : int.MaxValue);
            }
        }, iter: 6, threads: 1);

    /// <summary>And so it is when the one that undoes is killed as well, and then goes on.</summary>
    private static void CheckUndone(HeapMemory good, HeapMemory file, HeapMemory undo, WriterOptions options, string[][][] batches, int before, int secondCut)
    {
        var life = new HeapMemory.Fuse { KilledAt = secondCut };
        var (half, halfUndo) = (file.Copy(life), undo.Copy(life));
        try
        {
            _ = JournalWriter.Open(half, options, LogIn(halfUndo), ulong.MaxValue, out _);
        }
        catch (HeapMemory.KilledException)
        {
            (file, undo) = (half, halfUndo);
        }
        (file, undo) = (file.Copy(new()), undo.Copy(new()));
        using var writer = JournalWriter.Open(file, options, LogIn(undo), ulong.MaxValue, out var refusal);
        Assert.Equal(OpenRefusal.None, refusal);
        Assert.Equal("", Verify(file));
        Assert.Equal(Read(good), Read(file));
        Write(writer!, batches[^1], before, isComplete: true);
        Assert.Equal("", Verify(file));
        Assert.Equal(batches.SelectMany(b => b).Select(e => string.Join('|', e.Order(StringComparer.Ordinal))), Read(file));
    }

    /// <summary>Once in the real thing's eyes: what is recovered there verifies too.</summary>
    [Fact]
    public void Journalctl_finds_no_fault_with_what_was_recovered()
    {
        using var scratch = new JournalScratch();
        string[][] batch = [.. Enumerable.Range(0, 30).Select(i => new[] { $"MESSAGE=line {i % 9}", "_PID=7", $"F{i % 4}=x" })];
        var (file, undo) = (new HeapMemory([]), new HeapMemory(new byte[1 << 16]));
        using (var writer = JournalWriter.Create(file, (UInt128)0x1234, s_options, LogIn(undo)))
            Write(writer, batch, 0, isComplete: true);
        int looks = LooksOf(file, undo, s_options, batch, batch.Length);
        for (int cut = 0; cut < looks; cut += looks / 15)
        {
            var life = new HeapMemory.Fuse();
            var (cutFile, cutUndo) = (file.Copy(life), undo.Copy(life));
            var writer = JournalWriter.Open(cutFile, s_options, LogIn(cutUndo), ulong.MaxValue, out _)!;
            (life.Looks, life.KilledAt) = (0, cut);
            Assert.Throws<HeapMemory.KilledException>(() => Write(writer, batch, batch.Length, isComplete: false));
            life.KilledAt = int.MaxValue;
            JournalWriter.Open(cutFile, s_options, LogIn(cutUndo), ulong.MaxValue, out _)!.SetOffline();
            File.WriteAllBytes($"{scratch.Path}/{cut}.journal", cutFile.Bytes);
            Assert.Equal("", scratch.Verify($"{cut}.journal"));
            Assert.Equal(batch.Length, scratch.Export($"{cut}.journal").Count);
        }
    }

    [Fact]
    public void A_file_that_was_left_online_without_its_undo_log_is_not_gone_on_with()
    {
        var (file, undo) = (new HeapMemory([]), new HeapMemory(new byte[1 << 16]));
        using (var writer = JournalWriter.Create(file, (UInt128)0x1234, s_options, LogIn(undo)))
            Write(writer, [["MESSAGE=a"]], 0, isComplete: true);
        Assert.Null(JournalWriter.Open(file, s_options, new(new HeapMemory(new byte[1 << 16]), 0, 1 << 16), ulong.MaxValue, out var refusal));
        Assert.Equal(OpenRefusal.Unclean, refusal);
        Assert.Null(JournalWriter.Open(file, s_options with { MachineId = 1 }, LogIn(undo), ulong.MaxValue, out refusal));
        Assert.Equal(OpenRefusal.OtherMachine, refusal);
        Assert.Null(JournalWriter.Open(file, s_options, LogIn(undo), 1_600_000_000_000_000, out refusal));
        Assert.Equal(OpenRefusal.FromTheFuture, refusal);
    }

    private static UndoLog LogIn(HeapMemory memory) => new(memory, 0, memory.Length);

    private static int LooksOf(HeapMemory file, HeapMemory undo, WriterOptions options, string[][] batch, int before)
    {
        var life = new HeapMemory.Fuse();
        var writer = JournalWriter.Open(file.Copy(life), options, LogIn(undo.Copy(life)), ulong.MaxValue, out _)!;
        life.Looks = 0;
        Write(writer, batch, before, isComplete: false);
        return life.Looks;
    }

    private static void Write(JournalWriter writer, string[][] batch, int before, bool isComplete)
    {
        var groups = new Dictionary<string, FieldGroup>();
        foreach (var entry in batch)
        {
            if (entry is [['F', >= '2', ..], var message, var pid])
            {
                // As a stream's lines: MESSAGE= and what is known.
                string key = entry[0] + pid;
                if (!groups.TryGetValue(key, out var group))
                {
                    Assert.Equal(AppendResult.Appended, writer.Intern(Encoding.UTF8.GetBytes(entry[0]), out var one));
                    Assert.Equal(AppendResult.Appended, writer.Intern(Encoding.UTF8.GetBytes(pid), out var other));
                    groups[key] = group = writer.Group([other, one]);
                }
                Assert.Equal(AppendResult.Appended, writer.Append(group, Encoding.UTF8.GetBytes(message["MESSAGE=".Length..]), JournalScratch.Times(before++)));
                continue;
            }
            var known = default(DataHandle?);
            if (entry[0].StartsWith("F1", StringComparison.Ordinal) && writer.Intern(Encoding.UTF8.GetBytes(entry[0]), out var handle) == AppendResult.Appended)
                known = handle;
            writer.Begin();
            if (known is { } first)
                writer.Add(first);
            foreach (string field in entry.Skip(known is null ? 0 : 1))
                writer.Add(Encoding.UTF8.GetBytes(field));
            Assert.Equal(AppendResult.Appended, writer.End(JournalScratch.Times(before++)));
        }
        writer.Flush();
        if (isComplete)
            writer.Commit();
    }

    private static string Verify(HeapMemory file)
    {
        string said = "";
        using var verifier = new Verifier(file, line => said += line);
        return verifier.Verify() is { Errno: not 0 } verdict ? $"{verdict.Errno} at {verdict.Offset:x}: {said}" : said;
    }

    /// <summary>The entries in the order of the main array; each its data, sorted.</summary>
    private static List<string> Read(HeapMemory file)
    {
        var read = new List<string>();
        using var compression = new Compression();
        byte[] buffer = [];
        ulong Get(ulong at, int size) => size == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(file.Bytes.AsSpan((int)at)) : BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes.AsSpan((int)at));
        var header = System.Runtime.InteropServices.MemoryMarshal.Read<FileHeader>(file.Bytes);
        bool isCompact = (header.Incompatible & Incompatible.Compact) != 0;
        int offsetSize = isCompact ? 4 : 8, itemSize = isCompact ? 4 : 16, dataSize = isCompact ? DataObject.CompactSize : DataObject.Size;
        ulong left = header.EntryCount;
        for (ulong array = header.EntryArrayOffset; left > 0; array = Get(array + EntryArrayObject.NextAt, 8))
            for (ulong at = array + EntryArrayObject.Size; at < array + Get(array + 8, 8) && left > 0; at += (uint)offsetSize, left--)
            {
                ulong entry = Get(at, offsetSize);
                var fields = new List<string>();
                for (ulong item = entry + EntryObject.Size; item < entry + Get(entry + 8, 8); item += (uint)itemSize)
                {
                    ulong data = Get(item, offsetSize);
                    var payload = file.Bytes.AsSpan((int)data + dataSize, (int)Get(data + 8, 8) - dataSize);
                    var flags = (ObjectFlags)file.Bytes[(int)data + 1];
                    if (flags != 0 && compression.TryExpand(flags, payload, ref buffer, out int length))
                        payload = buffer.AsSpan(0, length);
                    fields.Add(Encoding.UTF8.GetString(payload));
                }
                read.Add(string.Join('|', fields.Order(StringComparer.Ordinal)));
            }
        return read;
    }
}
