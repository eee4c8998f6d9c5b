using System.Buffers.Binary;
using System.Globalization;

namespace Sereno.Sockets.Trace;

/// <summary>Where a tracepoint's fields are in its raw record: tracefs' "format" file, whose offsets differ between kernels
/// (Documentation/trace/events.rst, 2.2).</summary>
public sealed class TraceFormat
{
    private readonly Dictionary<string, Field> _fields;

    /// <summary>Bytes of one field of a record.</summary>
    public readonly record struct Field(int Offset, int Size)
    {
        public bool Exists => Size > 0;

        /// <summary>An unsigned number of 1, 2, 4 or 8 bytes in this machine's order; 0 where the record is too short for it.</summary>
        public ulong Read(ReadOnlySpan<byte> record) => !Fits(record) ? 0 : Size switch
        {
            1 => record[Offset],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(record[Offset..]),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(record[Offset..]),
            8 => BinaryPrimitives.ReadUInt64LittleEndian(record[Offset..]),
            _ => 0,
        };

        public bool Fits(ReadOnlySpan<byte> record) => Size > 0 && Offset + Size <= record.Length;

        public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> record) => record.Slice(Offset, Size);
    }

    private TraceFormat(int id, Dictionary<string, Field> fields) => (Id, _fields) = (id, fields);

    /// <summary>The number by which perf_event_open(2) and the record's common_type know the tracepoint.</summary>
    public int Id { get; }

    /// <summary>A field by its name; one that doesn't exist has no size.</summary>
    public Field this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>Reads a format file; null when it has no ID. Lines that say nothing we know are passed over.</summary>
    public static TraceFormat? Parse(string text)
    {
        int id = -1;
        var fields = new Dictionary<string, Field>();
        foreach (string line in text.Split('\n'))
            if (line.StartsWith("ID:", StringComparison.Ordinal))
                id = int.TryParse(line.AsSpan(3), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int n) ? n : id;
            else if (line.TrimStart().StartsWith("field:", StringComparison.Ordinal))
                AddField(line, fields);
        return id < 0 ? null : new(id, fields);
    }

    // "field:__u8 saddr_v6[16];	offset:40;	size:16;	signed:0;"
    private static void AddField(string line, Dictionary<string, Field> fields)
    {
        string[] parts = line.Split(';');
        if (parts.Length < 3 || Number(parts[1], "offset:") is not int offset || Number(parts[2], "size:") is not int size)
            return;
        string declaration = parts[0].TrimEnd();
        int bracket = declaration.IndexOf('[');
        if (bracket >= 0)
            declaration = declaration[..bracket].TrimEnd();
        fields[declaration[(declaration.LastIndexOfAny([' ', '*', ':']) + 1)..]] = new(offset, size);
    }

    // Raw records are at most 64 KiB.
    private static int? Number(string part, string label) =>
        part.TrimStart() is var text && text.StartsWith(label, StringComparison.Ordinal)
        && ushort.TryParse(text.AsSpan(label.Length), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : null;
}
