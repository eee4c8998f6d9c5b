using System.Buffers.Binary;
using System.Text;

namespace Sereno.Journal;

/// <summary>What the journal has to know of a stream. The manager writes it, the keeper carries it unread.</summary>
/// <param name="Unit">A full unit name; it names the file.</param>
/// <param name="Identifier">SyslogIdentifier= (systemd.exec(5)).</param>
/// <param name="Priority">0 (emerg) to 7 (debug), of lines that don't say.</param>
/// <param name="ManagerStream">Lines are "UNIT\tmessage" and belong to that unit; <paramref name="Unit"/> is for lines that aren't.</param>
/// <param name="ParsePrefix">SyslogLevelPrefix=: a "&lt;N&gt;" at the start of a line is its priority (sd-daemon(3)).</param>
public sealed record StreamMetadata(string Unit, string Identifier, int Priority = 6, bool ManagerStream = false, bool ParsePrefix = true)
{
    private const byte Version = 1;

    public byte[] Encode()
    {
        int unit = Encoding.UTF8.GetByteCount(Unit), identifier = Encoding.UTF8.GetByteCount(Identifier);
        var bytes = new byte[7 + unit + identifier];
        bytes[0] = Version;
        bytes[1] = (byte)Priority;
        bytes[2] = (byte)((ManagerStream ? 1 : 0) | (ParsePrefix ? 2 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(3), checked((ushort)unit));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(5), checked((ushort)identifier));
        Encoding.UTF8.GetBytes(Unit, bytes.AsSpan(7));
        Encoding.UTF8.GetBytes(Identifier, bytes.AsSpan(7 + unit));
        return bytes;
    }

    /// <summary>Null for anything that <see cref="Encode"/> doesn't make.</summary>
    public static StreamMetadata? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 7 || bytes[0] != Version || bytes[1] > 7 || bytes[2] > 3)
            return null;
        int unit = BinaryPrimitives.ReadUInt16LittleEndian(bytes[3..]), identifier = BinaryPrimitives.ReadUInt16LittleEndian(bytes[5..]);
        return bytes.Length == 7 + unit + identifier
            ? new(Encoding.UTF8.GetString(bytes.Slice(7, unit)), Encoding.UTF8.GetString(bytes[(7 + unit)..]), bytes[1],
                (bytes[2] & 1) != 0, (bytes[2] & 2) != 0)
            : null;
    }
}
