using Sereno.Bus.Wire;

namespace Sereno.Bus.Server;

/// <summary>The interfaces every object has for free (D-Bus specification, "Standard Interfaces").</summary>
internal sealed class StandardInterfaces
{
    public const string PeerName = "org.freedesktop.DBus.Peer", PropertiesName = "org.freedesktop.DBus.Properties";
    private readonly BusInterface<Node> _properties;
    private readonly BusInterface<Node> _introspectable;

    public StandardInterfaces(IObjectTree tree)
    {
        Peer = new BusInterface<string>(PeerName)
            .Method("Ping", "", "", Access.Read, (_, call) => call.Reply())
            .Method("GetMachineId", "", "machine_uuid:s", Access.Read, (_, call) => call.Reply(w => w.WriteString(MachineId())));
        _properties = new BusInterface<Node>(PropertiesName)
            .Method("Get", "interface_name:s property_name:s", "value:v", Access.Read, Get)
            .Method("GetAll", "interface_name:s", "props:a{sv}", Access.Read, GetAll)
            .Method("Set", "interface_name:s property_name:s value:v", "", Access.Read, Set)
            .Signal("PropertiesChanged", "interface_name:s changed_properties:a{sv} invalidated_properties:as");
        _introspectable = new BusInterface<Node>("org.freedesktop.DBus.Introspectable")
            .Method("Introspect", "", "xml_data:s", Access.Read, (node, call) => call.Reply(w =>
                w.WriteString(Introspection.Describe([Peer, .. BindTo(node.Path, node.Bindings).Select(b => b.Table)], tree.Children(node.Path)))));
    }

    public BusInterface<string> Peer { get; }

    public IEnumerable<Binding> BindTo(string path, IReadOnlyList<Binding> own)
    {
        var node = new Node(path, own);
        return [new(_introspectable, node), new(_properties, node), .. own];
    }

    private static void Get(Node node, MethodCall call)
    {
        var arguments = call.Arguments;
        var (name, property) = (arguments.ReadString(), arguments.ReadString());
        foreach (var (table, target) in node.Named(name))
        {
            using var value = new MessageWriter();
            if (table.TryWriteVariant(property, target, value))
            {
                call.Reply(w => w.WriteRaw(value.Written)); // a variant at offset 0 both times
                return;
            }
        }
        throw new BusException(BusErrors.UnknownProperty, $"Unknown interface {name} or property {property}.");
    }

    private static void GetAll(Node node, MethodCall call)
    {
        var arguments = call.Arguments;
        string name = arguments.ReadString();
        var bindings = node.Named(name).ToList();
        if (bindings.Count == 0 && name is not "")
            throw new BusException(BusErrors.UnknownInterface, $"Unknown interface '{name}'.");
        call.Reply(w =>
        {
            using var properties = w.Array('{');
            foreach (var (table, target) in bindings)
                foreach (var property in table.PropertyList)
                {
                    w.WriteDictEntry();
                    w.WriteString(property.Name);
                    table.TryWriteVariant(property.Name, target, w);
                }
        });
    }

    private static void Set(Node node, MethodCall call)
    {
        var arguments = call.Arguments;
        var (name, property) = (arguments.ReadString(), arguments.ReadString());
        bool known = node.Named(name).Any(b => b.Table.PropertyList.Any(p => p.Name == property));
        throw known ? new BusException(BusErrors.PropertyReadOnly, $"Property '{property}' is not writable.")
            : new BusException(BusErrors.UnknownProperty, $"Unknown interface {name} or property {property}.");
    }

    private static string MachineId() => File.Exists("/etc/machine-id") && File.ReadAllText("/etc/machine-id").Trim() is { Length: 32 } id
        ? id
        : throw new BusException(BusErrors.FileNotFound, "cannot read /etc/machine-id: it has no machine id");

    private sealed record Node(string Path, IReadOnlyList<Binding> Bindings)
    {
        /// <summary>The empty name means any, as in sd-bus: systemctl asks so for all properties of a unit.</summary>
        public IEnumerable<Binding> Named(string name) => Bindings.Where(b => name is "" || b.Table.Name == name);
    }
}
