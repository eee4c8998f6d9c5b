using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

internal static class Unpacker
{
    [ThreadStatic] private static Compression? t_compression;

    /// <param name="limit">So many bytes of it are enough.</param>
    public static bool TryUnpack(ObjectFlags how, ReadOnlySpan<byte> packed, ref byte[] buffer, out ReadOnlySpan<byte> unpacked, int limit = Compression.MaxLength)
    {
        bool done = (t_compression ??= new()).TryExpand(how, packed, ref buffer, out int length, limit);
        unpacked = done ? buffer.AsSpan(0, length) : default;
        return done;
    }
}
