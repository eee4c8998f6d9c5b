using Sereno.Keeper;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Keeper;

/// <summary>
/// A keeper in a process of its own, with its journal, whose manager is this test: the manager process that it starts hands
/// its two descriptors over and sleeps; killing that process is the manager's crash.
/// </summary>
internal sealed class RealKeeper : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "Sereno.Tests.Dummy");
    private readonly UnixSocket _rendezvous = UnixSocket.Create(UnixSocketType.SeqPacket);
    private readonly List<KeeperEvent> _received = [];
    private readonly Fd _pidfd;
    private bool _reaped;

    public RealKeeper()
    {
        _rendezvous.Bind(Folder + "/rendezvous");
        _rendezvous.Listen();
        // Its standard error is a file: what it complains about is part of what is tested.
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}").ToList();
        var plan = new PlanWriter().SetSid().Open(ExitStage.Stderr, 2, libc.O_WRONLY | libc.O_CREAT | libc.O_APPEND, Folder + "/stderr", 0x1B6)
            .CloseFrom(ExitStage.Fds, 3).Exec(ExitStage.Exec, s_program, [s_program, "keeper", Folder], environment);
        var result = Spawner.Spawn(plan.ToArray(), []);
        Assert.True(result.Ok, $"{result}");
        (Pid, _pidfd) = (result.Pid, result.Pidfd!);
        Client = AcceptManager();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("keeper-test").FullName;

    public int Pid { get; }

    public int ManagerPid { get; private set; }

    public KeeperClient Client { get; private set; }

    /// <summary>The writing end of the manager's log pipe.</summary>
    public Fd ManagerLog { get; private set; } = null!;

    public string Complaints => File.ReadAllText(Folder + "/stderr");

    public void CrashManager()
    {
        Client.Dispose();
        ManagerLog.Dispose();
        _received.Clear();
        Self.Kill(ManagerPid, libc.SIGKILL);
        Client = AcceptManager();
    }

    public int JournalPid => ProcessTable.Take().Children(Pid).Single(p => File.ReadAllText($"/proc/{p}/cmdline").Contains("\0journal\0", StringComparison.Ordinal));

    /// <summary>The next event of a kind, whatever came before it; those stay for later calls.</summary>
    public T Next<T>(Func<T, bool>? which = null) where T : KeeperEvent
    {
        using var epoll = new Epoll();
        epoll.Add(Client.Fd, 0, Readiness.Read);
        var ready = new (ulong, Readiness)[1];
        for (long end = Environment.TickCount64 + 20_000; ;)
        {
            int i = _received.FindIndex(e => e is T t && (which is null || which(t)));
            if (i >= 0)
            {
                var found = (T)_received[i];
                _received.RemoveAt(i);
                return found;
            }
            Assert.True(Environment.TickCount64 < end, $"no {typeof(T).Name} came; stderr: {Complaints}");
            Client.Flush();
            epoll.Wait(ready, 20);
            Client.Receive(_received);
        }
    }

    public void Spawn(ulong id, string script, byte[]? tag = null, byte[]? log = null, Action<PlanWriter>? before = null, string taken = "", params Fd[] fds)
    {
        var plan = new PlanWriter();
        before?.Invoke(plan);
        if (log is not null)
            plan.Dup(ExitStage.Stdout, fds.Length, 1).Dup(ExitStage.Stderr, fds.Length, 2);
        plan.Exec(ExitStage.Exec, "/bin/sh", ["sh", "-c", script], ["PATH=/usr/bin:/bin"]);
        Client.Spawn(id, tag ?? [], plan.ToArray(), null, fds, log ?? [], taken);
    }

    public int WaitForExit()
    {
        _reaped = true;
        return ChildWait.For(Pid) is { Code: ChildCode.Exited, Status: var status } ? status : -1;
    }

    public static void Eventually(Func<bool> condition, string what)
    {
        for (long end = Environment.TickCount64 + 20_000; !condition(); Thread.Sleep(10))
            Assert.True(Environment.TickCount64 < end, $"not within 20 s: {what}");
    }

    public void Dispose()
    {
        if (!_reaped)
        {
            Client.Exit(0);
            Client.Flush();
            using var epoll = new Epoll();
            epoll.Add(_pidfd, 0);
            if (epoll.Wait(new (ulong, Readiness)[1], 10_000) == 0)
                foreach (int pid in (List<int>)[Pid, .. ProcessTable.Take().Descendants(Pid)])
                    Self.Kill(pid, libc.SIGKILL);
            ChildWait.For(Pid);
        }
        Client.Dispose();
        ManagerLog.Dispose();
        _pidfd.Dispose();
        _rendezvous.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private KeeperClient AcceptManager()
    {
        UnixSocket? connection = null;
        Eventually(() => (connection = _rendezvous.Accept()) is not null, "a manager");
        using (connection)
        {
            var fds = new List<Fd>();
            var buffer = new byte[64];
            Eventually(() => connection!.Receive(buffer, fds).Length > 0, "the manager's descriptors");
            ManagerPid = connection!.Peer.Pid;
            ManagerLog = fds[1];
            return new(new UnixSocket(fds[0]));
        }
    }
}
