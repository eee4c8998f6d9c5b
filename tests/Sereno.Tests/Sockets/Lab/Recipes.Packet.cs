using System.Buffers.Binary;
using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    // linux/if_ether.h
    private const int ETH_P_ALL = 3, ETH_P_IP = 0x800, ETH_P_ARP = 0x806;

    private static readonly Dictionary<Specimen, Recipe> s_packet = new()
    {
        [Specimen.PacketRawAll] = new(lab => lab.Packet(SOCK_RAW, ETH_P_ALL), "-0an", @"^p_raw UNCONN \d+ 0 \*:\* \*"),
        [Specimen.PacketDatagramAll] = new(lab => lab.Packet(SOCK_DGRAM, ETH_P_ALL), "-0an", @"^p_dgr UNCONN \d+ 0 \*:\* \*"),
        [Specimen.PacketOnLoopback] = new(lab => lab.PacketOn(SOCK_RAW, ETH_P_ALL, "lo"), "-0an", @"^p_raw UNCONN \d+ 0 \*:lo \*"),
        [Specimen.PacketIPv4] = new(lab => lab.Packet(SOCK_DGRAM, ETH_P_IP), "-0a", @"^p_dgr UNCONN \d+ 0 ip:\* \*"),
        [Specimen.PacketArp] = new(lab => lab.PacketOn(SOCK_DGRAM, ETH_P_ARP, "lo"), "-0a", @"^p_dgr UNCONN \d+ 0 arp:lo \*"),
        [Specimen.PacketUnnamedType] = new(lab => lab.Packet(SOCK_RAW, 0x88B5), "-0a", @"^p_raw UNCONN \d+ 0 \[34997\]:\* \*"),
        [Specimen.PacketUnbound] = new(lab => lab.Packet(SOCK_RAW, 0), "-0a", @"^p_raw UNCONN 0 0 \[0\]:\* \*"),
        [Specimen.PacketRing] = new(lab => lab.PacketRing(), "-0ane", @"^p_raw UNCONN \d+ 0 \*:lo \*.* ring_rx\("),
        [Specimen.PacketFanout] = new(lab => SocketLab.Set(lab.PacketOn(SOCK_RAW, ETH_P_ALL, "lo"), SOL_PACKET, PACKET_FANOUT, 0x0000_0007), "-0ane", @"^p_raw UNCONN \d+ 0 \*:lo \*.* fanout\("),
    };
}

internal sealed partial class SocketLab
{
    public int Packet(int type, int etherType) => Socket(AF_PACKET, type, BinaryPrimitives.ReverseEndianness((ushort)etherType));

    public int PacketOn(int type, int etherType, string device)
    {
        int fd = Packet(type, etherType);
        byte[] address = new byte[20]; // struct sockaddr_ll
        BitConverter.TryWriteBytes(address, (ushort)AF_PACKET);
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), (ushort)etherType);
        BitConverter.TryWriteBytes(address.AsSpan(4), if_nametoindex(device));
        Check(bind(fd, address, address.Length), $"bind to {device}");
        return fd;
    }

    public void PacketRing()
    {
        int fd = PacketOn(SOCK_RAW, 3, "lo");
        Set(fd, SOL_PACKET, PACKET_VERSION, 1); // TPACKET_V2
        Set(fd, SOL_PACKET, PACKET_AUXDATA, 1);
        // struct tpacket_req: block size, blocks, frame size, frames.
        byte[] ring = [0, 0x10, 0, 0, 4, 0, 0, 0, 0, 8, 0, 0, 8, 0, 0, 0];
        Set(fd, SOL_PACKET, PACKET_RX_RING, ring);
    }
}
