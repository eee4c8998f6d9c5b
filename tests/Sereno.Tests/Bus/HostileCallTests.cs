using CsCheck;
using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Bus.Wire;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Bus;

public sealed class HostileCallTests : IDisposable
{
    private static readonly Gen<string> s_text = Gen.OneOf(Gen.String[0, 20], Gen.Const("redis-server.service"), Gen.Const("../../etc/passwd"),
        Gen.Const("replace"), Gen.Const("all-fail"), Gen.Const(new string('a', 5000)), Gen.Const("x@.service"), Gen.Const(""));

    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-bus-").FullName;
    private readonly Dispatcher _dispatcher;
    private readonly List<(string Path, string Interface, string Method, IReadOnlyList<string> Types)> _methods;

    public HostileCallTests()
    {
        var tree = new Systemd1Tree(new FakeManager(_folder));
        _dispatcher = new(tree, ownerUid: 0);
        _methods = [.. from path in (string[])[UnitPath.Manager, UnitPath.Of("redis-server.service"), UnitPath.Of("app.socket")]
                       from binding in tree.Find(path)!
                       from method in binding.Table.MethodList
                       select (path, binding.Table.Name, method.Name, (IReadOnlyList<string>)[.. method.In.Select(p => p.Type)])];
        foreach (string path in (string[])[UnitPath.Manager, UnitPath.Of("redis-server.service"), "/", "/org/freedesktop/DBus"])
        {
            _methods.Add((path, "org.freedesktop.DBus.Properties", "Get", ["s", "s"]));
            _methods.Add((path, "org.freedesktop.DBus.Properties", "GetAll", ["s"]));
            _methods.Add((path, "org.freedesktop.DBus.Properties", "Set", ["s", "s", "v"]));
            _methods.Add((path, "org.freedesktop.DBus", "GetNameOwner", ["s"]));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Whatever_root_passes_the_answer_is_a_reply_or_an_error() =>
        Gen.Select(Gen.Int[0, _methods.Count - 1], s_text.Array[8], Gen.UInt).Sample((index, texts, number) =>
        {
            var (path, @interface, method, types) = _methods[index];
            using var body = new MessageWriter();
            for (int i = 0; i < types.Count; i++)
                Value(types[i], texts[i], texts, number).Write(body);
            byte[] bytes = Message.Encode(MessageHeader.Call(path, @interface, method, string.Concat(types)) with { Serial = 1 }, body.Written);
            _dispatcher.Dispatch(Message.Parse(bytes), new PeerCredentials(1, 0, 0), (header, answer) =>
                Message.Parse(Message.Encode(header with { Serial = 1 }, answer.Span)));
        }, iter: 5000, threads: 1);

    [Theory]
    [InlineData("/org/freedesktop/systemd1/unit/", "x")]
    [InlineData("/org/freedesktop/systemd1/unit/_", "_2e_2e")]
    [InlineData("/org/freedesktop/systemd1/job/", "99999999999999999999")]
    public void Strange_paths_are_unknown_objects(string prefix, string rest)
    {
        MessageHeader? answer = null;
        var call = MessageHeader.Call(prefix + rest, "org.freedesktop.DBus.Properties", "GetAll", "s") with { Serial = 1 };
        _dispatcher.Dispatch(new Message(call, new byte[] { 0, 0, 0, 0, 0 }, false), new PeerCredentials(1, 0, 0), (header, _) => answer = header);
        Assert.Equal(BusErrors.UnknownObject, answer!.ErrorName);
    }

    private static BusValue Value(string type, string text, string[] texts, uint number) => type switch
    {
        "s" => BusValue.Of(type, text.Replace('\0', ' ')),
        "u" => BusValue.Of(type, number),
        "i" => BusValue.Of(type, (int)number),
        "t" => BusValue.Of(type, (ulong)number),
        "b" => BusValue.Of(type, number % 2 == 0),
        "y" => BusValue.Of(type, (byte)number),
        "v" => BusValue.Container("v", [BusValue.Of("u", number)]),
        "as" => BusValue.Container(type, [.. texts.Take((int)(number % 8)).Select(t => BusValue.Of("s", t))]),
        "a(sv)" => BusValue.Container(type, [.. texts.Take((int)(number % 8)).Select(t =>
            BusValue.Container("(sv)", [Value("s", t, texts, number), BusValue.Container("v", [Value(number % 3 == 0 ? "as" : number % 3 == 1 ? "s" : "t", t, texts, number)])]))]),
        "a(sa(sv))" => BusValue.Container(type, [.. texts.Take((int)(number % 3)).Select(t =>
            BusValue.Container("(sa(sv))", [Value("s", t, texts, number), Value("a(sv)", t, texts, number)]))]),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
