using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

internal static class Unpacker
{
    public static bool TryUnpack(ObjectFlags how, ReadOnlySpan<byte> packed, ref byte[] buffer, out ReadOnlySpan<byte> unpacked)
    {
        unpacked = default;
        return false;
    }
}
