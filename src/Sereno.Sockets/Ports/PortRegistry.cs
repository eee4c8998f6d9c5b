using System.Text;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Ports;

/// <summary>The transports that have ports of their own.</summary>
public enum Transport : byte { Tcp, Udp, Sctp, Dccp }

public static class Transports
{
    /// <summary>Whose port numbers a socket uses.</summary>
    public static Transport Of(SocketProtocol protocol) => protocol switch
    {
        SocketProtocol.Udp or SocketProtocol.UdpLite => Transport.Udp,
        SocketProtocol.Sctp => Transport.Sctp,
        SocketProtocol.Dccp => Transport.Dccp,
        _ => Transport.Tcp,
    };

    /// <summary>The registry's word for it.</summary>
    public static string Name(this Transport transport) => transport switch
    {
        Transport.Tcp => "tcp",
        Transport.Udp => "udp",
        Transport.Sctp => "sctp",
        Transport.Dccp => "dccp",
    };
}

/// <summary>IANA's Service Name and Transport Protocol Port Number Registry, compiled to two tables: Data/ports.bin has
/// names, Data/port-descriptions.bin what the registry says of them, read only by who asks.</summary>
public sealed class PortRegistry
{
    private static readonly Lazy<PortRegistry> s_iana = new(() => new(ReadResource("ports.bin"), () => ReadResource("port-descriptions.bin")));
    private readonly PortTable _names;
    private readonly Lazy<PortTable> _descriptions;

    public PortRegistry(byte[] names, Func<byte[]> descriptions)
    {
        _names = new(names);
        _descriptions = new(() => new(descriptions()));
    }

    /// <summary>The registry that this build carries.</summary>
    public static PortRegistry Iana => s_iana.Value;

    public int Count => _names.Count;

    /// <summary>The registered service name, or null. The first name registered for a port is the one to use.</summary>
    public string? NameOf(ushort port, Transport transport) => _names.Find(transport, port);

    /// <summary>What the registry says the service is, in English; null for a port without a name.</summary>
    public string? DescriptionOf(ushort port, Transport transport) => _descriptions.Value.Find(transport, port);

    /// <summary>The ports of a service by any of its registered names, on any transport, lowest first.</summary>
    public IReadOnlyList<ushort> PortsOf(string name) => _names.KeysOf(name.ToLowerInvariant());

    /// <summary>Compiles IANA's CSV (service-names-port-numbers.csv) to the two tables; rows without a name or a port are left out.</summary>
    public static (byte[] Names, byte[] Descriptions) Compile(string csv)
    {
        var names = new List<(uint Key, string Text)>();
        var descriptions = new SortedDictionary<uint, string>();
        foreach (string[] row in ReadCsv(csv))
        {
            if (row.Length < 4 || row[0].Length == 0 || TransportOf(row[2]) is not { } transport)
                continue;
            string[] ends = row[1].Split('-');
            if (!ushort.TryParse(ends[0], out ushort first) || !ushort.TryParse(ends[^1], out ushort last))
                continue;
            for (int port = first; port <= last; port++)
            {
                uint key = PortTable.Key(transport, (ushort)port);
                names.Add((key, row[0]));
                descriptions.TryAdd(key, string.Join(' ', row[3].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
            }
        }
        return (PortTable.Compile(names.Distinct()), PortTable.Compile(descriptions.Select(d => (d.Key, d.Value))));
    }

    private static Transport? TransportOf(string name) => name switch
    {
        "tcp" => Transport.Tcp,
        "udp" => Transport.Udp,
        "sctp" => Transport.Sctp,
        "dccp" => Transport.Dccp,
        _ => null,
    };

    private static byte[] ReadResource(string name)
    {
        using var stream = typeof(PortRegistry).Assembly.GetManifestResourceStream(name)!;
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
