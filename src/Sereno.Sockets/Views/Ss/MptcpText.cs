using System.Runtime.InteropServices;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What ss -i tells of Multipath TCP (RFC 8684): a connection's mptcp_info, and a subflow's part in one.</summary>
internal static class MptcpText
{
    /// <summary>Letters of MPTCP_SUBFLOW_FLAG_*, from bit 0: capable, join and backup (remote, local), established, connected, mapped.</summary>
    private static ReadOnlySpan<byte> FlagLetters => "MmJjBbecv"u8;

    public static void WriteInformation(Utf8Buffer cell, ReadOnlySpan<byte> attribute)
    {
        if (attribute.IsEmpty)
            return;
        TcpInfoText.Complete(attribute, out libc.mptcp_info info);
        TcpInfoText.Some(cell, " subflows:"u8, (uint)info.mptcpi_subflows);
        TcpInfoText.Some(cell, " add_addr_signal:"u8, (uint)info.mptcpi_add_addr_signal);
        TcpInfoText.Some(cell, " add_addr_accepted:"u8, (uint)info.mptcpi_add_addr_accepted);
        TcpInfoText.Some(cell, " subflows_max:"u8, (uint)info.mptcpi_subflows_max);
        TcpInfoText.Some(cell, " add_addr_signal_max:"u8, (uint)info.mptcpi_add_addr_signal_max);
        TcpInfoText.Some(cell, " add_addr_accepted_max:"u8, (uint)info.mptcpi_add_addr_accepted_max);
        if ((info.mptcpi_flags & libc.MPTCP_INFO_FLAG_FALLBACK) != 0)
            cell.Append(" fallback"u8);
        if ((info.mptcpi_flags & libc.MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED) != 0)
            cell.Append(" remote_key"u8);
        SomeHex(cell, " token:"u8, info.mptcpi_token);
        SomeHex(cell, " write_seq:"u8, info.mptcpi_write_seq);
        SomeHex(cell, " snd_una:"u8, info.mptcpi_snd_una);
        SomeHex(cell, " rcv_nxt:"u8, info.mptcpi_rcv_nxt);
    }

    public static void WriteSubflow(Utf8Buffer cell, ReadOnlySpan<byte> subflow)
    {
        WriteFlags(cell, Find<uint>(subflow, libc.MPTCP_SUBFLOW_ATTR_FLAGS) ?? 0);
        if (Find<uint>(subflow, libc.MPTCP_SUBFLOW_ATTR_TOKEN_REM) is uint remote && Find<uint>(subflow, libc.MPTCP_SUBFLOW_ATTR_TOKEN_LOC) is uint local
            && Find<byte>(subflow, libc.MPTCP_SUBFLOW_ATTR_ID_REM) is byte remoteId && Find<byte>(subflow, libc.MPTCP_SUBFLOW_ATTR_ID_LOC) is byte localId)
        {
            WriteToken(cell, " token:"u8, remote, remoteId);
            WriteToken(cell, "/"u8, local, localId);
        }
        Hex(cell, " seq:"u8, Find<ulong>(subflow, libc.MPTCP_SUBFLOW_ATTR_MAP_SEQ));
        Hex(cell, " sfseq:"u8, Find<uint>(subflow, libc.MPTCP_SUBFLOW_ATTR_MAP_SFSEQ));
        Hex(cell, " ssnoff:"u8, Find<uint>(subflow, libc.MPTCP_SUBFLOW_ATTR_SSN_OFFSET));
        // The kernel sends two bytes; ss reads four, and finds padding in the others.
        if (AttributeReader.Has(subflow, libc.MPTCP_SUBFLOW_ATTR_MAP_DATALEN, out var length) && length.Length >= 2)
            Hex(cell, " maplen:"u8, MemoryMarshal.Read<ushort>(length));
    }

    private static void WriteFlags(Utf8Buffer cell, uint flags)
    {
        if (flags == 0)
            return;
        cell.Append(" flags:"u8);
        for (int i = 0; i < FlagLetters.Length; i++)
            if ((flags >> i & 1) != 0)
                cell.Append((char)FlagLetters[i]);
    }

    private static void WriteToken(Utf8Buffer cell, ReadOnlySpan<byte> name, uint token, byte id)
    {
        cell.Append(name);
        cell.AppendHex(token, 4);
        cell.Append("(id:"u8);
        cell.Append(id);
        cell.Append(')');
    }

    private static void SomeHex(Utf8Buffer cell, ReadOnlySpan<byte> name, ulong number)
    {
        if (number != 0)
            Hex(cell, name, number);
    }

    private static void Hex(Utf8Buffer cell, ReadOnlySpan<byte> name, ulong? number)
    {
        if (number is not ulong some)
            return;
        cell.Append(name);
        cell.AppendHex(some);
    }

    private static T? Find<T>(ReadOnlySpan<byte> attributes, int type) where T : unmanaged =>
        MemoryMarshal.TryRead(AttributeReader.Find(attributes, type), out T value) ? value : null;
}
