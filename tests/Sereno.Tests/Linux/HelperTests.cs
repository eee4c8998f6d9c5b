using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Linux;

public sealed class HelperTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linux-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        return Path.Combine(_folder, name);
    }

    [Fact]
    public void Users_and_groups_are_found_by_name_and_by_number()
    {
        var users = new UserDatabase(
            Write("passwd", "root:x:0:0:root:/root:/bin/bash\n# no\nbroken\nwww:x:33:33::/var/www:/usr/sbin/nologin\n33:x:99:99::/odd:/bin/sh\n"),
            Write("group", "root:x:0:\nwww:x:33:\nadm:x:4:syslog,www\ntls:x:110:www\n"));
        Assert.Equal(new UserEntry("www", 33, 33, "/var/www", "/usr/sbin/nologin"), users.User("www"));
        Assert.Equal(99u, users.User("33")!.Value.Uid); // a name that looks like a number is a name
        Assert.Equal(new UserEntry("", 1234, 1234, "/", "/bin/sh"), users.User("1234"));
        Assert.Null(users.User("nobody-here"));
        Assert.Null(users.User("4294967295"));
        Assert.Equal(4u, users.Group("adm")!.Value.Gid);
        Assert.Equal("tls", users.Group("110")!.Value.Name);
        Assert.Equal([33u, 4u, 110u], users.SupplementaryGroups("www", 33));
        Assert.Equal([7u], new UserDatabase("/no/such", "/no/such").SupplementaryGroups("www", 7));
    }

    [Fact]
    public void A_process_name_may_hold_anything()
    {
        var stat = ProcessTable.Parse("17 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 999 20"u8);
        Assert.Equal(new ProcessStat(17, "a) b (c", 'S', 1, 2, 3, 999), stat);
        Assert.Null(ProcessTable.Parse("17 (cut"u8));
    }

    [Fact]
    public void Descendants_sessions_and_invocations_are_found()
    {
        var plan = new PlanWriter().SetSid().Exec(ExitStage.Exec, "/bin/sh", ["sh", "-c", "sleep 1000 & setsid sleep 1000 & wait"], ["INVOCATION_ID=abc123", "PATH=/bin:/usr/bin"]);
        var result = Spawner.Spawn(plan.ToArray(), []);
        List<int> tree = [];
        for (int i = 0; i < 500 && tree.Count < 2; i++, Thread.Sleep(10))
            tree = ProcessTable.Take().Descendants(result.Pid);
        for (int i = 0; i < 500 && ProcessTable.Take().InSession(result.Pid).Count() != 2; i++)
            Thread.Sleep(10);
        var table = ProcessTable.Take();
        Assert.Equal(2, tree.Count);
        Assert.Equal(3, table.WithEnvironment("INVOCATION_ID", "abc123").Count());
        Assert.Equal(2, table.InSession(result.Pid).Count()); // the other one made its own
        Assert.Equal("abc123", ProcessTable.Environment(result.Pid, "INVOCATION_ID"));
        Assert.Contains(result.Pid, table.Children(Self.Pid));
        foreach (int pid in (List<int>)[result.Pid, .. tree])
            Self.Kill(pid, libc.SIGKILL);
        ChildWait.For(result.Pid);
        Assert.False(Pidfd.Signal(result.Pidfd!, libc.SIGTERM));
        result.Pidfd!.Dispose();
    }

    [Fact]
    public void A_lock_has_one_holder()
    {
        string path = Path.Combine(_folder, "lock");
        using (var first = InstanceLock.TryTake(path, out _))
        {
            Assert.NotNull(first);
            Assert.Null(InstanceLock.TryTake(path, out int holder));
            Assert.Equal(Self.Pid, holder);
        }
        // A child that another test is just spawning has a copy of the descriptor until it calls execve.
        InstanceLock? again = null;
        for (int i = 0; i < 500 && (again = InstanceLock.TryTake(path, out _)) is null; i++)
            Thread.Sleep(10);
        Assert.NotNull(again);
        again.Dispose();
    }

    [Fact]
    public void Changes_of_a_folder_are_told()
    {
        using var inotify = new Inotify();
        int watch = inotify.Add(_folder, FileEvents.Create | FileEvents.CloseWrite);
        Assert.Equal(-1, inotify.Add(_folder + "/missing", FileEvents.Create));
        Write("hello", "x");
        var events = new List<FileEvent>();
        inotify.Receive(events);
        Assert.Equal([new(watch, FileEvents.Create, "hello"), new(watch, FileEvents.CloseWrite, "hello")], events);
    }

    [Fact]
    public void A_sealed_memfd_can_not_change()
    {
        using var fd = Memfd.Sealed("test", "content"u8);
        Assert.True(Memfd.IsSealed(fd));
        Assert.Equal("content", Encoding.UTF8.GetString(Memfd.ReadAll(fd)));
        Assert.Equal(libc.EPERM, Assert.Throws<LinuxException>(() => fd.WriteAll("x"u8)).Number);
    }

    [Fact]
    public void A_signal_becomes_a_byte()
    {
        using var signals = new SignalPipe(libc.SIGUSR2);
        Self.Kill(Self.Pid, libc.SIGUSR2);
        using var epoll = new Epoll();
        epoll.Add(signals.Fd, 1);
        Assert.Equal(1, epoll.Wait(new (ulong, Readiness)[1], 10_000));
        var bytes = new byte[8];
        Assert.Equal(1, signals.Receive(bytes));
        Assert.Equal(libc.SIGUSR2, bytes[0]);
    }
}
