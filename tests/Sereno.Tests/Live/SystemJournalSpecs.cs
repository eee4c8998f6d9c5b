using System.Text.Json;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>The journal of a booted machine: where programs look for it, what reads it by default, and rsyslog beside it.</summary>
[Collection(Live.Name)]
public sealed class SystemJournalSpecs(PrivateRoot root) : PrivateRootSpecs(root)
{
    private List<string> Read(params string[] arguments) => [.. Root.Do(["journalctl", "-q", "--no-pager", "-o", "cat", .. arguments]).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private void Expect(string[] lines, params string[] arguments) =>
        Live.Eventually(() => Read(arguments).SequenceEqual(lines), () => $"{string.Join('|', lines)} instead of {string.Join('|', Read(arguments))}");

    private string[] Files(string folder) => Root.Enter("sh", "-c", $"ls {folder}/*/").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Programs_find_it_and_rsyslog_has_what_it_forwards()
    {
        Assert.Equal("/run/systemd/journal/dev-log\n", Root.Do("readlink", "/dev/log"));
        Root.Do("logger", "-t", "clients", "by syslog");
        Root.Do("sh", "-c", "echo by stdout | systemd-cat -t clients -p warning");
        Root.Do("sh", "-c", @"printf 'MESSAGE=by native\nSYSLOG_IDENTIFIER=clients\nOWN=field\n_UID=77\n' | logger --journald");
        Live.Eventually(() => Read("-t", "clients").Order().SequenceEqual(["by native", "by stdout", "by syslog"]), () => string.Join('|', Read("-t", "clients")));
        Assert.Equal(["by stdout"], Read("-t", "clients", "-p", "warning"));
        using var native = JsonDocument.Parse(Root.Do("journalctl", "-q", "-o", "json", "OWN=field"));
        Assert.Equal(("0", "journal"), (native.RootElement.GetProperty("_UID").GetString(), native.RootElement.GetProperty("_TRANSPORT").GetString()));
        Live.Eventually(() => Root.Enter("grep", "-c", "clients.*: by ", "/var/log/syslog").Output == "3\n", () => Root.Enter("tail", "/var/log/syslog").Output);
        Assert.Contains("from systemd", string.Concat(Read("-u", "rsyslog", "-g", "Acquired UNIX socket")));
        Assert.Equal(Root.Do("journalctl", "-q", "-t", "clients", "-o", "short-full"), Root.Sereno("logs", "-q", "-t", "clients", "-o", "short-full").Output);
    }

    [Fact]
    public void Rsyslog_reads_its_files_and_writes_to_it()
    {
        Root.Do("sh", "-c", """
            mkdir -p /root/rs
            printf 'module(load="imjournal" StateFile="/root/rs/state" IgnorePreviousMessages="off")\naction(type="omfile" file="/root/rs/out" template="RSYSLOG_FileFormat")\n' >/root/rs/reads.conf
            printf 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="/root/rs/in")\nmodule(load="omjournal")\naction(type="omjournal")\n' >/root/rs/writes.conf
            rsyslogd -i /root/rs/reads.pid -f /root/rs/reads.conf
            rsyslogd -i /root/rs/writes.pid -f /root/rs/writes.conf
            """);
        Live.Eventually(() => Root.Enter("logger", "-u", "/root/rs/in", "-t", "through", "--socket-errors=on", "and back").Status == 0, () => "rsyslog's socket");
        // omjournal has the tag with its colon, and the message with the space before it.
        Live.Eventually(() => Read("-t", "through:").Count > 0, () => "what rsyslog wrote");
        using var entry = JsonDocument.Parse(Root.Do("journalctl", "-q", "-o", "json", "-t", "through:", "-n", "1"));
        Assert.Equal((" and back", "0", "rsyslogd"), (entry.RootElement.GetProperty("MESSAGE").GetString(), entry.RootElement.GetProperty("_UID").GetString(), entry.RootElement.GetProperty("_COMM").GetString()));
        Live.Eventually(() => Root.Enter("grep", "-c", "through.*and back", "/root/rs/out").Status == 0, () => Root.Enter("tail", "/root/rs/out").Output);
        Assert.Equal(0, Root.Enter("grep", "-q", "Starting systemd-journal-flush.service", "/root/rs/out").Status); // from the beginning on
        Root.Do("sh", "-c", "kill $(cat /root/rs/*.pid) || true");
    }

    [Fact]
    public void It_moves_to_what_survives_a_boot_when_systemds_unit_asks_and_back()
    {
        Assert.Equal("success", Root.Show("systemd-journal-flush.service", "Result"));
        Root.Expect("systemd-journal-flush.service", "active", "exited");
        Root.Do("test", "-e", "/run/systemd/journal/flushed");
        Assert.Empty(Files("/run/log/journal"));
        Assert.Contains("Starting systemd-journal-flush.service - Flush Journal to Persistent Storage...", Read("-b", "_PID=1")); // from before
        Root.Do("sh", "-c", "echo kept | systemd-cat -t moved");
        Expect(["kept"], "-t", "moved");
        Root.Do("journalctl", "--relinquish-var");
        Assert.NotEqual(0, Root.Enter("test", "-e", "/run/systemd/journal/flushed").Status);
        Root.Do("sh", "-c", "echo in memory | systemd-cat -t moved");
        Expect(["kept", "in memory"], "-t", "moved");
        Assert.Equal(["system.journal"], Files("/run/log/journal"));
        Root.Do("journalctl", "--flush");
        Assert.Empty(Files("/run/log/journal"));
        Root.Do("journalctl", "--rotate");
        Expect(["kept", "in memory"], "-t", "moved");
        Assert.Equal(0, Root.Enter("journalctl", "--verify").Status);
    }

    [Fact]
    public void The_kernels_messages_are_there_once_also_after_a_kill()
    {
        Root.Do("sh", "-c", "mknod -m 600 /dev/kmsg c 1 11");
        Assert.SkipWhen(Root.Enter("dmesg").Status != 0, "the kernel's log may not be read here");
        Restart();
        Live.Eventually(() => Kernel().Count > 0, () => "messages of the kernel");
        Root.Do("journalctl", "--sync");
        var before = Kernel();
        Restart();
        Root.Do("journalctl", "--sync");
        var after = Kernel();
        Assert.Equal(before, after[..before.Count]);
        Assert.All(after[before.Count..], time => Assert.InRange(time, before.Max() - 1_000_000, long.MaxValue)); // only what came since, if anything did

        List<long> Kernel() => [.. Root.Do("journalctl", "-q", "-k", "-o", "json", "--output-fields=_SOURCE_MONOTONIC_TIMESTAMP").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement).Where(e => e.TryGetProperty("_SOURCE_MONOTONIC_TIMESTAMP", out _)).Select(e => long.Parse(e.GetProperty("_SOURCE_MONOTONIC_TIMESTAMP").GetString()!, System.Globalization.CultureInfo.InvariantCulture))];
        void Restart()
        {
            string pid = Root.Do("pgrep", "-f", "journal-role").Trim();
            Root.Do("kill", "-9", pid);
            Live.Eventually(() => Root.Enter("pgrep", "-f", "journal-role").Output.Trim() is { Length: > 0 } now && now != pid, () => "another journal");
        }
    }

    [Fact]
    public void Persons_have_files_of_their_own_that_they_can_read_and_the_systems_accounts_have_none()
    {
        Root.Do("sh", "-c", "id watchman || useradd -u 4242 -M watchman");
        Root.Do("su", "watchman", "-s", "/bin/sh", "-c", "logger -t own 'a line of mine'");
        Root.Do("su", "nobody", "-s", "/bin/sh", "-c", "logger -t own 'of nobody'");
        Live.Eventually(() => Read("-t", "own").Count == 2, () => string.Join('|', Read("-t", "own")));
        Assert.Equal("a line of mine\n", Root.Do("su", "watchman", "-s", "/bin/sh", "-c", "journalctl -q -t own -o cat --no-pager"));
        Assert.NotEqual("of nobody\n", Root.Enter("su", "nobody", "-s", "/bin/sh", "-c", "journalctl -q -t own -o cat --no-pager").Output);
        Assert.All(Files("/var/log/journal").Where(f => f.StartsWith("user-", StringComparison.Ordinal)), f => Assert.StartsWith("user-4242", f));
    }
}
