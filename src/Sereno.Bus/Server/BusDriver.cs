namespace Sereno.Bus.Server;

/// <summary>
/// org.freedesktop.DBus for clients that expect a message bus behind a socket (busctl, most D-Bus libraries): a bus with one
/// service on it. Peers that know they are peer to peer, as systemctl does, never ask for it.
/// </summary>
internal sealed class BusDriver
{
    public const string Path = "/org/freedesktop/DBus";

    /// <summary>Whose name stands as sender in all that the server sends: such clients match signals by it.</summary>
    public const string ServiceName = ":1.0";
    private const string Name = "org.freedesktop.DBus", Service = "org.freedesktop.systemd1";
    private uint _clients;

    public BusDriver() => Table = new BusInterface<string>(Name)
        .Method("Hello", "", "unique_name:s", Access.Read, (_, call) => call.Reply(w => w.WriteString($":1.{++_clients}")))
        .Method("AddMatch", "rule:s", "", Access.Read, (_, call) => call.Reply()) // all signals come anyway
        .Method("RemoveMatch", "rule:s", "", Access.Read, (_, call) => call.Reply())
        .Method("ListNames", "", "names:as", Access.Read, (_, call) => call.Reply(w => w.WriteStringArray([Name, Service, ServiceName])))
        .Method("ListActivatableNames", "", "names:as", Access.Read, (_, call) => call.Reply(w => w.WriteStringArray([Name])))
        .Method("NameHasOwner", "name:s", "has_owner:b", Access.Read, (_, call) =>
        {
            bool known = OwnerOf(call.Arguments.ReadString()) is not null;
            call.Reply(w => w.WriteBool(known));
        })
        .Method("GetNameOwner", "name:s", "unique_name:s", Access.Read, (_, call) =>
        {
            string owner = Owner(call);
            call.Reply(w => w.WriteString(owner));
        })
        .Method("StartServiceByName", "name:s flags:u", "result:u", Access.Read, (_, call) =>
        {
            Owner(call);
            call.Reply(w => w.WriteUInt32(AlreadyRunning));
        })
        .Method("GetConnectionUnixProcessID", "name:s", "pid:u", Access.Read, (_, call) =>
        {
            Owner(call);
            call.Reply(w => w.WriteUInt32((uint)Environment.ProcessId));
        });

    public BusInterface<string> Table { get; }

    private const uint AlreadyRunning = 2; // DBUS_START_REPLY_ALREADY_RUNNING

    private static string? OwnerOf(string name) => name switch
    {
        Name => Name,
        Service or ServiceName => ServiceName,
        _ => null,
    };

    private static string Owner(MethodCall call)
    {
        string name = call.Arguments.ReadString();
        return OwnerOf(name) ?? throw new BusException("org.freedesktop.DBus.Error.NameHasNoOwner", $"Nobody has the name {name}.");
    }
}
