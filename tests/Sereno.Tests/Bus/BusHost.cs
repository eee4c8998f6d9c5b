using Sereno.Bus.Client;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Linux;

namespace Sereno.Tests.Bus;

/// <summary>A <see cref="FakeManager"/> served on a socket in a folder of its own, by a thread of its own.</summary>
internal sealed class BusHost : IDisposable
{
    private readonly EpollLoop _loop = new();
    private readonly BusServer _server;
    private readonly Thread _thread;
    private volatile bool _ends;

    public BusHost()
    {
        Folder = Directory.CreateTempSubdirectory("sereno-bus-").FullName;
        Manager = new(Folder);
        var tree = new Systemd1Tree(Manager);
        _server = new(_loop, tree, ownerUid: 0);
        Manager.Signals = new(_server, tree);
        _server.Listen(Socket, (UnixFileMode)0x1B6);
        _thread = new(Run) { IsBackground = true };
        _thread.Start();
    }

    public string Folder { get; }

    public string Socket => Path.Combine(Folder, "private");

    public FakeManager Manager { get; }

    public BusClient Connect() => BusClient.Connect(Socket);

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
        _server.Dispose();
        _loop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Run()
    {
        bool more = false;
        while (!_ends)
        {
            _loop.RunOnce(more || _server.HasWork ? 0 : 20);
            _server.Work();
            more = Manager.RunLater();
        }
    }
}
