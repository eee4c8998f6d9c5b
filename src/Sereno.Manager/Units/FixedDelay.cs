using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

/// <summary>FixedRandomDelay= (systemd.timer(5)): the same delay each time, of this machine, this manager and this timer; systemd's own number.</summary>
public static class FixedDelay
{
    private static ReadOnlySpan<byte> Key => [0x51, 0x0a, 0xdb, 0x76, 0x29, 0x51, 0x42, 0xc2, 0x80, 0x35, 0xea, 0xe6, 0x8e, 0x3a, 0x37, 0xbd];

    /// <param name="machineId">machine-id(5) in hex; anything else counts as zero.</param>
    public static ulong Hash(string machineId, bool isSystem, uint uid, string unit)
    {
        byte[] name = Encoding.UTF8.GetBytes(unit);
        byte[] message = new byte[16 + 1 + 4 + name.Length];
        if (machineId.Length == 32 && machineId.All(char.IsAsciiHexDigit))
            Convert.FromHexString(machineId).CopyTo(message, 0);
        message[16] = isSystem ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(17), uid);
        name.CopyTo(message, 21);
        return SipHash.Hash(message, MemoryMarshal.Read<UInt128>(Key));
    }
}
