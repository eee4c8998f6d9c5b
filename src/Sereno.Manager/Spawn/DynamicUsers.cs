using System.Runtime.InteropServices;
using System.Text;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn;

/// <summary>DynamicUser=: names and numbers as systemd makes them, so that folders of former runs keep their owner (systemd.exec(5)).</summary>
public static class DynamicUsers
{
    public const uint First = 61184, Last = 65519;

    private static ReadOnlySpan<byte> NumberKey => [0x37, 0x53, 0x7e, 0x31, 0xcf, 0xce, 0x48, 0xf5, 0x8a, 0xbb, 0x39, 0x57, 0x8d, 0xd9, 0xec, 0x59];
    private static ReadOnlySpan<byte> NameKey => [0x58, 0x1a, 0xaf, 0xe6, 0x28, 0x58, 0x4e, 0x96, 0xb4, 0x4e, 0xf5, 0x3b, 0x8c, 0x92, 0x07, 0xec];

    /// <summary>The unit's name without instance and type, where that is fit for an account.</summary>
    public static string NameOf(UnitName unit) =>
        unit.Prefix is { Length: > 0 and < 32 } name && !char.IsAsciiDigit(name[0]) && name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : $"_du{Hash(NameKey, unit.Prefix):x16}";

    /// <summary>The number to try first for a name.</summary>
    public static uint Hash(string name) => Clamp((uint)Hash(NumberKey, name));

    /// <summary>The one to try when a number is taken.</summary>
    public static uint Next(uint number) => number == Last ? First : number + 1;

    private static uint Clamp(uint hash) => hash % (Last - First + 1) + First;

    private static ulong Hash(ReadOnlySpan<byte> key, string text) => SipHash.Hash(Encoding.UTF8.GetBytes(text), MemoryMarshal.Read<UInt128>(key));
}
