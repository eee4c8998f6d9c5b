using System.Buffers.Binary;
using System.Text;

namespace Sereno.Tests.Forward;

/// <summary>A record of an ExportLogsServiceRequest (opentelemetry/proto/logs/v1/logs.proto), read from its bytes.</summary>
internal sealed record OtlpLog(Dictionary<string, object?> Resource, ulong Time, ulong Seen, int Severity, string SeverityText, string Body, Dictionary<string, object?> Attributes)
{
    /// <summary>One field of a message: a number, or bytes.</summary>
    private readonly record struct Field(int Number, ulong Value, byte[] Bytes);

    public static List<OtlpLog> Read(byte[] request)
    {
        var logs = new List<OtlpLog>();
        foreach (var group in Fields(request).Where(f => f.Number == 1))
        {
            var parts = Fields(group.Bytes);
            var resource = parts.Where(f => f.Number == 1).SelectMany(f => Fields(f.Bytes)).Where(f => f.Number == 1).Select(Pair).ToDictionary();
            foreach (var record in parts.Where(f => f.Number == 2).SelectMany(f => Fields(f.Bytes)).Where(f => f.Number == 2))
                logs.Add(Of(Fields(record.Bytes), resource));
        }
        return logs;
    }

    private static OtlpLog Of(List<Field> fields, Dictionary<string, object?> resource)
    {
        Field One(int number) => fields.Single(f => f.Number == number);
        return new(resource, One(1).Value, One(11).Value, (int)One(2).Value, Encoding.UTF8.GetString(One(3).Bytes), (string)ValueOf(One(5).Bytes)!,
            fields.Where(f => f.Number == 6).Select(Pair).ToDictionary());
    }

    private static KeyValuePair<string, object?> Pair(Field field)
    {
        var fields = Fields(field.Bytes);
        return new(Encoding.UTF8.GetString(fields.Single(f => f.Number == 1).Bytes), ValueOf(fields.Single(f => f.Number == 2).Bytes));
    }

    /// <summary>AnyValue: here a string or an integer.</summary>
    private static object? ValueOf(byte[] bytes) => Fields(bytes) is [var value] ? value.Number switch
    {
        1 => Encoding.UTF8.GetString(value.Bytes),
        3 => (long)value.Value,
        _ => throw new InvalidDataException($"a value of kind {value.Number}"),
    } : "";

    private static List<Field> Fields(ReadOnlySpan<byte> bytes)
    {
        var fields = new List<Field>();
        while (!bytes.IsEmpty)
        {
            ulong tag = Number(ref bytes);
            var (number, value, content) = ((int)(tag >> 3), 0UL, Array.Empty<byte>());
            switch (tag & 7)
            {
                case 0: value = Number(ref bytes); break;
                case 1: value = BinaryPrimitives.ReadUInt64LittleEndian(bytes); bytes = bytes[8..]; break;
                case 2:
                    int length = (int)Number(ref bytes);
                    content = bytes[..length].ToArray();
                    bytes = bytes[length..];
                    break;
                case 5: value = BinaryPrimitives.ReadUInt32LittleEndian(bytes); bytes = bytes[4..]; break;
                default: throw new InvalidDataException($"wire type {tag & 7}");
            }
            fields.Add(new(number, value, content));
        }
        return fields;
    }

    private static ulong Number(ref ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return number;
        }
    }
}
