using Sereno.Bus;
using Sereno.Bus.Wire;
using Sereno.Linux;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>
/// Who owns the names of Type=dbus services: a client of the message bus, connected while anybody asks
/// (D-Bus specification, "Message Bus Messages").
/// </summary>
public sealed class BusNames(EpollLoop loop, string path, Action<UnitName, BusNameState> tell) : IDisposable
{
    private const string Driver = "org.freedesktop.DBus", DriverPath = "/org/freedesktop/DBus";
    private readonly Dictionary<UnitName, string> _names = [];
    private readonly Dictionary<uint, string> _asked = [];
    private BusConnection? _connection;
    private IWatch? _watch;
    private bool _greeted, _watchesWrite;

    /// <param name="name">Null: no more.</param>
    public void Watch(UnitName unit, string? name)
    {
        if (name is null)
        {
            if (_names.Remove(unit) && _names.Count == 0)
                Disconnect();
            return;
        }
        _names[unit] = name;
        if (_connection is not null && _greeted)
            Ask(name);
        else if (_connection is null && !Connect())
            tell(unit, BusNameState.Unavailable);
    }

    public void Dispose() => Disconnect();

    private bool Connect()
    {
        var socket = UnixSocket.Create(UnixSocketType.Stream);
        try
        {
            socket.Connect(path);
        }
        catch (LinuxException)
        {
            socket.Dispose();
            return false; // nobody there: the caller says so
        }
        _connection = BusConnection.Connect(socket);
        _watch = loop.Watch(_connection.Fd, Readiness.Read, OnReady);
        Adjust();
        return true;
    }

    private void Disconnect()
    {
        _watch?.Dispose();
        _connection?.Dispose();
        (_watch, _connection, _greeted, _watchesWrite) = (null, null, false, false);
        _asked.Clear();
    }

    private void OnReady(Readiness ready)
    {
        if (_connection is not { } connection)
            return;
        if ((ready & Readiness.Write) != 0)
            connection.OnWritable();
        if ((ready & ~Readiness.Write) != 0)
            connection.OnReadable();
        if (connection.IsReady && !_greeted)
        {
            _greeted = true;
            Call("Hello");
            foreach (string name in _names.Values.Distinct())
                Ask(name);
        }
        while (connection.TryReceive() is { } incoming)
        {
            foreach (var fd in incoming.Fds)
                fd.Dispose();
            Take(incoming.Message);
        }
        if (!connection.Closed)
        {
            Adjust();
            return;
        }
        Disconnect();
        // The bus has gone, and with it every name; who waits for one would wait for ever.
        foreach (var unit in _names.Keys.ToList())
            tell(unit, BusNameState.Unavailable);
    }

    private void Ask(string name)
    {
        Call("AddMatch", $"type='signal',sender='{Driver}',interface='{Driver}',member='NameOwnerChanged',arg0='{name}'");
        _asked[Call("GetNameOwner", name)] = name;
    }

    private uint Call(string member, string? argument = null)
    {
        using var writer = new MessageWriter();
        if (argument is not null)
            writer.WriteString(argument);
        return _connection!.Send(MessageHeader.Call(DriverPath, Driver, member, argument is null ? "" : "s") with { Destination = Driver }, writer.Written);
    }

    private void Take(Message message)
    {
        var header = message.Header;
        if (header.Type is MessageType.MethodReturn or MessageType.Error && _asked.Remove(header.ReplySerial, out var name))
            Tell(name, header.Type == MessageType.MethodReturn);
        else if (header is { Type: MessageType.Signal, Member: "NameOwnerChanged", Sender: Driver, Signature: "sss" })
        {
            var reader = message.Reader;
            string changed = reader.ReadString();
            reader.ReadString();
            Tell(changed, reader.ReadString().Length > 0);
        }
    }

    private void Tell(string name, bool owned)
    {
        foreach (var (unit, watched) in _names.ToList())
            if (watched == name)
                tell(unit, owned ? BusNameState.Owned : BusNameState.Free);
    }

    private void Adjust()
    {
        if (_connection is null || _connection.WantsWrite == _watchesWrite)
            return;
        _watchesWrite = _connection.WantsWrite;
        _watch!.Change(_watchesWrite ? Readiness.Read | Readiness.Write : Readiness.Read);
    }
}
