using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Sereno.Journal.Write;
using Sereno.Linux;

namespace Sereno.Tests.Journal;

/// <summary>A folder for journal files, and the real journalctl to look into them.</summary>
internal sealed class JournalScratch : IDisposable
{
    public static readonly UInt128 BootId = MemoryMarshal.Read<UInt128>("0123456789abcdef"u8);

    public static readonly WriterOptions Options = new()
    {
        MachineId = MemoryMarshal.Read<UInt128>("fedcba9876543210"u8), BootId = BootId, MaxSize = 16 << 20, CompressFrom = null,
    };

    public string Path { get; } = Directory.CreateTempSubdirectory("journal-").FullName;
    public Fd Folder { get; }

    public JournalScratch() => Folder = Files.OpenFolder(Path);

    public void Dispose()
    {
        Folder.Dispose();
        Directory.Delete(Path, recursive: true);
    }

    public static EntryTimes Times(int i) => new(1_700_000_000_000_000 + (ulong)i, 1000 + (ulong)i, BootId);

    /// <summary>What journalctl --verify says besides PASS.</summary>
    public string Verify(string name)
    {
        var (status, output, error) = Journalctl(name, "--verify");
        string text = Encoding.UTF8.GetString(output) + error;
        return status == 0 && text.Trim() == $"PASS: {Path}/{name}" ? "" : $"{status}: {text}";
    }

    /// <summary>The entries, each with its FIELD=value in order, of which Latin-1 makes text; without those that every entry has.</summary>
    public List<SortedSet<string>> Export(string name, params string[] matches)
    {
        var (status, output, error) = Journalctl(name, ["-o", "export", .. matches]);
        if (status != 0)
            throw new InvalidOperationException($"journalctl: {status} {error}");
        var entries = new List<SortedSet<string>>();
        SortedSet<string>? entry = null;
        for (var rest = output.AsSpan(); !rest.IsEmpty;)
        {
            int end = rest.IndexOf((byte)'\n');
            var line = rest[..end];
            rest = rest[(end + 1)..];
            if (line.IsEmpty)
            {
                entry = null;
                continue;
            }
            if (entry is null)
                entries.Add(entry = new(StringComparer.Ordinal));
            int equals = line.IndexOf((byte)'=');
            if (line.StartsWith("__"u8) || line.StartsWith("_BOOT_ID="u8))
                continue;
            if (equals >= 0)
                entry.Add(Encoding.Latin1.GetString(line));
            else
            {
                int length = (int)MemoryMarshal.Read<ulong>(rest);
                entry.Add($"{Encoding.Latin1.GetString(line)}={Encoding.Latin1.GetString(rest.Slice(8, length))}");
                rest = rest[(8 + length + 1)..];
            }
        }
        return entries;
    }

    public (int Status, byte[] Output, string Error) Journalctl(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo("journalctl", ["--file", $"{Path}/{name}", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return (process.ExitCode, output.ToArray(), error.Result);
    }
}
