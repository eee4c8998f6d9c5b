using Sereno.Linux;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>A dump of TCP sockets that was recorded as the kernel answered it (ss -D FILE), read again as iproute2 does: up to the
/// first end of a dump.</summary>
public static class RecordedDump
{
    private const int LongestMessage = 1 << 24;

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
        string reading = "Reading header from";
        try
        {
            while (Fill(file, message.AsSpan(0, NetlinkMessage.HeaderLength)))
            {
                reading = "Reading";
                if (!ReadBody(file, ref message, out int length) || !new NetlinkReader(message.AsSpan(0, length)).Next(out var found))
                    break;
                if (found.Type == NetlinkMessage.Done)
                    return;
                if (found.Type == NetlinkMessage.Error)
                {
                    // nlmsgerr: the error and the request that it answers
                    complain(found.Payload.Length < 20 ? "ERROR truncated\n" : $"TCPDIAG answered: {Errno.Text(found.ErrorNumber)}\n");
                    return;
                }
                if (found.Payload.Length > InetDiag.MessageLength)
                    TellDeficit(found.Payload[InetDiag.MessageLength..], complain);
                into.AppendInet(found.Payload, SocketProtocol.Tcp);
                reading = "Reading header from";
            }
            complain("Unexpected EOF reading $TCPDIAG_FILE");
        }
        catch (LinuxException e)
        {
            complain($"{reading} $TCPDIAG_FILE: {Errno.Text(e.Number)}\n");
        }
    }

    // What is left where attributes don't add up to their message (rtnetlink(3)'s RTA_OK).
    private static void TellDeficit(ReadOnlySpan<byte> attributes, Action<string> complain)
    {
        while (attributes.Length >= 4)
        {
            int length = BitConverter.ToUInt16(attributes);
            if (length < 4 || length > attributes.Length)
            {
                string deficit = $"!!!Deficit {attributes.Length}, rta_len={length}\n";
                complain(deficit + deficit); // ss reads them twice: to filter, and to print
                return;
            }
            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }
    }

    private static bool ReadBody(Fd file, ref byte[] message, out int length)
    {
        length = BitConverter.ToInt32(message);
        if (length is < NetlinkMessage.HeaderLength or > LongestMessage)
            return false;
        int padded = (length + 3) & ~3;
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
