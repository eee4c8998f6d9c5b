using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    private static readonly Dictionary<Specimen, Recipe> s_raw = new()
    {
        [Specimen.RawIcmpV4] = new(lab => lab.Raw("0.0.0.0", IPPROTO_ICMP), "-wan", @"^UNCONN 0 0 0\.0\.0\.0:1 0\.0\.0\.0:\*"),
        [Specimen.RawIcmpV6] = new(lab => lab.Raw("::", IPPROTO_ICMPV6), "-wan", @"^UNCONN 0 0 (\*|\[::\]):58 (\*|\[::\]):\*"),
        [Specimen.RawTcp] = new(lab => lab.Raw("0.0.0.0", IPPROTO_TCP), "-wan", @"^UNCONN 0 0 0\.0\.0\.0:6 "),
        [Specimen.RawUdp] = new(lab => lab.Raw("::", IPPROTO_UDP), "-wan", @"^UNCONN 0 0 (\*|\[::\]):17 "),
        [Specimen.RawRaw] = new(lab => lab.Raw("0.0.0.0", IPPROTO_RAW), "-wan", @"^UNCONN 0 0 0\.0\.0\.0:255 "),
        [Specimen.RawUnnamedProtocol] = new(lab => lab.Raw("0.0.0.0", 200), "-wa", @"^UNCONN 0 0 0\.0\.0\.0:ipproto-200 "),
        [Specimen.RawBound] = new(lab => SocketLab.Bind(lab.Raw("127.0.0.1", 89), "127.0.0.1"), "-wan", @"^UNCONN 0 0 127\.0\.0\.1:89 0\.0\.0\.0:\*"),
        [Specimen.RawConnectedV4] = new(lab => SocketLab.Connect(lab.Raw("127.0.0.1", 47), "127.0.0.1", 0), "-wan", @"^ESTAB 0 0 127\.0\.0\.1:47 127\.0\.0\.1:"),
        [Specimen.RawConnectedV6] = new(lab => SocketLab.Connect(lab.Raw("::1", 112), "::1", 0), "-wan", @"^ESTAB 0 0 \[::1\]:112 \[::1\]:"),
        [Specimen.RawOnDevice] = new(lab => SocketLab.Set(lab.Raw("0.0.0.0", 2), SOL_SOCKET, SO_BINDTODEVICE, "lo\0"u8), "-wan", @"^UNCONN 0 0 0\.0\.0\.0(%lo)?:2 "),
        [Specimen.RawDataWaiting] = new(lab => lab.SendRawToItself(), "-wan", @"^UNCONN [1-9]\d* 0 127\.0\.0\.2:253 "),
    };
}

internal sealed partial class SocketLab
{
    public int Raw(string ip, int protocol) => Socket(Family(ip), SOCK_RAW, protocol);

    public void SendRawToItself()
    {
        byte[] address = Address("127.0.0.2", 0);
        Check(sendto(Bind(Raw("127.0.0.2", 253), "127.0.0.2"), new byte[64], 64, 0, address, address.Length), "send");
    }
}
