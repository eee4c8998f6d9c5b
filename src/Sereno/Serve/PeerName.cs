using System.Net;
using System.Net.Sockets;

namespace Sereno.Serve;

/// <summary>What a client is called in the log.</summary>
internal static class PeerName
{
    public static string Of(Socket client)
    {
        try
        {
            return Of(client.RemoteEndPoint);
        }
        catch (SocketException)
        {
            return "-"; // it has gone already
        }
    }

    public static string Of(EndPoint? end) => end switch
    {
        IPEndPoint => end.ToString()!,
        UnixDomainSocketEndPoint when end.ToString() is { Length: > 0 } path and not "/" => path,
        UnixDomainSocketEndPoint => "unix",
        _ => "-",
    };
}
