using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Write;

namespace Sereno.Tests.Journal;

/// <summary>Entries of all kinds, the same for the same seed, written by us or by systemd-journal-remote.</summary>
internal sealed class JournalSample(int seed, int count, int boots)
{
    private sealed record Entry(ulong Realtime, ulong Monotonic, UInt128 Boot, List<byte[]> Fields);

    private readonly List<Entry> _entries = Make(new(seed), count, boots);

    public static string? Remote { get; } = ((string[])["/lib/systemd", .. Environment.GetEnvironmentVariable("PATH")!.Split(':')])
        .Select(p => $"{p}/systemd-journal-remote").FirstOrDefault(File.Exists);

    public void Write(JournalScratch scratch, string name, WriterOptions options)
    {
        using var writer = JournalWriter.Create(scratch.Folder, name, options);
        foreach (var entry in _entries)
        {
            writer.Begin();
            foreach (byte[] field in entry.Fields)
                writer.Add(field);
            if (writer.End(new(entry.Realtime, entry.Monotonic, entry.Boot)) != AppendResult.Appended)
                throw new InvalidOperationException("the sample is too large");
        }
        writer.SetOffline();
    }

    public void WriteByRemote(string path)
    {
        using var process = Process.Start(new ProcessStartInfo(Remote!, ["-o", path, "--split-mode=none", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        using (var input = process.StandardInput.BaseStream)
            foreach (var entry in _entries)
            {
                input.Write(Encoding.ASCII.GetBytes($"__REALTIME_TIMESTAMP={entry.Realtime}\n__MONOTONIC_TIMESTAMP={entry.Monotonic}\n_BOOT_ID={Id128.Format(entry.Boot)}\n"));
                foreach (byte[] field in entry.Fields.Where(f => !f.AsSpan().StartsWith("_BOOT_ID="u8)))
                {
                    int equals = field.AsSpan().IndexOf((byte)'=');
                    input.Write(field.AsSpan(0, equals));
                    input.Write("\n"u8);
                    input.Write(BitConverter.GetBytes((ulong)(field.Length - equals - 1)));
                    input.Write(field.AsSpan(equals + 1));
                    input.Write("\n"u8);
                }
                input.Write("\n"u8);
            }
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(errors.Result);
    }

    private static List<Entry> Make(Random random, int count, int boots)
    {
        var entries = new List<Entry>();
        ulong realtime = 1_700_000_000_000_000, monotonic = 1_000_000;
        var boot = Id(random);
        for (int i = 0; i < count; i++)
        {
            if (boots > 1 && i > 0 && i % (count / boots) == 0)
                (boot, monotonic) = (Id(random), 500_000);
            ulong step = (ulong)random.Next(1, 5000);
            (realtime, monotonic) = (realtime + step, monotonic + step);
            entries.Add(new(realtime, monotonic, boot, Fields(random, i, realtime, monotonic, boot)));
        }
        return entries;
    }

    private static UInt128 Id(Random random)
    {
        UInt128 id = 0;
        random.NextBytes(MemoryMarshal.AsBytes(new Span<UInt128>(ref id)));
        return id;
    }

    private static List<byte[]> Fields(Random random, int i, ulong realtime, ulong monotonic, UInt128 boot)
    {
        int unit = random.Next(6);
        var fields = new Dictionary<string, string>
        {
            ["_TRANSPORT"] = "stdout", ["PRIORITY"] = $"{random.Next(2, 8)}", ["SYSLOG_IDENTIFIER"] = $"prog{unit}", ["_PID"] = $"{1000 + unit}", ["_UID"] = $"{unit % 3}",
            ["_COMM"] = $"prog{unit}", ["_HOSTNAME"] = "box", ["_SYSTEMD_UNIT"] = $"unit{unit}.service", ["_SYSTEMD_SLICE"] = "system.slice", ["SYSLOG_FACILITY"] = $"{3 + unit % 4}",
            ["_BOOT_ID"] = Id128.Format(boot), ["MESSAGE"] = $"line {i} of unit {unit}: {string.Join(' ', Enumerable.Range(0, random.Next(12)).Select(_ => "word" + random.Next(900)))}",
        };
        var more = new List<byte[]>();
        switch (random.Next(36))
        {
            case 0: fields["MESSAGE"] = "first\nsecond line\nthird"; break;
            case 1: more.Add([.. "MESSAGE="u8, .. Enumerable.Range(0, random.Next(1, 60)).Select(_ => (byte)random.Next(256))]); fields.Remove("MESSAGE"); break;
            case 2: fields["MESSAGE"] = "tab\there \e[31mred\e[0m end  \e]8;;x\alink \e[2K"; break;
            case 3: fields["MESSAGE"] = "long " + new string('x', random.Next(200, 6000)); break;
            case 4: fields["MESSAGE"] = ""; break;
            case 5: fields["MESSAGE"] = "ünïcode ☃ 日本 " + new string('é', random.Next(90)); break;
            case 6: fields.Remove("SYSLOG_IDENTIFIER"); break;
            case 7: fields.Remove("SYSLOG_IDENTIFIER"); fields.Remove("_COMM"); fields.Remove("_PID"); break;
            case 8: fields["SYSLOG_PID"] = "77"; fields.Remove("_PID"); break;
            case 9: fields.Remove("PRIORITY"); break;
            case 10: fields["_SOURCE_REALTIME_TIMESTAMP"] = $"{realtime - 1234}"; break;
            case 11: fields["_SOURCE_MONOTONIC_TIMESTAMP"] = $"{monotonic - 500}"; break;
            case 12: fields.Remove("MESSAGE"); break;
            case 13: more.AddRange(["MULTI=a"u8.ToArray(), "MULTI=b"u8.ToArray(), "MULTI=\u0001c"u8.ToArray()]); break;
            case 14: fields["MESSAGE_ID"] = "39f53479d3a045ac8e11786248231fbf"; fields["UNIT"] = $"unit{unit + 1}.service"; break;
            case 15: fields["_PID"] = "1"; fields["UNIT"] = $"unit{unit + 1}.service"; break;
            case 16: fields["MESSAGE"] = "line ends \r\nand \r goes on\r"; break;
            case 17: fields["MESSAGE"] = "quote \" back \\ control \u0002 line\nend"; break;
            case 18: fields["_SYSTEMD_USER_UNIT"] = $"app{unit}.service"; break;
            case 19: fields["CONFIG_FILE"] = "/etc/x.conf"; fields["MESSAGE"] = "/etc/x.conf:3: bad"; break;
            case 20: fields["DOCUMENTATION"] = "https://example.com/x"; break;
            case 21: fields["_TRANSPORT"] = "kernel"; break;
            case 22: fields["BIG"] = new string('y', random.Next(3000, 9000)); break;
            case 23: fields["_TRANSPORT"] = "audit"; break;
        }
        return [.. fields.Select(f => Encoding.UTF8.GetBytes($"{f.Key}={f.Value}")), .. more];
    }
}
