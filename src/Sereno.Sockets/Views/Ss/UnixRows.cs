using System.Buffers.Binary;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>ss's rows of unix sockets: names and inodes where others have addresses and ports.</summary>
internal sealed class UnixRows(SsCells cells, SsOptions options, ByteArena arena)
{

    public void Write(in UnixRecord socket)
    {
        cells.Begin(NetidOf(socket.Kind), socket.State, socket.ReceiveQueue, socket.SendQueue);
        WriteName(cells.Seek(SsColumn.Local), socket.Name.Span);
        cells.Seek(SsColumn.LocalPort).Append((int)socket.Inode);
        cells.WriteEnd(SsColumn.Peer, "*"u8, ' ', (int)socket.PeerInode);
        cells.SeekDetails();
        if (options.Processes || options.Threads)
            cells.WriteProcesses(socket.Inode);
        if (!socket.IsFromText)
            WriteDetails(socket);
    }

    private static ReadOnlySpan<byte> NetidOf(SocketKind kind) => kind switch
    {
        SocketKind.Stream => "u_str"u8,
        SocketKind.SeqPacket => "u_seq"u8,
        _ => "u_dgr"u8,
    };

    // Every zero of an abstract name is shown as "@".
    private static void WriteName(Utf8Buffer cell, ReadOnlySpan<byte> name)
    {
        int start = cell.Length;
        if (name.IsEmpty)
            cell.Append('*');
        cell.Append(name);
        if (name is [0, ..])
            cell[start..].Replace((byte)0, (byte)'@');
        cell.Append(' ');
    }

    private void WriteDetails(in UnixRecord socket)
    {
        var attributes = arena[socket.Details];
        if (options.Memory)
            cells.WriteSocketMemory(AttributeReader.Find(attributes, UnixDiag.AttributeMemory));
        if (!options.Extended)
            return;
        if (socket.Shutdown is byte mask)
            cells.WriteShutdown(mask);
        var cell = cells.Details;
        if (socket.FileInode != 0)
        {
            // The kernel's own numbering of devices, taken apart by glibc's: that is how ss shows it.
            uint device = socket.FileDevice;
            cell.Append(" ino:"u8);
            cell.Append(socket.FileInode);
            cell.Append(" dev:"u8);
            cell.Append(device >> 8 & 0xFFF);
            cell.Append('/');
            cell.Append((device & 0xFF) | (device >> 12 & 0xFFFFFF00));
        }
        if (AttributeReader.Has(attributes, UnixDiag.AttributeConnectionsWaiting, out var waiting))
        {
            cell.Append(" peers:"u8);
            for (; waiting.Length >= 4; waiting = waiting[4..])
            {
                cell.Append(' ');
                cell.Append(BinaryPrimitives.ReadUInt32LittleEndian(waiting));
            }
        }
    }
}
