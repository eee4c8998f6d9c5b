using System.Buffers.Binary;

namespace Sereno.Sockets.Owners;

/// <summary>The kernel's own description of its types (/sys/kernel/btf/vmlinux; Documentation/bpf/btf.rst): enough of it to
/// find a function's parameters and where the fields of their structs are.</summary>
/// <remarks>Types are followed from the function, not looked up by name: two structs of a kernel may share a name.</remarks>
public readonly ref struct Btf
{
    private const ushort Magic = 0xEB9F;
    private const int Int = 1, Pointer = 2, Array = 3, Struct = 4, Union = 5, Enum = 6, Forward = 7, Typedef = 8, Volatile = 9, Const = 10,
        Restrict = 11, Function = 12, Prototype = 13, Variable = 14, Section = 15, Float = 16, DeclarationTag = 17, TypeTag = 18, Enum64 = 19;

    // Structs lie in one another, and types lead to one another; in a broken file they may do so in circles.
    private const int MaxDepth = 16;

    // struct btf_type: name_off, info (vlen in bits 0-15, kind 24-28, kind_flag 31), size or type. Ids begin at 1.
    private const int TypeLength = 12;

    private readonly ReadOnlySpan<byte> _types, _strings;
    private readonly int[] _offsets;
    private readonly int _count;

    private Btf(ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings)
    {
        _types = types;
        _strings = strings;
        _offsets = new int[types.Length / TypeLength + 2]; // more than enough: a type takes at least these bytes
        _count = 1;
        for (int at = 0; at + TypeLength <= types.Length;)
        {
            int extra = ExtraLength(At(at + 4));
            if (extra < 0)
                break; // a kind younger than we are: what came before it can be used
            _offsets[_count++] = at;
            at += TypeLength + extra;
        }
    }

    /// <summary>False when these bytes aren't BTF of our byte order.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out Btf btf)
    {
        btf = default;
        // struct btf_header: magic, version, flags, hdr_len, type_off, type_len, str_off, str_len.
        if (file.Length < 24 || BinaryPrimitives.ReadUInt16LittleEndian(file) != Magic)
            return false;
        uint header = Read(file, 4), types = Read(file, 8), typesLength = Read(file, 12), strings = Read(file, 16), stringsLength = Read(file, 20);
        if ((ulong)header + types + typesLength > (ulong)file.Length || (ulong)header + strings + stringsLength > (ulong)file.Length)
            return false;
        btf = new(file.Slice((int)(header + types), (int)typesLength), file.Slice((int)(header + strings), (int)stringsLength));
        return true;
    }

    /// <summary>The id of a function, or 0.</summary>
    public int FindFunction(ReadOnlySpan<byte> name)
    {
        for (int id = 1; id < _count; id++)
            if (Kind(id) == Function && NameIs(At(_offsets[id]), name))
                return id;
        return 0;
    }

    /// <summary>The type of a function's parameter, the first being 0; 0 when there is none.</summary>
    public int ParameterOf(int function, int index)
    {
        int prototype = Kind(function) == Function ? Target(function) : 0;
        if (Kind(prototype) != Prototype || index >= Length(prototype))
            return 0;
        return (int)At(_offsets[prototype] + TypeLength + 8 * index + 4);
    }

    /// <summary>Finds a field of the struct that <paramref name="type"/> is, points to, or is an array of.</summary>
    /// <param name="field">Its type, and its offset in bytes from the beginning of the struct; also in nameless structs inside.</param>
    public bool TryFind(int type, ReadOnlySpan<byte> name, out (int Type, int Offset) field) => TryFind(type, name, out field, 0);

    private bool TryFind(int type, ReadOnlySpan<byte> name, out (int Type, int Offset) field, int depth)
    {
        field = default;
        int id = Strip(type);
        if (Kind(id) is not (Struct or Union) || depth == MaxDepth)
            return false;
        bool bitFields = At(_offsets[id] + 4) >> 31 != 0;
        for (int i = 0; i < Length(id); i++)
        {
            int at = _offsets[id] + TypeLength + 12 * i;
            uint nameAt = At(at), offset = At(at + 8);
            int bits = (int)(bitFields ? offset & 0xFFFFFF : offset), member = (int)At(at + 4);
            if (nameAt == 0 && TryFind(member, name, out field, depth + 1))
            {
                field.Offset += bits / 8;
                return true;
            }
            if (nameAt != 0 && NameIs(nameAt, name))
            {
                field = (member, bits / 8);
                return true;
            }
        }
        return false;
    }

    /// <summary>Bytes of the struct that <paramref name="type"/> is, points to, or is an array of; 0 when it is none.</summary>
    public int SizeOf(int type) => Kind(Strip(type)) is Struct or Union ? Target(Strip(type)) : 0;

    private int Strip(int id)
    {
        for (int depth = 0; depth < MaxDepth; depth++)
            switch (Kind(id))
            {
                case Pointer or Typedef or Volatile or Const or Restrict or TypeTag: id = Target(id); break;
                case Array: id = (int)At(_offsets[id] + TypeLength); break; // struct btf_array: type, index_type, nelems
                default: return id;
            }
        return 0;
    }

    private int Kind(int id) => id > 0 && id < _count ? (int)(At(_offsets[id] + 4) >> 24 & 0x1F) : 0;

    private int Length(int id) => (int)(At(_offsets[id] + 4) & 0xFFFF);

    private int Target(int id) => (int)At(_offsets[id] + 8);

    private bool NameIs(uint at, ReadOnlySpan<byte> name) =>
        at < _strings.Length && _strings[(int)at..].StartsWith(name) && _strings.Length > at + name.Length && _strings[(int)at + name.Length] == 0;

    private uint At(int offset) => offset + 4 <= _types.Length ? Read(_types, offset) : 0;

    private static uint Read(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static int ExtraLength(uint info)
    {
        int length = (int)(info & 0xFFFF);
        return (info >> 24 & 0x1F) switch
        {
            Pointer or Forward or Typedef or Volatile or Const or Restrict or Function or Float or TypeTag => 0,
            Int or Variable or DeclarationTag => 4,
            Array => 12,
            Struct or Union or Section or Enum64 => 12 * length,
            Enum or Prototype => 8 * length,
            _ => -1,
        };
    }
}
