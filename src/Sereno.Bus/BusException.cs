namespace Sereno.Bus;

/// <summary>A D-Bus error, received or to be sent: a name for programs and a message for people.</summary>
public sealed class BusException(string name, string message) : Exception(message)
{
    public string Name { get; } = name;
}
