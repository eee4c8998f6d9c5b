using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Bus.Wire;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Bus;

public sealed class AccessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-bus-").FullName;
    private readonly FakeManager _manager;

    public AccessTests() => _manager = new(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1000)] // the owner
    public void Root_and_the_owner_control(uint uid) => Assert.Equal(MessageType.MethodReturn, ResetFailedAs(uid).Type);

    [Fact]
    public void Anybody_else_does_not()
    {
        Assert.Equal(BusErrors.AccessDenied, ResetFailedAs(1001).ErrorName);
        Assert.Empty(_manager.Orders);
    }

    [Fact]
    public void No_method_that_orders_anything_is_open_to_strangers()
    {
        string[] reading = ["Get", "List", "LoadUnit", "Subscribe", "Unsubscribe"];
        var table = new Systemd1Tree(_manager).Find(UnitPath.Manager)![0].Table;
        // Who may start what is the manager's to say; see below.
        foreach (var (name, parameters, _) in table.MethodList.Where(m => m.Item1 is not ("StartUnit" or "StartUnitWithFlags")))
        {
            var header = MessageHeader.Call(UnitPath.Manager, table.Name, name, Parameter.SignatureOf(parameters)) with { Serial = 1 };
            using var body = new MessageWriter();
            foreach (var parameter in parameters)
                Zero(parameter.Type).Write(body);
            var answer = Dispatch(new Message(header, body.Written.ToArray(), false), 1001);
            Assert.Equal(!reading.Any(name.StartsWith), answer?.ErrorName == BusErrors.AccessDenied);
        }
        Assert.Empty(_manager.Orders);
    }

    [Theory]
    [InlineData("StartUnit", "ss", true)]
    [InlineData("StartUnitWithFlags", "sst", true)]
    [InlineData("StopUnit", "ss", false)]
    [InlineData("RestartUnit", "ss", false)]
    [InlineData("ReloadOrRestartUnit", "ss", false)]
    [InlineData("EnqueueUnitJob", "sss", false)]
    public void Whom_the_manager_admits_may_start_and_nothing_else(string method, string signature, bool may)
    {
        var header = MessageHeader.Call(UnitPath.Manager, "org.freedesktop.systemd1.Manager", method, signature) with { Serial = 1 };
        using var body = new MessageWriter();
        body.WriteString(FakeManager.Redis.Full);
        foreach (string word in signature == "sss" ? (string[])["start", "replace"] : ["replace"])
            body.WriteString(word);
        if (signature == "sst")
            body.WriteUInt64(0);
        foreach (uint[] groups in (uint[][])[[1, FakeManager.StartersGroup], [1, 2]])
        {
            MessageHeader? answer = null;
            new Dispatcher(new Systemd1Tree(_manager), ownerUid: 1000).Dispatch(new Message(header, body.Written.ToArray(), false),
                new PeerCredentials(1, 1001, 1001), (h, _) => answer = h, groups: () => groups);
            _manager.RunLater();
            Assert.Equal(may && groups[1] == FakeManager.StartersGroup ? null : BusErrors.AccessDenied, answer!.ErrorName);
        }
        Assert.Equal(may ? 1 : 0, _manager.Orders.Count);
    }

    private static BusValue Zero(string type) => type switch
    {
        "s" => BusValue.Of(type, "x"),
        "u" => BusValue.Of(type, 0u),
        "i" => BusValue.Of(type, 0),
        "t" => BusValue.Of(type, 0ul),
        "b" => BusValue.Of(type, false),
        "y" => BusValue.Of(type, (byte)0),
        ['a', ..] => BusValue.Container(type, []),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private MessageHeader ResetFailedAs(uint uid) => Dispatch(
        new Message(MessageHeader.Call(UnitPath.Manager, "org.freedesktop.systemd1.Manager", "ResetFailed") with { Serial = 1 }, default, false), uid)!;

    private MessageHeader? Dispatch(Message message, uint uid)
    {
        MessageHeader? answer = null;
        new Dispatcher(new Systemd1Tree(_manager), ownerUid: 1000).Dispatch(message, new PeerCredentials(1, uid, uid), (header, _) => answer = header);
        return answer;
    }
}
