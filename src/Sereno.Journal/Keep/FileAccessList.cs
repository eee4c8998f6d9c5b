using System.Buffers.Binary;
using Sereno.Linux;

namespace Sereno.Journal.Keep;

/// <summary>acl(5), as Linux keeps it: a u32 version, then a u16 tag, u16 permissions and u32 id for each entry, ordered by them.</summary>
internal static class FileAccessList
{
    private const string Name = "system.posix_acl_access";
    private const uint Version = 2, NoId = uint.MaxValue;
    private const ushort Owner = 1, User = 2, Group = 4, NamedGroup = 8, Mask = 16, Others = 32, Read = 4;

    /// <summary>Lets an account read a file; what others may do stays.</summary>
    /// <returns>0, or an errno: not every file system has lists.</returns>
    public static int LetRead(Fd file, uint uid)
    {
        uint mode = FileStatus.Of(file).Mode;
        var entries = Parse(OpenFolder.GetAttribute(file, Name)) ??
            [(Owner, (ushort)(mode >> 6 & 7), NoId), (Group, (ushort)(mode >> 3 & 7), NoId), (Others, (ushort)(mode & 7), NoId)];
        bool hasMask = entries.Exists(e => e.Tag == Mask);
        ushort mask = Read;
        foreach (var (tag, rights, _) in entries)
            if (hasMask ? tag == Mask : tag is User or Group or NamedGroup)
                mask |= rights;
        entries.RemoveAll(e => e.Tag == Mask || e.Tag == User && e.Id == uid);
        entries.AddRange([(User, Read, uid), (Mask, mask, NoId)]);
        return OpenFolder.SetAttribute(file, Name, Format(entries));
    }

    private static List<(ushort Tag, ushort Rights, uint Id)>? Parse(byte[]? bytes)
    {
        if (bytes is null || bytes.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Version)
            return null;
        var entries = new List<(ushort, ushort, uint)>();
        for (var rest = bytes.AsSpan(4); rest.Length >= 8; rest = rest[8..])
            entries.Add((BinaryPrimitives.ReadUInt16LittleEndian(rest), BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])));
        return entries;
    }

    private static byte[] Format(List<(ushort Tag, ushort Rights, uint Id)> entries)
    {
        var bytes = new byte[4 + 8 * entries.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Version);
        var rest = bytes.AsSpan(4);
        foreach (var (tag, rights, id) in entries.OrderBy(e => e.Tag).ThenBy(e => e.Id))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], rights);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], id);
            rest = rest[8..];
        }
        return bytes;
    }
}
