using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Bus.Wire;
using Sereno.Units.Values;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>Properties whose value is no text and no plain number: flags, masks, and lists of several fields (org.freedesktop.systemd1(5)).</summary>
internal static partial class TransientSettings
{
    private const ulong Recursive = 0x4000; // MS_REC

    private static readonly (string Name, ulong Flag)[] s_propagation = [("shared", 1 << 20), ("slave", 1 << 19), ("private", 1 << 18)];

    private static readonly (string Name, ulong Flag)[] s_secureBits =
        [("noroot", 1), ("noroot-locked", 2), ("no-setuid-fixup", 4), ("no-setuid-fixup-locked", 8), ("keep-caps", 16), ("keep-caps-locked", 32)];

    private static readonly string[] s_numaPolicies = ["default", "preferred", "bind", "interleave", "local"];

    /// <summary>Null for what is said in the plain way.</summary>
    private static IEnumerable<KeyValuePair<string, string>>? Structured(string property, BusValue value) => (property, value.Signature) switch
    {
        ("RestrictNamespaces", "t") => [Of(property, Number(value) is var kept && (kept & Namespaces.All) == Namespaces.All ? "no" : kept == 0 ? "yes"
            : string.Join(' ', Namespaces.Flags.Where(f => (kept & f) != 0).Select(Namespaces.Name)))],
        ("CapabilityBoundingSet" or "AmbientCapabilities", "t") => Number(value) is var set && set == ulong.MaxValue ? [Of(property, "~")]
            : [Of(property, ""), Of(property, string.Join(' ', Capabilities.Names(set)))],
        ("SecureBits", "i") => [Of(property, Words(s_secureBits, Number(value)))],
        ("MountFlags", "t") => [Of(property, Words(s_propagation, Number(value)))],
        ("NUMAPolicy", "i") => [Of(property, Number(value) is var policy && policy < 5 ? s_numaPolicies[policy] : Refuse<string>(property))],
        ("CoredumpFilter", "t") => [Of(property, $"0x{Number(value):x}")],
        (_, "u") when property.EndsWith("Mode", StringComparison.Ordinal) || property == "UMask" => [Of(property, Convert.ToString((uint)value.Scalar!, 8))],
        (_, "u") when property.EndsWith("Scale", StringComparison.Ordinal) =>
            [Of(property[..^"Scale".Length], FormattableString.Invariant($"{Math.Round((uint)value.Scalar! * 100.0 / uint.MaxValue, 2)}%"))],
        ("FailureActionExitStatus" or "SuccessActionExitStatus", "i") => [Of(property, value.Scalar is -1 ? "" : $"{value.Scalar}")],
        ("StandardInputData", "ay") => [Of(property, Convert.ToBase64String((byte[])value.Scalar!))],
        (_, "ay") => [Of(property, Bits((byte[])value.Scalar!))],
        ("Paths", "a(ss)") => value.Items.Select(i => Of(Text(i.Items[0]), Escape(Text(i.Items[1])))),
        ("Listen", "a(ss)") => value.Items.Select(i => Of("Listen" + Text(i.Items[0]), Escape(Text(i.Items[1])))),
        ("Conditions" or "Asserts", "a(sbbs)") => value.Items.Select(i => Of(Text(i.Items[0]), (i.Items[1].Scalar is true ? "|" : "") + (i.Items[2].Scalar is true ? "!" : "") + Escape(Text(i.Items[3])))),
        ("LoadCredential" or "LoadCredentialEncrypted" or "TemporaryFileSystem" or "BPFProgram", "a(ss)") => Each(property, value, i =>
            Escape(Text(i.Items[1])) is { Length: > 0 } second ? $"{Escape(Text(i.Items[0]))}:{second}" : Escape(Text(i.Items[0]))),
        ("SetCredential" or "SetCredentialEncrypted", "a(say)") => Each(property, value, i => $"{Escape(Text(i.Items[0]))}:{Hex((byte[])i.Items[1].Scalar!)}"),
        (_, "a(ss)") => Each(property, value, i => $"{Escape(Text(i.Items[0]))} {Escape(Text(i.Items[1]))}".TrimEnd()),
        ("IODeviceLatencyTargetUSec", "a(st)") => Each("IODeviceLatencyTargetSec", value, i => $"{Escape(Text(i.Items[0]))} {Span(i.Items[1])}"),
        (_, "a(st)") => Each(property, value, i => $"{Escape(Text(i.Items[0]))} {(i.Items[1].Scalar is ulong.MaxValue ? "infinity" : i.Items[1].Scalar)}"),
        ("BindPaths" or "BindReadOnlyPaths", "a(ssbt)") => Each(property, value, i =>
            $"{(i.Items[2].Scalar is true ? "-" : "")}{Escape(Text(i.Items[0]))}:{Escape(Text(i.Items[1]))}:{((Number(i.Items[3]) & Recursive) != 0 ? "rbind" : "norbind")}"),
        (_, "a(iayu)") => Each(property, value, i => $"{Address(property, (byte[])i.Items[1].Scalar!)}/{i.Items[2].Scalar}"),
        (_, "a(iiqq)") => Each(property, value, Binding),
        (_, "(aiai)") => value.Items[0].Items.IsEmpty && value.Items[1].Items.IsEmpty ? [Of(property, "")]
            : [Of(property, string.Join(' ', value.Items[0].Items.Select(i => $"{i.Scalar}").Concat(value.Items[1].Items.Select(i => Signals.Name((int)i.Scalar!)))))],
        (_, "aay") => Each(property, value, i => Escape(Encoding.UTF8.GetString((byte[])i.Scalar!))),
        (_, "(bs)") => [Of(property, (value.Items[0].Scalar is true ? "-" : "") + Escape(Text(value.Items[1])))],
        _ => null,
    };

