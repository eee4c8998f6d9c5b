using System.Buffers.Binary;
using Sereno.Sockets.Wire;

namespace Sereno.Tests.Sockets.Filter;

/// <summary>INET_DIAG_REQ_BYTECODE as the kernel audits and runs it (net/ipv4/inet_diag.c), without its privileges.</summary>
internal static class KernelProgram
{
    private const int Nop = 0, Jump = 1, SourceAtLeast = 2, SourceAtMost = 3, DestinationAtLeast = 4, DestinationAtMost = 5, Auto = 6,
        SourceHost = 7, DestinationHost = 8, Device = 9, Mark = 10, SourceIs = 11, DestinationIs = 12, Cgroup = 13;

    /// <summary>inet_diag_bc_audit: every jump leads forward to an operation, to the end, or one operation past it.</summary>
    public static bool IsAccepted(ReadOnlySpan<byte> code)
    {
        var starts = new HashSet<int>();
        int at = 0;
        for (; at < code.Length; at += code[at + 1])
        {
            if (code.Length - at < 4 || code[at + 1] < MinLength(code[at..]) || code[at + 1] % 4 != 0)
                return false;
            starts.Add(at);
        }
        if (at != code.Length)
            return false;
        foreach (int start in starts)
        {
            int no = BinaryPrimitives.ReadUInt16LittleEndian(code[(start + 2)..]), target = start + no;
            if (no < MinLength(code[start..]) || no % 4 != 0 || target > code.Length + 4 || target < code.Length && !starts.Contains(target))
                return false;
        }
        return true;
    }

    private static int MinLength(ReadOnlySpan<byte> code) => code[0] switch
    {
        Jump or Auto => 4,
        SourceAtLeast or SourceAtMost or DestinationAtLeast or DestinationAtMost => 8,
        Mark or Cgroup => 12,
        SourceHost or DestinationHost when code.Length >= 12 => 12 + code[4] switch
        {
            0 when code[5] == 0 => 0,
            InetDiag.AfInet when code[5] <= 32 => 4,
            InetDiag.AfInet6 when code[5] <= 128 => 16,
            _ => 1000,
        },
        _ => 1000,
    };

    /// <summary>inet_diag_bc_run.</summary>
    /// <param name="userBound">SOCK_BINDPORT_LOCK: bind(2) was told a port.</param>
    public static bool Run(ReadOnlySpan<byte> code, in SocketRecord socket, bool userBound)
    {
        while (!code.IsEmpty)
        {
            bool yes = code[0] switch
            {
                Jump => false,
                SourceAtLeast => socket.LocalPort >= Operand(code),
                SourceAtMost => socket.LocalPort <= Operand(code),
                DestinationAtLeast => socket.RemotePort >= Operand(code),
                DestinationAtMost => socket.RemotePort <= Operand(code),
                Auto => !userBound,
                SourceHost => Host(code[4..], socket.Local, socket.LocalPort),
                DestinationHost => Host(code[4..], socket.Remote, socket.RemotePort),
                Mark => (socket.Mark & BinaryPrimitives.ReadUInt32LittleEndian(code[8..])) == BinaryPrimitives.ReadUInt32LittleEndian(code[4..]),
                Cgroup => socket.CgroupId == BinaryPrimitives.ReadUInt64LittleEndian(code[4..]),
                _ => throw new InvalidOperationException($"operation {code[0]} isn't audited"),
            };
            int skip = yes ? code[1] : BinaryPrimitives.ReadUInt16LittleEndian(code[2..]);
            if (skip > code.Length)
                return false;
            code = code[skip..];
        }
        return true;
    }

    private static int Operand(ReadOnlySpan<byte> code) => BinaryPrimitives.ReadUInt16LittleEndian(code[6..]);

    private static bool Host(ReadOnlySpan<byte> condition, InetAddress address, ushort port)
    {
        int wanted = BinaryPrimitives.ReadInt32LittleEndian(condition[4..]);
        if (wanted != -1 && wanted != port)
            return false;
        Span<byte> bytes = stackalloc byte[16];
        bytes = bytes[..address.WriteBytes(bytes)];
        byte family = condition[0];
        if (family != 0 && family != (address.IsIPv4 ? InetDiag.AfInet : InetDiag.AfInet6))
            return family == InetDiag.AfInet && address.IsMappedIPv4 && Agree(bytes[12..], condition[8..], condition[1]);
        return condition[1] == 0 || Agree(bytes, condition[8..], condition[1]);
    }

    private static bool Agree(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int bits)
    {
        for (int i = 0; i < bits; i++)
            if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0)
                return false;
        return true;
    }
}
