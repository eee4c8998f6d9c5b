using System.Buffers.Binary;
using System.Numerics;
using System.Text;

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
        return SipHash24(message, Key);
    }

    /// <summary>SipHash-2-4 (Aumasson and Bernstein, 2012).</summary>
    public static ulong SipHash24(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key)
    {
        ulong k0 = BinaryPrimitives.ReadUInt64LittleEndian(key), k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
        Span<ulong> v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573];
        Span<byte> last = stackalloc byte[8];
        message[(message.Length & ~7)..].CopyTo(last);
        last[7] = (byte)message.Length;
        for (; message.Length >= 8; message = message[8..])
            Absorb(v, BinaryPrimitives.ReadUInt64LittleEndian(message));
        Absorb(v, BinaryPrimitives.ReadUInt64LittleEndian(last));
        v[2] ^= 0xff;
        for (int round = 0; round < 4; round++)
            Round(v);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void Absorb(Span<ulong> v, ulong word)
    {
        v[3] ^= word;
        Round(v);
        Round(v);
        v[0] ^= word;
    }

    private static void Round(Span<ulong> v)
    {
        v[0] += v[1];
        v[1] = BitOperations.RotateLeft(v[1], 13) ^ v[0];
        v[0] = BitOperations.RotateLeft(v[0], 32);
        v[2] += v[3];
        v[3] = BitOperations.RotateLeft(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = BitOperations.RotateLeft(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = BitOperations.RotateLeft(v[1], 17) ^ v[2];
        v[2] = BitOperations.RotateLeft(v[2], 32);
    }
}
