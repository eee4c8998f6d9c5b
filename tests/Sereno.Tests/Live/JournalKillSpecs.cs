using System.Globalization;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>kill -9 of the journal, and of the manager, at any moment while services write: each line is there once, and every file is sound.</summary>
[Collection(Live.Name)]
public sealed class JournalKillSpecs
{
    private const int Services = 16, Kills = 200;

    /// <summary>Lines in two pieces, so that a kill finds some of them begun.</summary>
    private const string Writer = """
        #!/bin/sh
        i=0
        until [ -e "$2" ]; do
            n=$((i + 10))
            while [ $i -lt $n ]; do i=$((i + 1)); printf '%s' "$1 "; echo "$i of many"; done
            sleep 0.04
        done
        echo "$1 last $i"
        """;

    [Fact]
    public void Every_line_of_16_services_is_there_once_after_200_kills()
    {
        var random = new Random(6);
        using var sereno = new LiveInstance(folder =>
        {
            Directory.CreateDirectory($"{folder}/etc");
            File.WriteAllText($"{folder}/etc/journald.conf", "[Journal]\nRateLimitIntervalSec=0\nSystemMaxUse=2G\nSystemKeepFree=1M\nSystemMaxFileSize=8M\n");
            File.WriteAllText($"{folder}/writer", Writer);
            for (int i = 0; i < Services; i++)
                File.WriteAllText($"{folder}/units/w{i}.service", $"[Service]\nExecStart=/bin/sh {folder}/writer w{i} {folder}/stop\n");
        });
        sereno.Do(["start", .. Enumerable.Range(0, Services).Select(i => $"w{i}")]);
        int last = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            int before = last;
            Live.Eventually(() => sereno.JournalPid is not 0 and var now && (last = now) != before, () => $"another journal; {sereno.Said}");
            Wait(random.NextDouble() * random.NextDouble() * 0.3); // mostly while it is finding what it left
            if (kill % 20 == 19)
                Proc.Kill(sereno.ManagerPid);
            Proc.Kill(last);
        }
        sereno.Disconnect();
        File.WriteAllText($"{sereno.Folder}/stop", "");
        for (int i = 0; i < Services; i++)
            sereno.Expect($"w{i}.service", "inactive", result: "success");
        sereno.Do("logs", "--sync");
        var seen = new Dictionary<string, List<string>>();
        foreach (string line in Command.Run(TimeSpan.FromMinutes(3), "journalctl", "-D", $"{sereno.Folder}/log", "-q", "-o", "cat", "_TRANSPORT=stdout").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = line[..line.IndexOf(' ')];
            if (!seen.TryGetValue(name, out var lines))
                seen[name] = lines = [];
            lines.Add(line);
        }
        Assert.Equal(Services, seen.Count);
        foreach (var (name, lines) in seen)
        {
            int count = lines.Count - 1;
            Assert.Equal($"{name} last {count.ToString(CultureInfo.InvariantCulture)}", lines[^1]);
            Assert.Equal(Enumerable.Range(1, count).Select(n => $"{name} {n} of many"), lines.SkipLast(1));
        }
        Assert.Empty(Directory.GetFiles($"{sereno.Folder}/log", "*~"));
        foreach (string file in Directory.GetFiles($"{sereno.Folder}/log", "*.journal"))
            Assert.True(Command.Run("journalctl", "--verify", "--file", file) is { Status: 0 } ok, $"{file}: {Command.Run("journalctl", "--verify", "--file", file)}");
    }

    [Fact]
    public void A_file_cut_short_beneath_the_journal_is_set_aside_and_no_other_line_is_lost()
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/writer", Writer);
            File.WriteAllText($"{folder}/units/w.service", $"[Service]\nExecStart=/bin/sh {folder}/writer w {folder}/stop\n");
        });
        string file = $"{sereno.Folder}/log/system.journal";
        sereno.Do("start", "w");
        for (int round = 0; round < 5; round++)
        {
            sereno.Do("logs", "--sync");
            Live.Eventually(() => File.Exists(file), () => sereno.Said);
            using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                stream.SetLength(round % 2 == 0 ? 4096 : 300_000);
            int aside = round + 1;
            Live.Eventually(() => Directory.GetFiles($"{sereno.Folder}/log", "*~").Length >= aside && File.Exists(file), () => $"set aside {aside} times; {sereno.Said}");
        }
        int survivor = sereno.JournalPid;
        File.WriteAllText($"{sereno.Folder}/stop", "");
        sereno.Expect("w.service", "inactive");
        sereno.Do("logs", "--sync");
        Assert.Equal(survivor, sereno.JournalPid);
        // What was in a file that somebody cut is gone; in the last one is what came since, to the end, and nothing twice.
        var lines = Command.Run("journalctl", "--file", file, "-q", "-o", "cat", "_TRANSPORT=stdout").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int end = int.Parse(lines[^1].Split(' ')[2], CultureInfo.InvariantCulture), begin = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.Equal([.. Enumerable.Range(begin, end - begin + 1).Select(n => $"w {n} of many"), $"w last {end}"], lines);
        Assert.Equal(0, Command.Run("journalctl", "--verify", "--file", file).Status);
    }

    /// <summary>Not for something: the next kill is to come at any moment.</summary>
    private static void Wait(double seconds) => Thread.Sleep(TimeSpan.FromSeconds(seconds));
}
