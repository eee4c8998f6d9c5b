using System.Runtime.InteropServices;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>ss's rows of packet sockets: a link-layer protocol and an interface where others have address and port.</summary>
internal sealed class PacketRows(SsCells cells, SsOptions options, SsNames names, ByteArena arena)
{
    private const int AllProtocols = 3; // ETH_P_ALL

    public void Write(in PacketRecord socket)
    {
        cells.Begin(socket.Kind == SocketKind.Raw ? "p_raw"u8 : "p_dgr"u8, TcpState.Close, socket.ReceiveQueue, 0);
        cells.WriteEnd(SsColumn.Local, socket.EtherType == AllProtocols ? "*" : names.EtherTypeOf(socket.EtherType), ':',
            socket.Interface == 0 ? "*" : names.InterfaceOf(socket.Interface));
        cells.WriteEnd(SsColumn.Peer, "", '*', "");
        cells.SeekDetails();
        if (options.Processes || options.Threads)
            cells.WriteProcesses(socket.Inode);
        if (options.Extended)
            InetRows.WriteIdentity(cells.Details, socket.Uid, socket.Inode, socket.Cookie);
        var attributes = arena[socket.Details];
        if (options.Extended)
            WriteExtended(attributes);
        if (options.Bpf && AttributeReader.Has(attributes, PacketDiag.AttributeFilter, out var filter))
            WriteFilter(MemoryMarshal.Cast<byte, libc.sock_filter>(filter));
        if (options.Memory)
            cells.WriteSocketMemory(AttributeReader.Find(attributes, PacketDiag.AttributeMemory));
    }

    private void WriteExtended(ReadOnlySpan<byte> attributes)
    {
        if (MemoryMarshal.TryRead<libc.packet_diag_info>(AttributeReader.Find(attributes, PacketDiag.AttributeInformation), out var info))
            WriteInformation(info);
        if (MemoryMarshal.TryRead<libc.packet_diag_ring>(AttributeReader.Find(attributes, PacketDiag.AttributeReceiveRing), out var receive))
            WriteRing("ring_rx("u8, receive);
        if (MemoryMarshal.TryRead<libc.packet_diag_ring>(AttributeReader.Find(attributes, PacketDiag.AttributeSendRing), out var send))
            WriteRing("ring_tx("u8, send);
        if (MemoryMarshal.TryRead<uint>(AttributeReader.Find(attributes, PacketDiag.AttributeFanout), out uint fanout))
            WriteFanout(fanout);
    }

    private void WriteInformation(in libc.packet_diag_info info)
    {
        var cell = cells.BeginLine();
        cell.Append("ver:"u8);
        cell.Append((int)info.pdi_version);
        cell.Append(" cpy_thresh:"u8);
        cell.Append((int)info.pdi_copy_thresh);
        cell.Append(" flags( "u8);
        uint flags = info.pdi_flags;
        if ((flags & libc.PDI_RUNNING) != 0)
            cell.Append("running"u8);
        if ((flags & libc.PDI_AUXDATA) != 0)
            cell.Append(" auxdata"u8);
        if ((flags & libc.PDI_ORIGDEV) != 0)
            cell.Append(" origdev"u8);
        if ((flags & libc.PDI_VNETHDR) != 0)
            cell.Append(" vnethdr"u8);
        if ((flags & libc.PDI_LOSS) != 0)
            cell.Append(" loss"u8);
        if (flags == 0)
            cell.Append('0');
        cell.Append(" )"u8);
    }

    private void WriteRing(ReadOnlySpan<byte> name, in libc.packet_diag_ring ring)
    {
        var cell = cells.BeginLine();
        cell.Append(name);
        cell.Append("blk_size:"u8);
        cell.Append((int)ring.pdr_block_size);
        cell.Append(",blk_nr:"u8);
        cell.Append((int)ring.pdr_block_nr);
        cell.Append(",frm_size:"u8);
        cell.Append((int)ring.pdr_frame_size);
        cell.Append(",frm_nr:"u8);
        cell.Append((int)ring.pdr_frame_nr);
        cell.Append(",tmo:"u8);
        cell.Append((int)ring.pdr_retire_tmo);
        cell.Append(",features:0x"u8);
        cell.AppendHex(ring.pdr_features);
        cell.Append(')');
    }

    // PACKET_FANOUT_* of linux/if_packet.h.
    private void WriteFanout(uint fanout)
    {
        var cell = cells.BeginLine();
        cell.Append("fanout(id:"u8);
        cell.Append(fanout & 0xFFFF);
        cell.Append(",type:"u8);
        uint type = fanout >> 16;
        string[] types = ["hash", "lb", "cpu", "roll", "random", "qm"];
        cell.Append(type < types.Length ? types[type] : $"0x{type:x}");
        cell.Append(')');
    }

    private void WriteFilter(ReadOnlySpan<libc.sock_filter> program)
    {
        var cell = cells.BeginLine();
        cell.Append("bpf filter ("u8);
        cell.Append(program.Length);
        cell.Append("): "u8);
        foreach (ref readonly var instruction in program)
        {
            cell.Append(" 0x"u8);
            cell.AppendHex(instruction.code, 2);
            cell.Append(' ');
            cell.Append(instruction.jt);
            cell.Append(' ');
            cell.Append(instruction.jf);
            cell.Append(' ');
            cell.Append(instruction.k);
            cell.Append(',');
        }
    }
}
