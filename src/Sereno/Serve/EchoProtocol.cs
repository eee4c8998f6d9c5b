using System.Net.Sockets;

namespace Sereno.Serve;

/// <summary>Sends every line back (RFC 862, by lines). A client that says nothing for long is let go.</summary>
public sealed class EchoProtocol : Protocol
{
    private const int MaxLine = 16 * 1024;

    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(10);

    public override bool SpeaksDatagrams => true;

    public override byte[] Answer(ReadOnlySpan<byte> datagram) => datagram.ToArray();

    public override async Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop)
    {
        var buffer = new ClientBuffer(client, MaxLine);
        int lines = 0;
        string end = "closed";
        log($"{peer} connected");
        try
        {
            while (true)
            {
                int whole = buffer.Unread.Span.LastIndexOf((byte)'\n') + 1;
                if (whole > 0)
                {
                    lines += buffer.Unread.Span[..whole].Count((byte)'\n');
                    await SendAsync(client, buffer.Unread[..whole], IdleLimit, stop);
                    buffer.Take(whole);
                }
                if (buffer.IsFull)
                {
                    end = "line too long";
                    return;
                }
                var (more, timedOut) = await buffer.FillAsync(IdleLimit, stop);
                if (!more)
                {
                    // A last line without its end is a line all the same.
                    if (!timedOut && buffer.Unread.Length > 0)
                    {
                        lines++;
                        await SendAsync(client, buffer.Unread, IdleLimit, stop);
                    }
                    end = timedOut ? "timed out" : end;
                    return;
                }
            }
        }
        finally
        {
            log($"{peer} {end}, {lines} lines");
        }
    }
}
