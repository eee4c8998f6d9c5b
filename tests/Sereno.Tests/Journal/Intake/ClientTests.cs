using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Sereno.Journal;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Journal.Intake;

/// <summary>Real clients, and bytes as they would send them; read back by the real journalctl.</summary>
public class ClientTests
{
    private static JournalBench Start()
    {
        var journal = new JournalBench();
        journal.Start();
        string socket = $"{journal.Folder}/run/journal/io.systemd.journal";
        journal.Eventually(() => File.Exists(socket), "its sockets");
        return journal;
    }

    /// <summary>Where programs look for systemd's journal is ours, in a mount namespace of their own.</summary>
    private static void RunWithSockets(JournalBench journal, string script) => JournalBench.Run("unshare", "-m", "sh", "-ec",
        $"mount -t tmpfs tmpfs /run; mkdir -p /run/systemd/journal; mount --bind {journal.Folder}/run/journal /run/systemd/journal; {script}");

    private static void Send(JournalBench journal, string socket, byte[] message, params Fd[] fds)
    {
        using var client = UnixSocket.Create(UnixSocketType.Datagram, nonBlocking: false);
        client.Connect($"{journal.Folder}/run/journal/{socket}");
        client.Send(message, fds);
    }

    [Fact]
    public void Logger_writes_by_syslog()
    {
        using var journal = Start();
        string socket = $"{journal.Folder}/run/journal/dev-log";
        JournalBench.Run("logger", "-u", socket, "-t", "old", "-p", "auth.warning", "--id=77", "--socket-errors=on", "three thousand");
        JournalBench.Run("logger", "-u", socket, "-t", "new", "--rfc5424", "--msgid", "M1", "--sd-id", "x@1", "--sd-param", "a=\"b\"", "--socket-errors=on", "five thousand");
        journal.Eventually(() => journal.Messages("_TRANSPORT=syslog").Count == 2, "both");
        var old = journal.Read("SYSLOG_IDENTIFIER=old").Single();
        // What it is called isn't known where it had gone before anybody looked.
        Assert.Equal(("three thousand", "4", "4", "77", $"{Self.Uid}"), (JournalBench.Text(old, "MESSAGE"), JournalBench.Text(old, "PRIORITY"),
            JournalBench.Text(old, "SYSLOG_FACILITY"), JournalBench.Text(old, "SYSLOG_PID"), JournalBench.Text(old, "_UID")));
        Assert.NotEmpty(JournalBench.Text(old, "_SOURCE_REALTIME_TIMESTAMP"));
        var modern = journal.Read("SYSLOG_IDENTIFIER=new").Single();
        Assert.Equal(("five thousand", "M1"), (JournalBench.Text(modern, "MESSAGE"), JournalBench.Text(modern, "SYSLOG_MSGID")));
        Assert.Contains("[x@1 a=\"b\"]", JournalBench.Text(modern, "SYSLOG_STRUCTURED_DATA"));
    }

    [Fact]
    public void Systemd_cat_and_logger_reach_the_journal_where_they_look_for_it()
    {
        Assert.SkipUnless(Self.Uid == 0, "mounting needs root");
        using var journal = Start();
        RunWithSockets(journal, "printf 'one\\n<3>two\\nthree' | systemd-cat -t cat -p notice; printf 'MESSAGE=native\\nPRIORITY=2\\nOWN=field\\n_PID=1\\n' | logger --journald");
        journal.Eventually(() => journal.Messages().Count == 4, "all");
        var entries = journal.Read();
        Assert.Equal(["one|5|stdout", "two|3|stdout", "three|5|stdout"], entries.Where(e => JournalBench.Text(e, "SYSLOG_IDENTIFIER") == "cat")
            .Select(e => $"{JournalBench.Text(e, "MESSAGE")}|{JournalBench.Text(e, "PRIORITY")}|{JournalBench.Text(e, "_TRANSPORT")}"));
        Assert.Equal("eof", JournalBench.Text(entries.Single(e => JournalBench.Text(e, "MESSAGE") == "three"), "_LINE_BREAK"));
        var native = journal.Read("OWN=field").Single();
        Assert.Equal(("native", "2", "journal"), (JournalBench.Text(native, "MESSAGE"), JournalBench.Text(native, "PRIORITY"), JournalBench.Text(native, "_TRANSPORT")));
        Assert.NotEqual("1", JournalBench.Text(native, "_PID"));
    }

