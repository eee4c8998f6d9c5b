using System.Buffers.Binary;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What is layered on a TCP socket (INET_DIAG_ULP_INFO): TLS in the kernel, or a subflow of MPTCP.</summary>
internal static class UpperLayerText
{
    // linux/tls.h
    private const int TlsVersion = 1, TlsCipher = 2, TlsSend = 3, TlsReceive = 4, TlsZeroCopy = 5;

    public static void Write(Utf8Buffer cell, ReadOnlySpan<byte> attribute)
    {
        var name = Text(AttributeReader.Find(attribute, libc.INET_ULP_INFO_NAME), maxLength: int.MaxValue);
        if (AttributeReader.Has(attribute, libc.INET_ULP_INFO_NAME, out _))
        {
            cell.Append(" tcp-ulp-"u8);
            cell.Append(name);
        }
        if (AttributeReader.Has(attribute, libc.INET_ULP_INFO_TLS, out var tls))
            WriteTls(cell, tls);
        if (AttributeReader.Has(attribute, libc.INET_ULP_INFO_MPTCP, out var subflow))
            MptcpText.WriteSubflow(cell, subflow);
    }

    /// <summary>A string attribute up to its zero.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value, int maxLength)
    {
        int end = value.IndexOf((byte)0);
        value = end < 0 ? value : value[..end];
        return value[..Math.Min(value.Length, maxLength)];
    }

    private static void WriteTls(Utf8Buffer cell, ReadOnlySpan<byte> tls)
    {
        if (Number(tls, TlsVersion) is int version)
            cell.Append(version switch { 0x0303 => " version: 1.2", 0x0304 => " version: 1.3", _ => $" version: unknown({version})" });
        if (Number(tls, TlsCipher) is int cipher)
            cell.Append(cipher switch { 51 => " cipher: aes-gcm-128", 52 => " cipher: aes-gcm-256", _ => "" });
        if (Number(tls, TlsReceive) is int receive)
            cell.Append($" rxconf: {Configuration(receive)}");
        if (Number(tls, TlsSend) is int send)
            cell.Append($" txconf: {Configuration(send)}");
        if (AttributeReader.Has(tls, TlsZeroCopy, out _))
            cell.Append(" zc_ro_tx"u8);
    }

    private static string Configuration(int value) => value switch
    {
        1 => "none",
        2 => "sw",
        3 => "hw",
        4 => "hw-record",
        _ => $"unknown({value})",
    };

    private static int? Number(ReadOnlySpan<byte> attributes, int type) =>
        AttributeReader.Find(attributes, type) is { Length: >= 2 } value ? BinaryPrimitives.ReadUInt16LittleEndian(value) : null;
}
