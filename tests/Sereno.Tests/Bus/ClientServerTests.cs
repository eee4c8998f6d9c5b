using System.Xml.Linq;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Xunit;

namespace Sereno.Tests.Bus;

public sealed class ClientServerTests : IDisposable
{
    private readonly BusHost _host = new();
    private readonly BusClient _client;
    private readonly ManagerProxy _manager;

    public ClientServerTests()
    {
        _client = _host.Connect();
        _manager = new(_client);
    }

    public void Dispose()
    {
        _client.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_job_is_queued_and_waited_for()
    {
        string job = _manager.StopUnit("redis-server.service");
        Assert.Equal("/org/freedesktop/systemd1/job/1", job);
        Assert.Equal("done", _manager.WaitForJob(job, TimeSpan.FromSeconds(10)));
        Assert.Equal("inactive", _manager.Unit("redis-server.service").ActiveState);
    }

    [Fact]
    public void Replies_are_taken_in_any_order()
    {
        var first = _client.Begin(UnitPath.Manager, "org.freedesktop.systemd1.Manager", "GetUnit", "s", w => w.WriteString("redis-server.service"));
        var second = _client.Begin(UnitPath.Manager, "org.freedesktop.systemd1.Manager", "GetUnit", "s", w => w.WriteString("nothing.service"));
        Assert.Equal("running", _manager.Unit("redis-server.service").SubState);
        Assert.Equal(BusErrors.NoSuchUnit, Assert.Throws<BusException>(() => _client.End(second, "o")).Name);
        Assert.Equal(UnitPath.Of("redis-server.service"), _client.End(first, "o").Reader.ReadObjectPath());
    }

    [Fact]
    public void Waiting_for_a_job_that_never_ends_ends_itself() =>
        Assert.Null(_manager.WaitForJob("/org/freedesktop/systemd1/job/99", TimeSpan.FromMilliseconds(50)));

    [Fact]
    public void Units_are_listed_by_pattern()
    {
        Assert.Equal(5, _manager.ListUnits().Count);
        var row = Assert.Single(_manager.ListUnitsByPatterns([], ["redis*"]));
        Assert.Equal(new("redis-server.service", "Advanced key-value store", "loaded", "active", "running"), row);
        Assert.Equal("broken.service", Assert.Single(_manager.ListUnitsByPatterns(["failed"], [])).Id);
        Assert.Equal("not-found", Assert.Single(_manager.ListUnitsByNames(["nothing.service"])).LoadState);
    }

    [Fact]
    public void Unit_files_are_listed_and_enabled()
    {
        Assert.Equal("disabled", Assert.Single(_manager.ListUnitFilesByPatterns([], ["cron*"])).State);
        var (info, changes) = _manager.EnableUnitFiles(["cron.service"], runtime: false, force: true);
        Assert.True(info);
        Assert.Equal("symlink", Assert.Single(changes).Type);
        Assert.Equal("Enable cron.service force", _host.Manager.Orders[^1]);
        Assert.Equal("enabled", _manager.GetUnitFileState("redis-server.service"));
    }

    [Fact]
    public void The_manager_s_errors_arrive_as_they_are()
    {
        var error = Assert.Throws<BusException>(() => _manager.StartUnit("nothing.service"));
        Assert.Equal((BusErrors.NoSuchUnit, "Unit nothing.service not found."), (error.Name, error.Message));
        Assert.Equal(BusErrors.NoSuchUnit, Assert.Throws<BusException>(() => _manager.GetUnit("nothing.service")).Name);
        Assert.Equal(BusErrors.InvalidArgs, Assert.Throws<BusException>(() => _manager.StartUnit("no name")).Name);
        Assert.Equal("Job mode sideways invalid", Assert.Throws<BusException>(() => _manager.StartUnit("a.service", "sideways")).Message);
        Assert.Equal(BusErrors.NoSuchJob, Assert.Throws<BusException>(() => _manager.CancelJob(12)).Name);
    }

    [Theory]
    [InlineData("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "NoSuchMethod", BusErrors.UnknownMethod)]
    [InlineData("/org/freedesktop/systemd1", "org.example.No", "GetUnit", BusErrors.UnknownMethod)]
    [InlineData("/org/example", "org.freedesktop.systemd1.Manager", "ListUnits", BusErrors.UnknownObject)]
    [InlineData("/org/freedesktop/systemd1/job/7", "org.freedesktop.systemd1.Job", "Cancel", BusErrors.UnknownObject)]
    [InlineData("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "GetUnit", BusErrors.InvalidArgs)] // it takes a string
    public void A_call_of_what_is_not_there_says_what_is_missing(string path, string @interface, string member, string error) =>
        Assert.Equal(error, Assert.Throws<BusException>(() => _client.Call(path, @interface, member)).Name);

    [Fact]
    public void All_properties_of_all_interfaces_are_had_at_once()
    {
        var all = _manager.Unit("redis-server.service").GetAll();
        Assert.Equal("running", all["SubState"].Scalar);
        Assert.Equal(4242u, all["MainPID"].Scalar);
        Assert.Equal("a(sasbttttuii)", all["ExecStart"].Signature);
        Assert.Equal("(aiai)", all["SuccessExitStatus"].Signature);
        Assert.Equal(ulong.MaxValue, all["LimitNOFILE"].Scalar);
        Assert.Equal(16, ((byte[])all["InvocationID"].Scalar!).Length);
        Assert.True(all.Count > 180, $"{all.Count} properties");
    }

    [Fact]
    public void Properties_are_read_only_and_unknown_ones_are_said_to_be()
    {
        var unit = _manager.Unit("redis-server.service");
        Assert.Equal(BusErrors.UnknownProperty, Assert.Throws<BusException>(() => unit.Get("Nothing")).Name);
        Assert.Equal(BusErrors.UnknownInterface, Assert.Throws<BusException>(() => unit.GetAll("org.example.No")).Name);
        var error = Assert.Throws<BusException>(() => _client.Call(unit.Path, "org.freedesktop.DBus.Properties", "Set", "ssv", w =>
        {
            w.WriteString(UnitProxy.Unit);
            w.WriteString("Id");
            w.WriteVariant("s");
            w.WriteString("x");
        }));
        Assert.Equal(BusErrors.PropertyReadOnly, error.Name);
    }

    [Fact]
    public void Every_object_describes_itself()
    {
        XElement Introspect(string path)
        {
            string xml = _client.Call(path, "org.freedesktop.DBus.Introspectable", "Introspect", replySignature: "s").Reader.ReadString();
            return XElement.Parse(xml[xml.IndexOf("<node>", StringComparison.Ordinal)..]);
        }
        Assert.Equal("org", Introspect("/").Element("node")!.Attribute("name")!.Value);
        Assert.Equal(5, Introspect("/org/freedesktop/systemd1/unit").Elements("node").Count());
        var manager = Introspect("/org/freedesktop/systemd1").Elements("interface").Single(i => i.Attribute("name")!.Value.EndsWith("Manager"));
        var start = manager.Elements("method").Single(m => m.Attribute("name")!.Value == "StartUnit");
        Assert.Equal(["s name in", "s mode in", "o job out"],
            start.Elements("arg").Select(a => $"{a.Attribute("type")!.Value} {a.Attribute("name")!.Value} {a.Attribute("direction")!.Value}"));
        foreach (var element in Introspect(UnitPath.Of("redis-server.service")).Descendants("property"))
            Assert.True(Signature.IsSingleType(element.Attribute("type")!.Value));
    }

    [Fact]
    public void Other_unit_types_have_their_own_interface()
    {
        Assert.Equal(2u, _manager.Unit("app.socket").Get("NConnections", "org.freedesktop.systemd1.Socket").Scalar);
        Assert.Equal("backup.service", _manager.Unit("backup.timer").GetString("Unit", "org.freedesktop.systemd1.Timer"));
        Assert.Empty(_manager.Unit("multi-user.target").GetAll("org.freedesktop.systemd1.Target"));
    }

    [Fact]
    public void A_call_that_wants_no_reply_gets_none()
    {
        var socket = Sereno.Linux.UnixSocket.Create(Sereno.Linux.UnixSocketType.Stream);
        socket.Connect(_host.Socket);
        using var connection = BusConnection.Connect(socket);
        var call = MessageHeader.Call("/", "org.freedesktop.DBus.Peer", "Ping");
        connection.Send(call with { Flags = MessageFlags.NoReplyExpected }, []);
        uint serial = connection.Send(call, []);
        Incoming? reply = null;
        for (int i = 0; i < 1000 && reply is null; i++)
        {
            Thread.Sleep(5);
            connection.OnReadable();
            reply = connection.TryReceive();
        }
        Assert.Equal(serial, reply!.Message.Header.ReplySerial);
    }

    [Fact]
    public void A_changed_unit_is_told_before_the_job_s_end()
    {
        _manager.RestartUnit("redis-server.service");
        var seen = new List<string>();
        _client.WaitForSignal(signal =>
        {
            seen.Add(signal.Header.Signature.StartsWith("sa{sv}") ? signal.Reader.ReadString() : signal.Header.Member!);
            return signal.Header.Member == "JobRemoved";
        }, TimeSpan.FromSeconds(10));
        Assert.Equal(["JobNew", "org.freedesktop.systemd1.Service", "org.freedesktop.systemd1.Unit", "JobRemoved"], seen);
    }

    [Fact]
    public void Many_clients_are_served_at_once()
    {
        var clients = Enumerable.Range(0, 50).Select(_ => _host.Connect()).ToList();
        foreach (var client in clients)
            Assert.Equal(5, new ManagerProxy(client).ListUnits().Count);
        clients.ForEach(c => c.Dispose());
        Assert.Equal(5, _manager.ListUnits().Count);
    }

    [Fact]
    public void A_client_that_asks_faster_than_it_reads_still_gets_every_answer()
    {
        var socket = Sereno.Linux.UnixSocket.Create(Sereno.Linux.UnixSocketType.Stream);
        socket.Connect(_host.Socket);
        using var connection = BusConnection.Connect(socket);
        const int calls = 1500; // some 30 kB of reply each: more than a server would hold
        for (int i = 0; i < calls; i++)
            connection.Send(MessageHeader.Call(UnitPath.Of("redis-server.service"), "org.freedesktop.DBus.Introspectable", "Introspect"), []);
        int replies = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (replies < calls && !connection.Closed && clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            connection.OnWritable();
            connection.OnReadable();
            while (connection.TryReceive() is { Message.Header.Type: MessageType.MethodReturn })
                replies++;
            Thread.Sleep(1);
        }
        Assert.Equal(calls, replies);
    }

    [Fact]
    public void Nobody_at_the_socket_is_an_error_of_the_system() =>
        Assert.Throws<Sereno.Linux.LinuxException>(() => BusClient.Connect(Path.Combine(_host.Folder, "nobody")));
}
