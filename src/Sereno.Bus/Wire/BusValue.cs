using System.Collections.Immutable;

namespace Sereno.Bus.Wire;

/// <summary>
/// A value whose type is only known at run time (a property from GetAll). <see cref="Scalar"/> holds byte, bool, short, ushort,
/// int, uint (also of <c>h</c>), long, ulong, double, string (<c>s o g</c>) or byte[] (<c>ay</c>); containers hold <see cref="Items"/>:
/// an array's elements, a struct's fields, an entry's key and value, a variant's one value.
/// </summary>
public sealed class BusValue(string signature, object? scalar, ImmutableArray<BusValue> items) : IEquatable<BusValue>
{
    public string Signature { get; } = signature;
    public object? Scalar { get; } = scalar;
    public ImmutableArray<BusValue> Items { get; } = items;

    public static BusValue Of(string signature, object scalar) => new(signature, scalar, []);

    public static BusValue Container(string signature, ImmutableArray<BusValue> items) => new(signature, null, items);

    /// <summary>Reads one value of a valid single complete type.</summary>
    public static BusValue Read(ref MessageReader reader, string type) => Read(ref reader, type, 0);

    public void Write(MessageWriter writer)
    {
        switch (Signature[0])
        {
            case 'y': writer.WriteByte((byte)Scalar!); break;
            case 'b': writer.WriteBool((bool)Scalar!); break;
            case 'n': writer.WriteInt16((short)Scalar!); break;
            case 'q': writer.WriteUInt16((ushort)Scalar!); break;
            case 'i': writer.WriteInt32((int)Scalar!); break;
            case 'u' or 'h': writer.WriteUInt32((uint)Scalar!); break;
            case 'x': writer.WriteInt64((long)Scalar!); break;
            case 't': writer.WriteUInt64((ulong)Scalar!); break;
            case 'd': writer.WriteDouble((double)Scalar!); break;
            case 's': writer.WriteString((string)Scalar!); break;
            case 'o': writer.WriteObjectPath((string)Scalar!); break;
            case 'g': writer.WriteSignature((string)Scalar!); break;
            case 'a' when Scalar is byte[] bytes: writer.WriteBytes(bytes); break;
            case 'a':
                using (writer.Array(Signature[1]))
                    WriteItems(writer);
                break;
            case 'v':
                writer.WriteVariant(Items[0].Signature);
                WriteItems(writer);
                break;
            default:
                writer.WriteStruct();
                WriteItems(writer);
                break;
        }
    }

    public bool Equals(BusValue? other) => other is not null && Signature == other.Signature
        && (Scalar is byte[] mine ? other.Scalar is byte[] theirs && mine.AsSpan().SequenceEqual(theirs) : Equals(Scalar, other.Scalar))
        && Items.SequenceEqual(other.Items);

    public override bool Equals(object? obj) => Equals(obj as BusValue);

    public override int GetHashCode() => HashCode.Combine(Signature, Items.Length);

    public override string ToString() => Scalar switch
    {
        null => Signature[0] == 'v' ? $"<{Items[0]}>" : $"[{string.Join(", ", Items)}]",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        var scalar => scalar.ToString()!,
    };

    private void WriteItems(MessageWriter writer)
    {
        foreach (var item in Items)
            item.Write(writer);
    }

    private static BusValue Read(ref MessageReader reader, string type, int depth)
    {
        if (depth > Limits.TotalDepth)
            throw new BusFormatException("containers are nested too deep");
        switch (type[0])
        {
            case 'a' when type == "ay":
                return Of(type, reader.ReadBytes().ToArray());
            case 'a':
                var elements = ImmutableArray.CreateBuilder<BusValue>();
                for (int end = reader.ReadArray(type[1]); reader.More(end);)
                    elements.Add(Read(ref reader, type[1..], depth + 1));
                return Container(type, elements.ToImmutable());
            case 'v':
                return Container(type, [Read(ref reader, reader.ReadVariant(), depth + 1)]);
            case '(' or '{':
                reader.ReadStruct();
                var fields = ImmutableArray.CreateBuilder<BusValue>();
                for (var rest = type.AsSpan(1, type.Length - 2); !rest.IsEmpty;)
                {
                    string field = Wire.Signature.First(rest).ToString();
                    fields.Add(Read(ref reader, field, depth + 1));
                    rest = rest[field.Length..];
                }
                return Container(type, fields.ToImmutable());
            default:
                return Of(type, ReadScalar(ref reader, type[0]));
        }
    }

    private static object ReadScalar(ref MessageReader reader, char type) => type switch
    {
        'y' => reader.ReadByte(),
        'b' => reader.ReadBool(),
        'n' => reader.ReadInt16(),
        'q' => reader.ReadUInt16(),
        'i' => reader.ReadInt32(),
        'u' or 'h' => reader.ReadUInt32(),
        'x' => reader.ReadInt64(),
        't' => reader.ReadUInt64(),
        'd' => reader.ReadDouble(),
        's' => reader.ReadString(),
        'o' => reader.ReadObjectPath(),
        'g' => reader.ReadSignature(),
        _ => throw new BusFormatException($"'{type}' is no D-Bus type"),
    };
}
