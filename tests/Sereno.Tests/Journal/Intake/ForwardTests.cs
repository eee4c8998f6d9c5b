using System.Net.Sockets;
using System.Text;
using Sereno.Journal;
using Sereno.Journal.Keep;
using Sereno.Linux;
using Sereno.Roles;
using Xunit;

namespace Sereno.Tests.Journal.Intake;

/// <summary>ForwardTo...= and MaxLevel...= of journald.conf(5).</summary>
public sealed class ForwardTests : IDisposable
{
    private readonly JournalBench _journal = new();
    private readonly PseudoTerminal _terminal = new();
    private readonly Fd _slave;
    private readonly StringBuilder _seen = new();

    public ForwardTests() => _slave = _terminal.OpenSlave();

    public void Dispose()
    {
        _journal.Dispose();
        _slave.Dispose();
        _terminal.Dispose();
    }

    [Fact]
    public void An_emergency_is_told_to_all_who_are_logged_in_and_to_nobody_else()
    {
        using var other = new PseudoTerminal();
        using var slave = other.OpenSlave();
        string utmp = $"{_journal.Folder}/utmp";
        // One who is logged in, one whose login has ended (DEAD_PROCESS), and a line that names no terminal.
        File.WriteAllBytes(utmp, [.. Record(7, _terminal.Path, "me"), .. Record(8, other.Path, "gone"), .. Record(7, "../etc/passwd", "evil"), .. Record(7, "null", "file")]);
        Start(new() { PersistentFolder = "", VolatileFolder = "", ToWall = new(IsOn: true, MaxLevel: 0), Utmp = utmp });
        Write("<1>not so bad\n<0>the end \e[31mis near\n");
        Until(() => See(_terminal).Contains("near"));
        Assert.Matches($"^\r+\nBroadcast message from systemd-journald@{Environment.MachineName} \\(... \\d{{4}}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d .*\\):\r+\n\r+\nprog\\[\\d+\\]: the end \\?\\[31mis near\r+\n\r+\n$", _seen.ToString());
        _seen.Clear();
        Assert.Equal("", See(other));
    }

    [Fact]
    public void The_console_gets_what_is_important_enough_for_it()
    {
        Start(new() { PersistentFolder = "", VolatileFolder = "", ToConsole = new(IsOn: true, MaxLevel: 4), ConsolePath = _terminal.Path });
        Write("<5>notice\n<4>warning\n<3>error\n");
        Until(() => See(_terminal).Contains("error"));
        Assert.Equal($"prog[{Self.Pid}]: warning\nprog[{Self.Pid}]: error\n", _seen.ToString().Replace("\r", ""));
    }

    [Fact]
    public void A_console_that_nobody_reads_is_in_nobodys_way()
    {
        Start(new() { PersistentFolder = "", VolatileFolder = "", ToConsole = new(IsOn: true), ConsolePath = _terminal.Path });
        Write(string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i} {new string('x', 100)}\n")));
        _journal.Eventually(() => _journal.Messages().Count == 3000, "all lines");
    }

