using System.Buffers.Binary;
using System.Diagnostics;
using K4os.Compression.LZ4;
using Sereno.Journal.Format;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>Files of journald before zstd, and of builds without it: their large fields are lz4 or xz. journalctl says whether a file of ours was made into one.</summary>
public sealed class OldCompressionTests : IDisposable
{
    private readonly JournalScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("lz4", true)]
    [InlineData("lz4", false)]
    [InlineData("xz", true)]
    [InlineData("xz", false)]
    public void Fields_in_lz4_and_xz_are_read_as_journalctl_reads_them(string kind, bool isCompact)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/journalctl"), "journalctl is not installed");
        Assert.SkipWhen(kind == "xz" && !File.Exists("/usr/bin/xz"), "xz is not installed");
        new JournalSample(seed: 3, count: 900, boots: 1).Write(_scratch, "x.journal", JournalScratch.Options with { IsCompact = isCompact, CompressFrom = null });
        string path = $"{_scratch.Path}/x.journal";
        string before = Command("journalctl", "--file", path, "-o", "export");
        byte[] file = File.ReadAllBytes(path);
        Assert.InRange(Compress(file, kind, isCompact ? DataObject.CompactSize : DataObject.Size), 10, 1000);
        File.WriteAllBytes(path, file);
        Assert.Equal(before, Command("journalctl", "--file", path, "-o", "export"));
        Assert.Equal(before, Command(SerenoProcess.Executable, "logs", "--file", path, "-o", "export"));
        Assert.Equal(Command("journalctl", "--file", path, "-o", "cat", "-g", "x{300}"), Command(SerenoProcess.Executable, "logs", "--file", path, "-o", "cat", "-g", "x{300}"));
    }

    /// <summary>In place: what an object no longer needs is left between it and the next.</summary>
    private static int Compress(byte[] file, string kind, int dataSize)
    {
        var (flag, incompatible) = kind == "lz4" ? (ObjectFlags.Lz4, 2u) : (ObjectFlags.Xz, 1u);
        int count = 0;
        ulong size = 0, end = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(TailObjectAt));
        for (ulong at = (ulong)FileHeader.Size; at <= end; at += (size + 7) & ~7ul)
        {
            var whole = file.AsSpan((int)at);
            size = BinaryPrimitives.ReadUInt64LittleEndian(whole[8..]);
            if (whole[0] != (byte)ObjectType.Data || size < (ulong)dataSize + 200)
                continue;
            var payload = whole[dataSize..(int)size];
            byte[] packed = kind == "lz4" ? Lz4(payload) : Xz(payload);
            if (packed.Length >= payload.Length)
                continue;
            packed.CopyTo(payload);
            payload[packed.Length..].Clear();
            whole[1] = (byte)flag;
            BinaryPrimitives.WriteUInt64LittleEndian(whole[8..], (ulong)(dataSize + packed.Length));
            count++;
        }
        var flags = file.AsSpan(12, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(flags, BinaryPrimitives.ReadUInt32LittleEndian(flags) | incompatible);
        return count;
    }

    /// <summary>tail_object_offset of the document's Header.</summary>
    private const int TailObjectAt = 136;

    private static byte[] Lz4(ReadOnlySpan<byte> bytes)
    {
        var target = new byte[8 + LZ4Codec.MaximumOutputSize(bytes.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(target, bytes.Length);
        return target[..(8 + LZ4Codec.Encode(bytes, target.AsSpan(8)))];
    }

    private static byte[] Xz(ReadOnlySpan<byte> bytes)
    {
        using var process = Process.Start(new ProcessStartInfo("xz", ["--check=none", "--stdout"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.BaseStream.Write(bytes);
        process.StandardInput.Close();
        using var target = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(target);
        process.WaitForExit();
        return target.ToArray();
    }

    private static string Command(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, StandardOutputEncoding = System.Text.Encoding.Latin1, Environment = { ["LC_ALL"] = "C.UTF-8", ["TZ"] = "UTC" } })!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }
}
