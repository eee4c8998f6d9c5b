using System.Net.Sockets;
using System.Text;

namespace Sereno.Serve;

/// <summary>HTTP/1.1 (RFC 9110, RFC 9112) with one page, at /.</summary>
public sealed class HttpProtocol : Protocol
{
    private const int MaxHead = 16 * 1024;

    /// <summary>A body is of no use to us; a larger one isn't even read.</summary>
    private const int MaxBody = 1024 * 1024;

    /// <summary>From its first byte, a head must be here within this.</summary>
    public TimeSpan HeadLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection is kept between two requests.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(2);

    public override async Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop)
    {
        var buffer = new ClientBuffer(client, MaxHead);
        while (await ReadHeadAsync(buffer, stop) is { } read)
        {
            var (head, status) = read;
            status = status != 0 ? status
                : head!.ContentLength > MaxBody ? 413
                : head.Method is not ("GET" or "HEAD") ? 405
                : PathOf(head.Target) == "/" ? 200 : 404;
            bool keep = head is { KeepAlive: true } && status != 413 && await SkipBodyAsync(buffer, head.ContentLength, stop);
            byte[] body = Encoding.UTF8.GetBytes(status == 200 ? Page(client, peer) : $"{status} {ReasonOf(status)}\n");
            string header = $"HTTP/1.1 {status} {ReasonOf(status)}\r\nDate: {DateTime.UtcNow:R}\r\nServer: sereno\r\nContent-Type: text/plain; charset=utf-8\r\n" +
                $"Content-Length: {body.Length}\r\n{(status == 405 ? "Allow: GET, HEAD\r\n" : "")}Connection: {(keep ? "keep-alive" : "close")}\r\n\r\n";
            byte[] answer = [.. Encoding.ASCII.GetBytes(header), .. head?.Method == "HEAD" ? [] : body];
            await SendAsync(client, answer, HeadLimit, stop);
            log($"{peer} {(head is null ? "-" : $"\"{head.Method} {head.Target} {head.Version}\"")} {status} {body.Length}");
            if (keep)
                continue;
            await buffer.LingerAsync(stop);
            return;
        }
    }

    /// <returns>Null when the client left or was idle too long; otherwise a head, or the status to refuse it with.</returns>
    private async Task<(RequestHead? Head, int Status)?> ReadHeadAsync(ClientBuffer buffer, CancellationToken stop)
    {
        long start = 0;
        while (true)
        {
            // Empty lines before a request are to be ignored (RFC 9112 2.2).
            buffer.Take(buffer.Unread.Span.IndexOfAnyExcept("\r\n"u8) is >= 0 and var lines ? lines : buffer.Unread.Length);
            int end = RequestHead.EndOf(buffer.Unread.Span);
            if (end >= 0)
            {
                var result = RequestHead.Parse(buffer.Unread.Span[..end]);
                buffer.Take(end);
                return result;
            }
            if (buffer.IsFull)
                return (null, 431);
            if (!buffer.Unread.IsEmpty && start == 0)
                start = Environment.TickCount64;
            var limit = start == 0 ? IdleLimit : HeadLimit - TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
            var (more, timedOut) = await buffer.FillAsync(limit, stop);
            if (!more)
                return buffer.Unread.IsEmpty ? null : (null, timedOut ? 408 : 400);
            // Empty lines count too: the clock starts with whatever comes first.
            start = start == 0 ? Environment.TickCount64 : start;
        }
    }

    /// <summary>False when not all of it came.</summary>
    private async Task<bool> SkipBodyAsync(ClientBuffer buffer, long length, CancellationToken stop)
    {
        while (true)
        {
            int part = (int)Math.Min(length, buffer.Unread.Length);
            buffer.Take(part);
            length -= part;
            if (length == 0)
                return true;
            if (!(await buffer.FillAsync(HeadLimit, stop)).More)
                return false;
        }
    }

    /// <summary>The path of a target in origin or absolute form, without its query.</summary>
    private static string PathOf(string target)
    {
        int scheme = target.IndexOf("://", StringComparison.Ordinal), from = target[0] == '/' ? 0 : scheme < 0 ? -1 : target.IndexOf('/', scheme + 3);
        return from < 0 ? scheme < 0 ? target : "/" : target[from..].Split('?', '#')[0];
    }

    private static string Page(Socket client, string peer) => $"""
        Ave María Purísima, las {DateTime.Now:HH:mm} y sereno.

        server {PeerName.Of(client.LocalEndPoint)} (pid {Environment.ProcessId})
        client {peer}

        """;

    private static string ReasonOf(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        505 => "HTTP Version Not Supported",
        _ => "",
    };
}
