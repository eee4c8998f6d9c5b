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

/// <summary>The ports that this kernel gives to sockets that ask for none, both ends included. It differs from RFC 6335's
/// dynamic class: ip(7), ip_local_port_range.</summary>
public readonly record struct EphemeralRange(ushort First, ushort Last)
{
    private static readonly char[] s_blanks = ['\t', ' ', '\n'];

    /// <summary>This network namespace's range, or the kernel's default where it can't be read.</summary>
    public static EphemeralRange Read()
    {
        try
        {
            string[] ends = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range")
                .Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            return new(ushort.Parse(ends[0]), ushort.Parse(ends[1]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return new(32768, 60999);
        }
    }

    public bool Contains(ushort port) => port >= First && port <= Last;
}
