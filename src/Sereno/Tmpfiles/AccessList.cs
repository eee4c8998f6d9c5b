using System.Buffers.Binary;
using Sereno.Linux;

namespace Sereno.Tmpfiles;

/// <summary>A POSIX access control list (acl(5)), as text and as the kernel's attribute (linux/posix_acl_xattr.h).</summary>
public sealed class AccessList
{
    private const ushort UserObj = 1, User = 2, GroupObj = 4, Group = 8, Mask = 0x10, Other = 0x20;
    private const uint NoId = uint.MaxValue;
    private readonly SortedDictionary<(ushort Tag, uint Id), ushort> _entries = [];

    public bool IsEmpty => _entries.Count == 0;

    /// <summary><c>u:name:rwx,d:g::rx</c>; an X is an x for folders only.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Parse(string text, bool isFolder, out AccessList access, out AccessList defaults)
    {
        (access, defaults) = (new(), new());
        var users = new UserDatabase();
        foreach (string entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split(':').ToList();
            bool isDefault = parts[0] is "d" or "default";
            if (isDefault)
                parts.RemoveAt(0);
            if (parts.Count == 2 && parts[0] is "m" or "mask" or "o" or "other")
                parts.Insert(1, "");
            if (parts.Count != 3 || Permissions(parts[2], isFolder) is not { } bits)
                return "Invalid argument";
            uint? id = parts[1].Length == 0 ? NoId : parts[0][0] == 'u' ? users.User(parts[1])?.Uid : users.Group(parts[1])?.Gid;
            ushort tag = parts[0] switch
            {
                "u" or "user" => parts[1].Length == 0 ? UserObj : User,
                "g" or "group" => parts[1].Length == 0 ? GroupObj : Group,
                "m" or "mask" => Mask,
                "o" or "other" => Other,
                _ => 0,
            };
            if (tag == 0 || id is null)
                return tag == 0 ? "Invalid argument" : "No such process";
            (isDefault ? defaults : access)._entries[(tag, id.Value)] = bits;
        }
        return null;
    }

    /// <summary>With what every list must have: the file's own permissions, and a mask over the named ones.</summary>
    /// <param name="existing">The list to add to.</param>
    public AccessList Over(byte[]? existing, uint mode)
    {
        var result = Decode(existing);
        foreach (var (key, bits) in _entries)
            result._entries[key] = bits;
        result._entries.TryAdd((UserObj, NoId), (ushort)(mode >> 6 & 7));
        result._entries.TryAdd((GroupObj, NoId), (ushort)(mode >> 3 & 7));
        result._entries.TryAdd((Other, NoId), (ushort)(mode & 7));
        if (!_entries.ContainsKey((Mask, NoId)) && result._entries.Keys.Any(k => k.Tag is User or Group))
            result._entries[(Mask, NoId)] = result._entries.Where(e => e.Key.Tag is User or Group or GroupObj).Aggregate((ushort)0, (all, e) => (ushort)(all | e.Value));
        return result;
    }

    public byte[] Encode()
    {
        var bytes = new byte[4 + 8 * _entries.Count];
        bytes[0] = 2; // POSIX_ACL_XATTR_VERSION
        int at = 4;
        foreach (var ((tag, id), bits) in _entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), tag);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 2), bits);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4), id);
            at += 8;
        }
        return bytes;
    }

    private static AccessList Decode(byte[]? bytes)
    {
        var list = new AccessList();
        for (int at = 4; at + 8 <= (bytes?.Length ?? 0); at += 8)
            list._entries[(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4)))] =
                BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 2));
        return list;
    }

    private static ushort? Permissions(string text, bool isFolder)
    {
        if (text.Length == 1 && text[0] is >= '0' and <= '7')
            return (ushort)(text[0] - '0');
        ushort bits = 0;
        foreach (char c in text)
            switch (c)
            {
                case 'r':
                    bits |= 4;
                    break;
                case 'w':
                    bits |= 2;
                    break;
                case 'x':
                    bits |= 1;
                    break;
                case 'X':
                    bits |= (ushort)(isFolder ? 1 : 0);
                    break;
                case '-':
                    break;
                default:
                    return null;
            }
        return bits;
    }
}
