using Sereno.Linux;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>A dump of TCP sockets that was recorded as the kernel answered it (ss -D FILE), read again as iproute2 does: up to the
/// first end of a dump.</summary>
public static class RecordedDump
{
    /// <summary>Adds its sockets; what is wrong with the file is told in iproute2's words.</summary>
    public static void Read(string path, SocketDump into, Action<string> complain)
    {
        using var file = Files.TryOpen(path, 0, out int errno);
        if (file is null)
        {
            complain($"fopen($TCPDIAG_FILE): {Errno.Text(errno)}\n");
            return;
        }
        byte[] message = new byte[NetlinkMessage.HeaderLength];
        while (ReadMessage(file, ref message, out int length))
        {
            var reader = new NetlinkReader(message.AsSpan(0, length));
            if (!reader.Next(out var found))
                break;
            if (found.Type == NetlinkMessage.Done)
                return;
            if (found.Type == NetlinkMessage.Error)
            {
                // nlmsgerr: the error and the request that it answers
                complain(found.Payload.Length < 20 ? "ERROR truncated\n" : $"TCPDIAG answered: {Errno.Text(found.ErrorNumber)}\n");
                return;
            }
            into.AppendInet(found.Payload, SocketProtocol.Tcp);
        }
        complain("Unexpected EOF reading $TCPDIAG_FILE");
    }

    private static bool ReadMessage(Fd file, ref byte[] message, out int length)
    {
        length = 0;
        if (!Fill(file, message.AsSpan(0, NetlinkMessage.HeaderLength)))
            return false;
        length = BitConverter.ToInt32(message);
        int padded = (length + 3) & ~3;
        if (length < NetlinkMessage.HeaderLength || padded > 1 << 24)
            return false;
        if (message.Length < padded)
            Array.Resize(ref message, padded);
        return Fill(file, message.AsSpan(NetlinkMessage.HeaderLength, padded - NetlinkMessage.HeaderLength));
    }

    private static bool Fill(Fd file, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int n = file.Read(buffer);
            if (n <= 0)
                return false;
            buffer = buffer[n..];
        }
        return true;
    }
}