    [Fact]
    public void A_syslog_daemon_gets_lines_and_messages_and_what_is_there_no_more_is_in_nobodys_way()
    {
        Start(new() { PersistentFolder = "", VolatileFolder = "", ToSyslog = new(IsOn: true, MaxLevel: 5) });
        Write("before\n");
        _journal.Eventually(() => _journal.Messages().Count == 1, "the first");
        using (var daemon = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 })
        {
            daemon.Bind(new UnixDomainSocketEndPoint($"{_journal.Folder}/run/journal/syslog"));
            Write("<6>too little\n<5>enough\n");
            var buffer = new byte[1000];
            Assert.Matches(@"^<13>\w\w\w [ \d]\d \d\d:\d\d:\d\d prog\[\d+\]: enough$", Encoding.ASCII.GetString(buffer, 0, daemon.Receive(buffer)));
            using var client = UnixSocket.Create(UnixSocketType.Datagram, nonBlocking: false);
            client.Connect($"{_journal.Folder}/run/journal/socket");
            client.Send("MESSAGE=native\nPRIORITY=2\nSYSLOG_IDENTIFIER=nat\n"u8);
            Assert.Matches(@"^<10>\w\w\w [ \d]\d \d\d:\d\d:\d\d nat\[\d+\]: native$", Encoding.ASCII.GetString(buffer, 0, daemon.Receive(buffer)));
        }
        Write("<3>after\n");
        _journal.Eventually(() => _journal.Messages().Count == 5, "all");
    }

    [Fact]
    public void Only_levels_up_to_MaxLevelStore_are_kept_but_others_are_forwarded()
    {
        Start(new() { PersistentFolder = "", VolatileFolder = "", MaxLevelStore = 4, ToConsole = new(IsOn: true), ConsolePath = _terminal.Path });
        Write("<6>info\n<4>warning\n");
        Until(() => See(_terminal).Contains("warning"));
        Assert.Equal($"prog[{Self.Pid}]: info\nprog[{Self.Pid}]: warning\n", _seen.ToString().Replace("\r", ""));
        _journal.Eventually(() => _journal.Messages().Count > 0, "the warning");
        Assert.Equal(["warning"], _journal.Messages());
    }

    [Fact]
    public void What_its_unit_does_not_want_is_not_forwarded_and_Storage_none_forwards_all_the_same()
    {
        Start(new() { PersistentFolder = "", VolatileFolder = "", Storage = JournalStorage.None, ToConsole = new(IsOn: true), ConsolePath = _terminal.Path });
        var (id, pipe) = _journal.Open(new StreamMetadata("prog.service", "prog") { LevelMax = 4, FilterPatterns = ["~secret"] });
        pipe.WriteAll("<6>info\n<4>a secret\n<4>warning\n"u8);
        _journal.CloseWriter(id);
        Until(() => See(_terminal).Contains("warning"));
        Assert.Equal($"prog[{Self.Pid}]: warning\n", _seen.ToString().Replace("\r", ""));
    }

    [Fact]
    public void The_configuration_says_where_and_up_to_which_level()
    {
        string path = $"{_journal.Folder}/journald.conf";
        File.WriteAllText(path, "[Journal]\nForwardToWall=yes\nMaxLevelWall=crit\nForwardToConsole=1\nMaxLevelConsole=3\nTTYPath=/dev/tty12\nForwardToKMsg=yes\nMaxLevelKMsg=emerg\nForwardToSyslog=no\nMaxLevelSyslog=debug\nMaxLevelStore=notice\n");
        var read = JournalConfiguration.Read([path], new() { PersistentFolder = "", VolatileFolder = "", ToSyslog = new(IsOn: true) });
        Assert.Empty(read.Complaints);
        Assert.Equal((new ForwardTarget(true, 2), new ForwardTarget(true, 3), new ForwardTarget(true, 0), new ForwardTarget(false, 7)), (read.ToWall, read.ToConsole, read.ToKernel, read.ToSyslog));
        Assert.Equal(("/dev/tty12", 5), (read.ConsolePath, read.MaxLevelStore));
    }

    private void Start(JournalOptions wanted)
    {
        _journal.Options = _journal.Options with
        {
            ToWall = wanted.ToWall, Utmp = wanted.Utmp, ToConsole = wanted.ToConsole, ConsolePath = wanted.ConsolePath, ToSyslog = wanted.ToSyslog, MaxLevelStore = wanted.MaxLevelStore, Storage = wanted.Storage,
        };
        _journal.Start();
        _journal.Eventually(() => File.Exists($"{_journal.Folder}/run/journal/io.systemd.journal"), "its sockets");
    }

    private void Write(string lines)
    {
        var (id, pipe) = _journal.Open(new StreamMetadata("prog.service", "prog"));
        pipe.WriteAll(Encoding.UTF8.GetBytes(lines));
        _journal.CloseWriter(id);
    }

    /// <summary>All that has come to a terminal.</summary>
    private string See(PseudoTerminal terminal)
    {
        Span<byte> buffer = stackalloc byte[4096];
        for (int n; (n = terminal.Master.Read(buffer)) > 0;)
            _seen.Append(Encoding.UTF8.GetString(buffer[..n]));
        return _seen.ToString();
    }

    private void Until(Func<bool> holds) => _journal.Eventually(holds, "it");

    /// <summary>utmp(5), as C lays it out here.</summary>
    private static byte[] Record(short type, string line, string user)
    {
        var record = new byte[System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? 384 : 400];
        BitConverter.TryWriteBytes(record, type);
        Encoding.ASCII.GetBytes(line.StartsWith("/dev/", StringComparison.Ordinal) ? line[5..] : line).CopyTo(record, 8);
        Encoding.ASCII.GetBytes(user).CopyTo(record, 44);
        return record;
    }
}
