using System.Buffers.Binary;
using System.Text;

namespace Sereno.Sockets.Ports;

/// <summary>Ports to texts, compiled: a 32-bit count; for each text of a (transport, port) a key (transport in the high, port
/// in the low 16 bits) and the offset of the text, sorted by key, several of one key in the registry's order; then the texts
/// in UTF-8, each after its 16-bit length. All little-endian.</summary>
internal sealed class PortTable(byte[] table)
{
    private const int EntryLength = 8;

    public int Count { get; } = BinaryPrimitives.ReadInt32LittleEndian(table);

    public static uint Key(Transport transport, ushort port) => (uint)transport << 16 | port;

    /// <summary>The first text of a port, or null.</summary>
    public string? Find(Transport transport, ushort port)
    {
        uint key = Key(transport, port);
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (KeyAt(middle) < key)
                low = middle + 1;
            else
                high = middle;
        }
        return low < Count && KeyAt(low) == key ? Encoding.UTF8.GetString(TextAt(low)) : null;
    }

    /// <summary>The ports that have this text on any transport.</summary>
    public IReadOnlyList<ushort> KeysOf(string text)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text);
        var ports = new SortedSet<ushort>();
        for (int i = 0; i < Count; i++)
            if (TextAt(i).SequenceEqual(wanted))
                ports.Add((ushort)KeyAt(i));
        return [.. ports];
    }

    public static byte[] Compile(IEnumerable<(uint Key, string Text)> entries)
    {
        (uint Key, string Text)[] sorted = [.. entries.OrderBy(e => e.Key)]; // stable: the registry's order within a key
        byte[] head = new byte[4 + sorted.Length * EntryLength];
        BinaryPrimitives.WriteInt32LittleEndian(head, sorted.Length);
        using var tail = new MemoryStream();
        var offsets = new Dictionary<string, int>();
        Span<byte> length = stackalloc byte[2];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (!offsets.TryGetValue(sorted[i].Text, out int offset))
            {
                offsets[sorted[i].Text] = offset = head.Length + (int)tail.Length;
                byte[] text = Encoding.UTF8.GetBytes(sorted[i].Text);
                BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
                tail.Write(length);
                tail.Write(text);
            }
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4 + i * EntryLength), sorted[i].Key);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8 + i * EntryLength), offset);
        }
        return [.. head, .. tail.ToArray()];
    }

    private uint KeyAt(int i) => BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(4 + i * EntryLength));

    private ReadOnlySpan<byte> TextAt(int i)
    {
        int offset = BinaryPrimitives.ReadInt32LittleEndian(table.AsSpan(8 + i * EntryLength));
        return table.AsSpan(offset + 2, BinaryPrimitives.ReadUInt16LittleEndian(table.AsSpan(offset)));
    }
}
