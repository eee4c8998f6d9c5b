using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;
using SharpCompress.Common;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace Sereno.Journal.Format;

/// <summary>What compressed data objects hold. Not for several threads at once.</summary>
public sealed class Compression : IDisposable
{
    /// <summary>No field is longer (systemd's DATA_SIZE_MAX).</summary>
    public const int MaxLength = 768 << 20;

    private const uint ZstdMagic = 0xFD2FB528;
    private const int FirstBuffer = 128 << 10, Lz4HeadSize = 8, Lz4MaxRatio = 255;

    private Compressor? _compressor;
    private Decompressor? _decompressor;

    /// <summary>zstd at its default level, as journald; false where nothing is gained.</summary>
    /// <param name="target">Shorter than the source.</param>
    public bool TryCompress(ReadOnlySpan<byte> source, Span<byte> target, out int length) =>
        (_compressor ??= new Compressor()).TryWrap(source, target, out length);

    /// <summary>A data object's payload as it was before it was compressed; false where that can't be had.</summary>
    /// <param name="buffer">Made longer as need be; never longer than the content, whatever the payload says of itself.</param>
    /// <param name="limit">So many bytes of it are enough.</param>
    public bool TryExpand(ObjectFlags flags, ReadOnlySpan<byte> payload, ref byte[] buffer, out int length, int limit = MaxLength)
    {
        length = 0;
        return (flags & ObjectFlags.CompressionMask) switch
        {
            ObjectFlags.Zstd => TryExpandZstd(payload, ref buffer, out length, limit),
            ObjectFlags.Lz4 => TryExpandLz4(payload, ref buffer, out length),
            ObjectFlags.Xz => TryExpandXz(payload, ref buffer, out length, limit),
            _ => false, // two at once
        };
    }

    public void Dispose()
    {
        _compressor?.Dispose();
        _decompressor?.Dispose();
    }

    private bool TryExpandZstd(ReadOnlySpan<byte> payload, ref byte[] buffer, out int length, int limit)
    {
        length = 0;
        try
        {
            if (!TryGetZstdSize(payload, out ulong size) || size > MaxLength)
                return false;
            int wanted = (int)Math.Min(size, (ulong)limit);
            _decompressor ??= new Decompressor();
            _decompressor.ResetStream();
            while (length < wanted)
            {
                MakeRoom(ref buffer, length, wanted);
                var status = _decompressor.UnwrapStream(payload, buffer.AsSpan(length, Math.Min(buffer.Length, wanted) - length), out int consumed, out int written);
                payload = payload[consumed..];
                length += written;
                if (status == OperationStatus.InvalidData || consumed == 0 && written == 0)
                    return false;
            }
            return true;
        }
        catch (ZstdException)
        {
            return false;
        }
    }

    /// <summary>The content's size in a frame's header (RFC 8878, 3.1.1.1), where systemd always has it.</summary>
    private static bool TryGetZstdSize(ReadOnlySpan<byte> frame, out ulong size)
    {
        size = 0;
        if (frame.Length < 5 || BinaryPrimitives.ReadUInt32LittleEndian(frame) != ZstdMagic)
            return false;
        int descriptor = frame[4], kind = descriptor >> 6;
        bool isSingleSegment = (descriptor & 0x20) != 0;
        int length = kind == 0 ? isSingleSegment ? 1 : 0 : 1 << kind, dictionary = (1 << (descriptor & 3)) >> 1;
        var field = frame[5..];
        int at = (isSingleSegment ? 0 : 1) + dictionary;
        if (length == 0 || (descriptor & 8) != 0 || field.Length < at + length)
            return false;
        for (int i = 0; i < length; i++)
            size |= (ulong)field[at + i] << 8 * i;
        size += kind == 1 ? 256u : 0;
        return true;
    }

    /// <summary>The length in 8 bytes, then one block.</summary>
    private static bool TryExpandLz4(ReadOnlySpan<byte> payload, ref byte[] buffer, out int length)
    {
        length = 0;
        if (payload.Length <= Lz4HeadSize)
            return false;
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(payload);
        payload = payload[Lz4HeadSize..];
        if (size > MaxLength || size > (ulong)payload.Length * Lz4MaxRatio)
            return false;
        if (buffer.Length < (int)size)
            buffer = GC.AllocateUninitializedArray<byte>((int)size);
        length = LZ4Codec.Decode(payload, buffer.AsSpan(0, (int)size));
        return length == (int)size;
    }

    private static bool TryExpandXz(ReadOnlySpan<byte> payload, ref byte[] buffer, out int length, int limit)
    {
        length = 0;
        try
        {
            using var stream = new XZStream(new MemoryStream(payload.ToArray(), writable: false));
            for (int n = 1; n > 0 && length < limit; length += n)
            {
                MakeRoom(ref buffer, length, limit);
                n = stream.Read(buffer, length, Math.Min(buffer.Length, limit) - length);
            }
            return true;
        }
        catch (Exception e) when (e is SharpCompressException or InvalidDataException or EndOfStreamException or IndexOutOfRangeException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Doubles it, so that who lies about a size gets no more memory than what is there needs.</summary>
    private static void MakeRoom(ref byte[] buffer, int used, int wanted)
    {
        if (used == buffer.Length)
            Array.Resize(ref buffer, Math.Min(wanted, Math.Max(FirstBuffer, 2 * used)));
    }
}