    private const string Header = "/usr/include/systemd/sd-journal.h";

    [Fact]
    public void Programs_in_c_reach_it_by_systemds_library()
    {
        Assert.SkipUnless(Self.Uid == 0, "mounting needs root");
        Assert.SkipUnless(File.Exists(Header), "needs libsystemd-dev");
        using var journal = Start();
        File.WriteAllText($"{journal.Folder}/client.c", """
            #include <systemd/sd-journal.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/uio.h>
            int main(void) {
                struct iovec v[] = { { "MESSAGE=by vector", 17 }, { "BINARY=a\nb\0c", 12 }, { "PRIORITY=1", 10 } };
                size_t size = 3 << 20;
                char *large = malloc(size + 1);
                memset(large, 'z', size);
                large[size] = 0;
                int r = sd_journal_print(5, "printed %d", 42);
                if (!r) r = sd_journal_send("MESSAGE=sent", "PRIORITY=%i", 3, "OWN=%s", "value", "_PID=1", NULL);
                if (!r) r = sd_journal_sendv(v, 3);
                if (!r) r = sd_journal_send("MESSAGE=large", "LARGE=%s", large, NULL);
                int fd = sd_journal_stream_fd("streamed", 4, 1);
                dprintf(fd, "<2>a prefix\nno prefix\n");
                return r ? 1 : 0;
            }
            """);
        JournalBench.Run("cc", "-o", $"{journal.Folder}/client", $"{journal.Folder}/client.c", "-lsystemd");
        RunWithSockets(journal, $"{journal.Folder}/client");
        journal.Eventually(() => journal.Messages().Count == 6, "all of them");
        var entries = journal.Read().ToDictionary(e => JournalBench.Text(e, "MESSAGE"));
        Assert.Equal(("5", "journal", "main"), (JournalBench.Text(entries["printed 42"], "PRIORITY"), JournalBench.Text(entries["printed 42"], "_TRANSPORT"), JournalBench.Text(entries["printed 42"], "CODE_FUNC")));
        Assert.Equal(("value", "3"), (JournalBench.Text(entries["sent"], "OWN"), JournalBench.Text(entries["sent"], "PRIORITY")));
        Assert.NotEqual("1", JournalBench.Text(entries["sent"], "_PID"));
        Assert.Equal("a\nb\0c", JournalBench.Text(entries["by vector"], "BINARY"));
        Assert.Equal(3 << 20, JournalBench.Text(entries["large"], "LARGE").Length);
        Assert.Equal(("2", "4", "streamed"), (JournalBench.Text(entries["a prefix"], "PRIORITY"), JournalBench.Text(entries["no prefix"], "PRIORITY"), JournalBench.Text(entries["no prefix"], "SYSLOG_IDENTIFIER")));
        journal.End();
        journal.Verify();
    }

    [Fact]
    public void Programs_in_python_reach_it_by_its_library()
    {
        Assert.SkipUnless(Self.Uid == 0, "mounting needs root");
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/systemd"), "needs python3-systemd");
        using var journal = Start();
        File.WriteAllText($"{journal.Folder}/client.py", """
            import logging, sys
            from systemd import journal
            journal.send('sent', PRIORITY=3, OWN='ünïcode', BINARY=b'a\n\x00b', CODE_LINE=7)
            journal.send('large', LARGE='x' * 500000)
            log = logging.getLogger('named')
            log.addHandler(journal.JournalHandler(SYSLOG_IDENTIFIER='python'))
            log.error('logged %d', 1)
            stream = journal.stream('streamed', priority=4)
            print('a line', file=stream, flush=True)
            """);
        RunWithSockets(journal, $"/usr/bin/python3 {journal.Folder}/client.py");
        journal.Eventually(() => journal.Messages().Count == 4, "all of them");
        var entries = journal.Read().ToDictionary(e => JournalBench.Text(e, "MESSAGE"));
        Assert.Equal(("ünïcode", "a\n\0b", "7", "3"), (JournalBench.Text(entries["sent"], "OWN"), JournalBench.Text(entries["sent"], "BINARY"),
            JournalBench.Text(entries["sent"], "CODE_LINE"), JournalBench.Text(entries["sent"], "PRIORITY")));
        Assert.Equal(500_000, JournalBench.Text(entries["large"], "LARGE").Length);
        Assert.Equal(("python", "named", "3"), (JournalBench.Text(entries["logged 1"], "SYSLOG_IDENTIFIER"), JournalBench.Text(entries["logged 1"], "LOGGER"), JournalBench.Text(entries["logged 1"], "PRIORITY")));
        Assert.Equal(("streamed", "4"), (JournalBench.Text(entries["a line"], "SYSLOG_IDENTIFIER"), JournalBench.Text(entries["a line"], "PRIORITY")));
    }

