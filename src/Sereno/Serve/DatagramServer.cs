using System.Net;
using System.Net.Sockets;

namespace Sereno.Serve;

/// <summary>Answers datagrams, one after the other.</summary>
public static class DatagramServer
{
    // A source port below it is a server's: two that answer one another would never end (CERT CA-1996-01).
    private const int FirstClientPort = 1024;

    /// <param name="once">Until one was answered.</param>
    public static async Task RunAsync(Socket socket, Protocol protocol, bool once, Action<string> log, CancellationToken stop)
    {
        byte[] buffer = new byte[64 * 1024];
        EndPoint any = socket.AddressFamily == AddressFamily.InterNetworkV6 ? new IPEndPoint(IPAddress.IPv6Any, 0)
            : socket.AddressFamily == AddressFamily.Unix ? new UnixDomainSocketEndPoint("/") : new IPEndPoint(IPAddress.Any, 0);
        try
        {
            do
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, stop);
                if (got.RemoteEndPoint is IPEndPoint { Port: < FirstClientPort })
                    continue;
                log($"{PeerName.Of(got.RemoteEndPoint)} {got.ReceivedBytes} bytes");
                await Task.Delay(protocol.Slow, stop);
                if (protocol.Answer(buffer.AsSpan(0, got.ReceivedBytes)) is { } answer)
                    await AnswerAsync(socket, answer, got.RemoteEndPoint, stop);
            }
            while (!once);
        }
        catch (OperationCanceledException)
        {
            // We were told to end.
        }
    }

    private static async Task AnswerAsync(Socket socket, byte[] answer, EndPoint client, CancellationToken stop)
    {
        try
        {
            await socket.SendToAsync(answer, SocketFlags.None, client, stop);
        }
        catch (SocketException)
        {
            // It has gone, or has no address to answer to; the next one may be there.
        }
    }
}
