using System.Buffers.Binary;
using System.Text;

namespace Sereno.Sockets.Ports;

/// <summary>IANA's Service Name and Transport Protocol Port Number Registry, compiled to a sorted table.</summary>
/// <remarks>Data/ports.bin: a 32-bit count, then for each (protocol, port) a key (protocol in the high, port in the low
/// 16 bits) and the offset of its name, sorted by key; then the names, each after its length. All little-endian.</remarks>
public sealed class PortRegistry
{
    private const int EntryLength = 8;
    private static readonly Lazy<PortRegistry> s_iana = new(() => new(ReadResource()));
    private readonly byte[] _table;
    private readonly int _count;

    public PortRegistry(byte[] table)
    {
        _table = table;
        _count = BinaryPrimitives.ReadInt32LittleEndian(table);
    }

    /// <summary>The registry that this build carries.</summary>
    public static PortRegistry Iana => s_iana.Value;

    public int Count => _count;

    /// <summary>The registered service name, or null. The first name registered for a port is the one to use.</summary>
    public string? NameOf(ushort port, bool udp)
    {
        uint key = Key(udp, port);
        int low = 0, high = _count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            var entry = _table.AsSpan(4 + middle * EntryLength);
            uint found = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if (found == key)
            {
                int name = BinaryPrimitives.ReadInt32LittleEndian(entry[4..]);
                return Encoding.ASCII.GetString(_table, name + 1, _table[name]);
            }
            if (found < key)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return null;
    }

    /// <summary>Compiles IANA's CSV (service-names-port-numbers.csv) to the table's bytes; unnamed, portless, SCTP and DCCP rows are left out.</summary>
    public static byte[] Compile(string csv)
    {
        var names = new SortedDictionary<uint, string>();
        foreach (string[] row in ReadCsv(csv))
        {
            if (row.Length < 3 || row[0].Length == 0 || row[2] is not ("tcp" or "udp"))
                continue;
            string[] ends = row[1].Split('-');
            if (!ushort.TryParse(ends[0], out ushort first) || !ushort.TryParse(ends[^1], out ushort last))
                continue;
            for (int port = first; port <= last; port++)
                names.TryAdd(Key(row[2] == "udp", (ushort)port), row[0]);
        }
        byte[] head = new byte[4 + names.Count * EntryLength];
        BinaryPrimitives.WriteInt32LittleEndian(head, names.Count);
        using var tail = new MemoryStream();
        var offsets = new Dictionary<string, int>();
        int at = 4;
        foreach (var (key, name) in names)
        {
            if (!offsets.TryGetValue(name, out int offset))
            {
                offsets[name] = offset = head.Length + (int)tail.Length;
                tail.WriteByte((byte)name.Length);
                tail.Write(Encoding.ASCII.GetBytes(name));
            }
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(at), key);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(at + 4), offset);
            at += EntryLength;
        }
        return [.. head, .. tail.ToArray()];
    }

    private static uint Key(bool udp, ushort port) => (udp ? 1u : 0u) << 16 | port;

    private static byte[] ReadResource()
    {
        using var stream = typeof(PortRegistry).Assembly.GetManifestResourceStream("ports.bin")!;
        byte[] table = new byte[stream.Length];
        stream.ReadExactly(table);
        return table;
    }

    // RFC 4180: a quoted field may hold commas, line ends and doubled quotes.
    private static IEnumerable<string[]> ReadCsv(string csv)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < csv.Length; i++)
        {
            char c = csv[i];
            if (quoted)
            {
                if (c != '"')
                    field.Append(c);
                else if (i + 1 < csv.Length && csv[i + 1] == '"')
                    field.Append(csv[i++]);
                else
                    quoted = false;
                continue;
            }
            switch (c)
            {
                case '"': quoted = true; break;
                case ',' or '\n':
                    row.Add(field.ToString());
                    field.Clear();
                    if (c == '\n')
                    {
                        yield return [.. row];
                        row.Clear();
                    }
                    break;
                case '\r': break;
                default: field.Append(c); break;
            }
        }
    }
}
