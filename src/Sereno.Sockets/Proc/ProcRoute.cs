using System.Buffers.Binary;
using System.Text;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Proc;

/// <summary>One route. Counters and limits are the kernel's; Linux fills few of them any more.</summary>
/// <param name="Flags">RTF_* of linux/route.h and linux/ipv6_route.h.</param>
/// <param name="Prefix">Bits of the destination: IPv6 only.</param>
/// <param name="Mask">IPv4 only.</param>
public readonly record struct ProcRoute(string Interface, InetAddress Destination, int Prefix, InetAddress Mask, InetAddress Gateway, uint Flags,
    int References, int Uses, int Metric, int Mtu, int Window, int Irtt)
{
    /// <summary>A line of /proc/net/route; false when it isn't one, as the heading isn't.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out ProcRoute route)
    {
        var fields = new ProcFields(line);
        string device = Encoding.UTF8.GetString(fields.Next());
        InetAddress destination = Address(ref fields), gateway = Address(ref fields);
        uint flags = (uint)fields.Hex(fields.Next());
        int references = (int)fields.Signed(fields.Next()), uses = (int)fields.Signed(fields.Next()), metric = (int)fields.Signed(fields.Next());
        var mask = Address(ref fields);
        int mtu = (int)fields.Signed(fields.Next()), window = (int)fields.Signed(fields.Next());
        bool complete = !fields.Malformed;
        int irtt = (int)fields.Signed(fields.Next()); // older kernels end before it
        route = new(device, destination, 0, mask, gateway, flags, references, uses, metric, mtu, window, irtt);
        return complete;
    }

    /// <summary>A line of /proc/net/ipv6_route.</summary>
    public static bool TryRead6(ReadOnlySpan<byte> line, out ProcRoute route)
    {
        var fields = new ProcFields(line);
        var destination = fields.Address6(fields.Next());
        int prefix = (int)fields.Hex(fields.Next());
        fields.Next(); // source and its prefix
        fields.Next();
        var gateway = fields.Address6(fields.Next());
        int metric = (int)fields.Hex(fields.Next()), references = (int)fields.Hex(fields.Next()), uses = (int)fields.Hex(fields.Next());
        uint flags = (uint)fields.Hex(fields.Next());
        string device = Encoding.UTF8.GetString(fields.Next());
        route = new(device, destination, prefix, default, gateway, flags, references, uses, metric, 0, 0, 0);
        return !fields.Malformed;
    }

    private static InetAddress Address(ref ProcFields fields)
    {
        Span<byte> bytes = stackalloc byte[4];
        BitConverter.TryWriteBytes(bytes, (uint)fields.Hex(fields.Next()));
        return new(true, 0, BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }
}
