using Sereno.Bus.Wire;

namespace Sereno.Bus.Client;

/// <summary>org.freedesktop.DBus.Properties over a client.</summary>
public static class Properties
{
    private const string Interface = "org.freedesktop.DBus.Properties";

    public static BusValue GetProperty(this BusClient client, string path, string @interface, string name)
    {
        var reader = client.Call(path, Interface, "Get", "ss", w => { w.WriteString(@interface); w.WriteString(name); }, "v").Reader;
        return BusValue.Read(ref reader, reader.ReadVariant());
    }

    /// <param name="interface">Empty for the properties of all interfaces, which systemd's objects answer too.</param>
    public static Dictionary<string, BusValue> GetAllProperties(this BusClient client, string path, string @interface = "") =>
        client.EndGetAll(client.BeginGetAll(path, @interface));

    internal static BusClient.PendingCall BeginGetAll(this BusClient client, string path, string @interface = "") =>
        client.Begin(path, Interface, "GetAll", "s", w => w.WriteString(@interface));

    internal static Dictionary<string, BusValue> EndGetAll(this BusClient client, BusClient.PendingCall call)
    {
        var reader = client.End(call, "a{sv}").Reader;
        var result = new Dictionary<string, BusValue>();
        for (int end = reader.ReadArray('{'); reader.More(end);)
        {
            reader.ReadDictEntry();
            string name = reader.ReadString();
            result[name] = BusValue.Read(ref reader, reader.ReadVariant());
        }
        return result;
    }
}
