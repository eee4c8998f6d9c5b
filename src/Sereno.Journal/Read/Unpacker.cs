using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

internal static class Unpacker
{
    [ThreadStatic] private static Compression? t_compression;

    public static bool TryUnpack(ObjectFlags how, ReadOnlySpan<byte> packed, ref byte[] buffer, out ReadOnlySpan<byte> unpacked)
    {
        bool done = (t_compression ??= new()).TryExpand(how, packed, ref buffer, out int length);
        unpacked = done ? buffer.AsSpan(0, length) : default;
        return done;
    }
}
