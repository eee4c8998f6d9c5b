using Sereno.Bus.Wire;

namespace Sereno.Bus.Client;

/// <summary>One unit's object: its properties. Asking for a unit that is not loaded loads it, as with systemd.</summary>
public sealed class UnitProxy(BusClient client, string name)
{
    public const string Unit = "org.freedesktop.systemd1.Unit", Service = "org.freedesktop.systemd1.Service";

    public string Name { get; } = name;
    public string Path { get; } = UnitPath.Of(name);

    public BusValue Get(string property, string @interface = Unit) => client.GetProperty(Path, @interface, property);

    /// <summary>A property of type <c>s</c> or <c>o</c>.</summary>
    public string GetString(string property, string @interface = Unit) => Get(property, @interface).Scalar as string
        ?? throw new BusException(BusErrors.Failed, $"{property} of {Name} is no string");

    public Dictionary<string, BusValue> GetAll(string @interface = "") => client.GetAllProperties(Path, @interface);

    public string ActiveState => GetString("ActiveState");
    public string LoadState => GetString("LoadState");
    public string SubState => GetString("SubState");
    public uint MainPid => Get("MainPID", Service).Scalar as uint? ?? 0;
}