    /// <summary>A resource limit comes in two properties, hard and soft, and is one setting.</summary>
    public static void JoinLimits(List<KeyValuePair<string, string>> settings)
    {
        for (int i = 0; i < settings.Count; i++)
        {
            string key = settings[i].Key;
            if (!key.StartsWith("Limit", StringComparison.Ordinal) || !key.EndsWith("Soft", StringComparison.Ordinal))
                continue;
            int hard = settings.FindLastIndex(s => s.Key == key[..^4]);
            settings[i] = Of(key[..^4], hard < 0 ? settings[i].Value : $"{settings[i].Value}:{settings[hard].Value}");
            if (hard >= 0)
                settings.RemoveAt(hard);
            if (hard >= 0 && hard < i)
                i--;
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Each(string key, BusValue list, Func<BusValue, string> line) =>
        list.Items.IsEmpty ? [Of(key, "")] : list.Items.Select(i => Of(key, line(i)));

    private static ulong Number(BusValue value) => value.Scalar switch
    {
        ulong n => n,
        uint n => n,
        int n => (ulong)n,
        ushort n => n,
        _ => throw new BusException(BusErrors.InvalidArgs, "Invalid argument"),
    };

    private static string Words((string Name, ulong Flag)[] words, ulong set) => string.Join(' ', words.Where(w => (set & w.Flag) != 0).Select(w => w.Name));

    /// <summary>A mask, least significant byte first, as the list of its numbers.</summary>
    private static string Bits(byte[] mask) => string.Join(' ', Enumerable.Range(0, mask.Length * 8).Where(i => (mask[i / 8] >> (i % 8) & 1) != 0));

    private static string Hex(byte[] bytes) => string.Concat(bytes.Select(b => $"\\x{b:x2}"));

    private static string Address(string property, byte[] bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes).ToString() : Refuse<string>(property);

    /// <summary>Family, protocol, how many ports, and the first of them (SocketBindAllow=).</summary>
    private static string Binding(BusValue item)
    {
        var parts = new List<string>();
        if (Number(item.Items[0]) is not 0 and var family)
            parts.Add(family == 2 ? "ipv4" : "ipv6");
        if (Number(item.Items[1]) is not 0 and var protocol)
            parts.Add(protocol == (int)ProtocolType.Tcp ? "tcp" : "udp");
        ulong count = Number(item.Items[2]), first = Number(item.Items[3]);
        parts.Add(count == 0 ? "any" : count == 1 ? $"{first}" : $"{first}-{first + count - 1}");
        return string.Join(':', parts);
    }

    private static T Refuse<T>(string property) => throw new BusException(BusErrors.InvalidArgs, $"Invalid {property} setting");
}
