namespace Sereno.Sockets.Ports;

/// <summary>RFC 6335 6: system (well-known) 0-1023, user (registered) 1024-49151, dynamic (private, ephemeral) 49152-65535.</summary>
public enum PortClass { System, User, Dynamic }

public static class PortClasses
{
    public static PortClass Of(ushort port) => port switch
    {
        < 1024 => PortClass.System,
        < 49152 => PortClass.User,
        _ => PortClass.Dynamic,
    };

    public static string Name(this PortClass portClass) => portClass switch
    {
        PortClass.System => "system",
        PortClass.User => "user",
        PortClass.Dynamic => "dynamic",
    };
}
