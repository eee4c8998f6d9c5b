using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Forward;

/// <summary>sereno forward over TCP, UDP and Unix sockets.</summary>
public sealed class StreamForwardSpecs : IDisposable
{
    private const string Time = "1700000000000001";

    private readonly TestJournal _journal = new();

    public void Dispose() => _journal.Dispose();

    [Fact]
    public void A_tcp_collector_gets_the_lines_that_logs_prints_as_json()
    {
        _journal.AddLines(10);
        _journal.Add("MESSAGE=two\nlines", "BIN=\u0000\u00ff\n", "MULTI=a", "MULTI=b");
        _journal.Add("MESSAGE=" + new string('x', 100_000));
        using var collector = new Collector();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"tcp://127.0.0.1:{collector.Port}"));
        Collector.Until(() => collector.Lines.Length == 12);
        Assert.Equal(_journal.Json(), collector.Lines);
    }

    [Fact]
    public void A_second_run_begins_where_the_first_ended()
    {
        using var collector = new Collector();
        string target = $"tcp://127.0.0.1:{collector.Port}";
        _journal.AddLines(5);
        _journal.ForwardOnce(target, "--cursor-file", _journal.CursorFile);
        _journal.AddLines(3);
        _journal.ForwardOnce(target, "--cursor-file", _journal.CursorFile);
        _journal.ForwardOnce(target, "--cursor-file", _journal.CursorFile);
        Collector.Until(() => collector.Lines.Length >= 8);
        Assert.Equal(TestJournal.Lines(8), collector.Lines.Select(TestJournal.MessageOf));
    }

    [Fact]
    public void What_comes_later_is_followed_and_sigterm_ends_it_well()
    {
        using var collector = new Collector();
        using var process = _journal.Forward($"tcp://127.0.0.1:{collector.Port}", "--cursor-file", _journal.CursorFile);
        for (int i = 1; i <= 5; i++)
        {
            _journal.AddLines(1);
            Collector.Until(() => collector.Lines.Length == i);
        }
        process.Signal(15);
        Assert.Equal(0, process.Wait());
        Assert.Equal("", process.Errors);
        Assert.Contains(File.ReadAllText(_journal.CursorFile).Trim(), collector.Lines[^1]);
    }

    [Fact]
    public void A_peer_that_is_down_at_first_gets_everything_when_it_is_up()
    {
        _journal.AddLines(3);
        int port = SerenoProcess.FreeAddress().Port;
        using var process = _journal.Forward($"tcp://127.0.0.1:{port}", "--cursor-file", _journal.CursorFile);
        _journal.AddLines(3);
        Assert.False(File.Exists(_journal.CursorFile));
        using var collector = new Collector(port);
        Collector.Until(() => collector.Lines.Length == 6);
        Assert.Equal(TestJournal.Lines(6), collector.Lines.Select(TestJournal.MessageOf));
    }

    [Fact]
    public void Nobody_there_is_said_once_and_with_once_it_gives_up()
    {
        _journal.AddLines(1);
        int port = SerenoProcess.FreeAddress().Port;
        var (status, _, errors) = _journal.ForwardOnce($"tcp://127.0.0.1:{port}", "--tries", "2", "--cursor-file", _journal.CursorFile);
        Assert.Equal(1, status);
        Assert.Equal($"sereno: cannot forward to tcp://127.0.0.1:{port}: Connection refused; what waits stays in the journal\n", errors);
        Assert.False(File.Exists(_journal.CursorFile));
    }

    [Fact]
    public void A_peer_that_closes_in_the_middle_is_sent_everything_again()
    {
        _journal.AddLines(20_000);
        // Twice only a part is read, and then the connection is reset.
        using var collector = new Collector(async (c, stream, number) =>
        {
            if (number >= 2)
                await c.TakeAsync(stream, int.MaxValue);
            else
                await stream.ReadExactlyAsync(new byte[100_000]);
        });
        var (status, _, errors) = _journal.ForwardOnce($"tcp://127.0.0.1:{collector.Port}", "--cursor-file", _journal.CursorFile);
        Assert.Equal(0, status);
        Assert.Contains("takes entries again", errors);
        Collector.Until(() => collector.Lines is [.., var last] && TestJournal.MessageOf(last) == "line 19999");
        // Batches that were acknowledged before the reset reached it: it threw them away itself. All others are there, in order.
        var got = collector.Lines.Select(TestJournal.MessageOf).ToArray();
        Assert.Equal(TestJournal.Lines(20_000)[^got.Length..], got);
    }

    [Fact]
    public void A_forwarder_that_is_killed_at_any_moment_leaves_no_gap()
    {
        using var collector = new Collector();
        string target = $"tcp://127.0.0.1:{collector.Port}";
        const int rounds = 12, each = 400;
        for (int round = 0; round < rounds; round++)
        {
            int before = collector.Lines.Length;
            _journal.AddLines(each);
            using var process = _journal.Forward(target, "--cursor-file", _journal.CursorFile, "--batch", "7");
            Collector.Until(() => collector.Lines.Length >= before + round * 20);
            process.Signal(9);
            process.Wait();
        }
        Assert.Equal(0, _journal.ForwardOnce(target, "--cursor-file", _journal.CursorFile).Status);
        int next = 0;
        Collector.Until(() => collector.Lines.Any(l => l.Contains($"\"line {rounds * each - 1}\"")));
        foreach (string line in collector.Lines.Where(l => l.EndsWith('}') && l.StartsWith('{')))
        {
            int number = int.Parse(TestJournal.MessageOf(line)["line ".Length..]);
            Assert.True(number <= next, $"line {next} is missing before {number}");
            next = Math.Max(next, number + 1);
        }
        Assert.Equal(rounds * each, next);
    }

    [Fact]
    public void Syslog_over_tcp_is_rfc5424_with_counted_octets()
    {
        Add("PRIORITY=3", "SYSLOG_FACILITY=4", "MESSAGE=two\nlines \u00ff", "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf");
        _journal.Add("MESSAGE=bare");
        using var collector = new Collector();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"syslog+tcp://127.0.0.1:{collector.Port}"));
        string first = "<35>1 2023-11-14T22:13:20.000001Z box prog 77 39f53479d3a045ac8e11786248231fbf - two\nlines \u00ff", second = "<14>1 2023-11-14T22:13:20.000001Z - - - - - bare";
        string whole = $"{first.Length} {first}{second.Length} {second}";
        Collector.Until(() => collector.Received.Length >= whole.Length);
        Assert.Equal(whole, Encoding.Latin1.GetString(collector.Received));
    }

    [Fact]
    public void Rfc3164_over_tcp_is_a_line_each()
    {
        Add("PRIORITY=3", "SYSLOG_FACILITY=4", "MESSAGE=two\nlines\u0000");
        using var collector = new Collector();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"syslog+tcp://127.0.0.1:{collector.Port}", "--syslog-format", "rfc3164"));
        Collector.Until(() => collector.Lines.Length == 1);
        Assert.Equal("<35>Nov 14 22:13:20 box prog[77]: two#012lines#000", collector.Lines[0]);
    }

    [Fact]
    public void Syslog_over_udp_is_a_datagram_each()
    {
        Add("PRIORITY=5", "MESSAGE=a\nb");
        Add("MESSAGE=" + new string('x', 80_000));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"syslog://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}"));
        var buffer = new byte[100_000];
        Assert.Equal("<13>1 2023-11-14T22:13:20.000001Z box prog 77 - - a\nb", Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)));
        Assert.Equal(65_507, socket.Receive(buffer));
    }

    [Fact]
    public void A_local_syslog_socket_gets_what_syslog3_writes()
    {
        Add("PRIORITY=5", "MESSAGE=hello");
        string path = $"{_journal.Folder}/log";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"syslog+unix:{path}"));
        var buffer = new byte[1000];
        Assert.Equal("<13>Nov 14 22:13:20 prog[77]: hello", Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)));
    }

    [Fact]
    public void Only_what_is_chosen_goes()
    {
        _journal.Add("MESSAGE=a", "_SYSTEMD_UNIT=one.service", "PRIORITY=3", "SYSLOG_IDENTIFIER=x");
        _journal.Add("MESSAGE=b", "_SYSTEMD_UNIT=two.service", "PRIORITY=6", "SYSLOG_IDENTIFIER=y");
        _journal.Add("MESSAGE=c", "_SYSTEMD_UNIT=two.service", "PRIORITY=4", "SYSLOG_IDENTIFIER=x");
        Assert.Equal("a", Messages("-u", "one"));
        Assert.Equal("bc", Messages("two"));
        Assert.Equal("ac", Messages("-t", "x"));
        Assert.Equal("ac", Messages("-p", "warning"));
        Assert.Equal("b", Messages("PRIORITY=6"));
        Assert.Equal("bc", Messages("--since", "@1700000000.000001"));

        string Messages(params string[] chosen)
        {
            using var collector = new Collector((c, stream, _) => c.TakeAsync(stream, int.MaxValue));
            Assert.Equal((0, "", ""), _journal.ForwardOnce($"tcp://127.0.0.1:{collector.Port}", chosen));
            Collector.Until(() => collector.Lines.Length > 0);
            return string.Concat(collector.Lines.Select(TestJournal.MessageOf));
        }
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("tcp://host")]
    [InlineData("syslog+unix:relative")]
    [InlineData("ftp://host/")]
    [InlineData("http:///x")]
    public void An_address_that_is_none_is_said(string target)
    {
        var (status, _, errors) = _journal.ForwardOnce(target);
        Assert.Equal(1, status);
        Assert.StartsWith($"sereno: cannot forward to '{target}': it is no known address; such are syslog://HOST", errors);
    }

    [Theory]
    [InlineData("tcp://me:secret@host:1", "cannot forward to tcp://host:1: a user and a password can only be sent over HTTP\n")]
    [InlineData("tcp://me:secret@host", "cannot forward to tcp://host: a user and a password can only be sent over HTTP\n")]
    [InlineData("ftp://me:sec/ret@host/", "cannot forward to 'ftp://host/': it is no known address")]
    [InlineData("http://me:sec/ret@host/", "cannot forward to 'http://host/': it is no known address")]
    public void A_password_is_not_shown_where_it_is_of_no_use(string target, string problem)
    {
        var (status, _, errors) = _journal.ForwardOnce(target);
        Assert.Equal(1, status);
        Assert.StartsWith($"sereno: {problem}", errors);
    }

    [Fact]
    public void A_journal_file_on_standard_input_is_what_goes()
    {
        _journal.AddLines(3);
        using var collector = new Collector();
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$0\" forward \"$1\" --file - < \"$2\"", SerenoProcess.Executable, $"tcp://127.0.0.1:{collector.Port}", $"{_journal.Folder}/system.journal"]);
        using var process = System.Diagnostics.Process.Start(start)!;
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(0, process.ExitCode);
        Collector.Until(() => collector.Lines.Length == 3);
        Assert.Equal(_journal.Json(), collector.Lines);
    }

    [Fact]
    public void One_folder_of_the_journal_that_can_not_be_read_does_not_hide_the_other()
    {
        _journal.AddLines(3);
        string home = $"{_journal.Folder}/instance", other = $"{home}/run/journal/log";
        Directory.CreateDirectory($"{home}/run/journal");
        File.WriteAllText(other, "no folder");
        Directory.CreateSymbolicLink($"{home}/log", _journal.Folder);
        using var collector = new Collector();
        string[] forward = ["forward", $"tcp://127.0.0.1:{collector.Port}", "--dir", home, "--once"];
        Assert.Equal((0, "", $"sereno: cannot read the journal in {other}: Not a directory\n"), SerenoProcess.Run(forward));
        Collector.Until(() => collector.Lines.Length == 3);
        Directory.Delete($"{home}/log");
        File.WriteAllText($"{home}/log", "nor here");
        Assert.Equal((1, "", $"sereno: cannot read the journal in {other}: Not a directory\n"), SerenoProcess.Run(forward));
    }

    [Fact]
    public void A_peer_that_sends_without_end_does_not_hold_it()
    {
        _journal.AddLines(3);
        using var collector = new Collector(async (c, stream, _) =>
        {
            var reading = c.TakeAsync(stream, int.MaxValue);
            for (var noise = new byte[65536]; !reading.IsCompleted;)
                await stream.WriteAsync(noise, c.Stop);
        });
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"tcp://127.0.0.1:{collector.Port}"));
        Collector.Until(() => collector.Lines.Length == 3);
    }

    [Fact]
    public void A_link_where_the_cursor_is_written_is_not_followed()
    {
        _journal.AddLines(1);
        string other = $"{_journal.Folder}/other";
        File.WriteAllText(other, "mine");
        File.CreateSymbolicLink($"{_journal.CursorFile}.new", other);
        using var collector = new Collector();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"tcp://127.0.0.1:{collector.Port}", "--cursor-file", _journal.CursorFile));
        Assert.Equal("mine", File.ReadAllText(other));
        Assert.Contains(File.ReadAllText(_journal.CursorFile).Trim(), collector.Lines[^1]);
    }

    [Fact]
    public void A_file_that_has_no_cursor_is_not_taken_for_one()
    {
        File.WriteAllText(_journal.CursorFile, "i=1;hello");
        var (status, _, errors) = _journal.ForwardOnce("tcp://127.0.0.1:1", "--cursor-file", _journal.CursorFile);
        Assert.Equal(1, status);
        Assert.Contains("it is no cursor", errors);
    }

    private void Add(params string[] fields) => _journal.Add(["_HOSTNAME=box", "SYSLOG_IDENTIFIER=prog", "_PID=77", $"_SOURCE_REALTIME_TIMESTAMP={Time}", .. fields]);
}