    [Fact]
    public void A_line_that_a_child_began_is_one_line_also_after_a_kill()
    {
        Assert.SkipUnless(Self.Uid == 0, "mounting needs root");
        using var journal = Start();
        string script = $"{journal.Folder}/script";
        File.WriteAllText(script, $"(printf 'begun '; until [ -e {journal.Folder}/go ]; do sleep 0.02; done; echo and ended; true) & wait\n");
        Exception? failure = null;
        var client = new Thread(() =>
        {
            try
            {
                RunWithSockets(journal, $"systemd-cat -t child sh {script}");
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        client.Start();
        journal.Eventually(() => journal.HoldsConnection, "the connection");
        journal.StepsLeft = 20;
        Send(journal, "socket", [.. string.Concat(Enumerable.Repeat("MESSAGE=to be killed over\n\n", 50)).Select(c => (byte)c)]);
        journal.Eventually(() => journal.Crashes > 0, "a kill");
        File.WriteAllText($"{journal.Folder}/go", "");
        journal.Eventually(() => !client.IsAlive && journal.Messages("SYSLOG_IDENTIFIER=child").Count > 0, "the line");
        Assert.Null(failure);
        Assert.Equal(["begun and ended"], journal.Messages("SYSLOG_IDENTIFIER=child"));
        Assert.Equal(50, journal.Messages("MESSAGE=to be killed over").Count);
    }

    [Fact]
    public void Large_messages_come_as_sealed_memory_or_files()
    {
        using var journal = Start();
        byte[] value = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 300_000).Select(i => $"{i} ")));
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)value.Length);
        byte[] message = [.. "MESSAGE=large\nBLOB\n"u8, .. length, .. value, (byte)'\n'];
        using (var memory = Memfd.Sealed("message", message))
            Send(journal, "socket", [], memory);
        string path = $"/tmp/{Path.GetRandomFileName()}";
        File.WriteAllBytes(path, "MESSAGE=from a file\n"u8.ToArray());
        using (var file = Files.Open(path, 0))
            Send(journal, "socket", [], file);
        File.Delete(path);
        var (read, write) = Pipe.Create();
        using (read)
        using (write)
            Send(journal, "socket", [], read); // no file: ignored
        Send(journal, "socket", "MESSAGE=after\n"u8.ToArray());
        journal.Eventually(() => journal.Messages().Contains("after"), "the last");
        Assert.Equal(["large", "from a file", "after"], journal.Messages());
        Assert.Equal(Encoding.ASCII.GetString(value), JournalBench.Text(journal.Read("MESSAGE=large").Single(), "BLOB"));
        journal.End();
        journal.Verify();
    }

    [Fact]
    public void Nonsense_from_clients_harms_nobody()
    {
        using var journal = Start();
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            Send(journal, i % 2 == 0 ? "socket" : "dev-log", bytes);
        }
        Send(journal, "socket", [.. "MESSAGE=lie\nX\n"u8, 255, 255, 255, 255, 255, 255, 255, 127, 1]);
        using (var stream = UnixSocket.Create(UnixSocketType.Stream))
        {
            stream.Connect($"{journal.Folder}/run/journal/stdout");
            stream.Send("no\nheader\nat all\n\0\n"u8);
        }
        Send(journal, "socket", "MESSAGE=still here\n_UID=4711\nOBJECT_PID=1\n"u8.ToArray());
        journal.Eventually(() => journal.Messages("MESSAGE=still here").Count == 1, "the last");
        var last = journal.Read("MESSAGE=still here").Single();
        Assert.NotEqual("4711", JournalBench.Text(last, "_UID"));
        if (Self.Uid == 0)
            Assert.Equal(File.ReadAllText("/proc/1/comm").Trim(), JournalBench.Text(last, "OBJECT_COMM"));
        journal.End();
        journal.Verify();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Messages_are_there_once_wherever_the_journal_is_killed(int seed)
    {
        var random = new Random(seed);
        using var journal = Start();
        journal.Eventually(() => true, "a turn");
        using var stream = UnixSocket.Create(UnixSocketType.Stream);
        stream.Connect($"{journal.Folder}/run/journal/stdout");
        journal.Eventually(() => journal.HoldsConnection, "the connection in the keeper's hands");
        journal.StepsLeft = random.Next(1, 60);
        stream.Send("conn\n\n6\n1\n0\n"u8);
        stream.Send("0\n0\nbegin"u8);
        var expected = new List<string> { "beginning" };
        int count = 0;
        for (; count < 150 || journal.Crashes < 10; count++)
        {
            int i = count;
            string line = i == 0 ? "ning\n" : $"stream {i}\n";
            Offer("socket", $"MESSAGE=native {i}\nX={i}\n\nMESSAGE=second {i}\n");
            Offer("dev-log", $"<13>Oct 11 22:14:15 a: syslog {i}");
            journal.Eventually(() => stream.Send(Encoding.ASCII.GetBytes(line)) == line.Length, "room for a line", () => JournalBench.Steps(random));
            expected.AddRange([$"native {i}", $"second {i}", $"syslog {i}"]);
            if (i > 0)
                expected.Add($"stream {i}");
            journal.Turn(() => JournalBench.Steps(random));
        }
        journal.Eventually(() => journal.Messages("_TRANSPORT=stdout").LastOrDefault() == $"stream {count - 1}" && journal.Messages("_TRANSPORT=syslog").LastOrDefault() == $"syslog {count - 1}", "the last");
        journal.End();
        Assert.Equal(expected.Order(), journal.Messages().Order());
        journal.Verify();

        // Nobody but this test keeps the journal running: it can't wait for it.
        void Offer(string socket, string message)
        {
            using var client = UnixSocket.Create(UnixSocketType.Datagram);
            client.Connect($"{journal.Folder}/run/journal/{socket}");
            journal.Eventually(() => client.Send(Encoding.ASCII.GetBytes(message)) >= 0, "room for a message", () => JournalBench.Steps(random));
        }
    }

    [Fact]
    public void Varlink_asks_for_what_journalctl_asks_for()
    {
        using var journal = Start();
        var (_, write) = journal.Open(new StreamMetadata("a.service", "a"));
        write.WriteAll("before\n"u8);
        Assert.Equal("{\"parameters\":{}}", Call(journal, "io.systemd.Journal.Rotate"));
        Assert.Single(Directory.GetFiles($"{journal.Folder}/log", "system@*.journal"));
        write.WriteAll("after\n"u8);
        Assert.Equal("{\"parameters\":{}}", Call(journal, "io.systemd.Journal.Synchronize"));
        Assert.Equal(["before", "after"], journal.Messages());
        Assert.Contains("MethodNotFound", Call(journal, "io.systemd.Journal.Dance"));
    }

    internal static string Call(JournalBench journal, string method)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Connect(new UnixDomainSocketEndPoint($"{journal.Folder}/run/journal/io.systemd.journal"));
        socket.Send(Encoding.ASCII.GetBytes($"{{\"method\":\"{method}\"}}\0"));
        var answer = new byte[1000];
        int n = socket.Receive(answer);
        return Encoding.ASCII.GetString(answer, 0, n - 1);
    }
}
