using System.Buffers;
using System.Text;

namespace Sereno.Serve;

/// <summary>A request's line and header fields (RFC 9112 2 to 6), read strictly: what is ambiguous is refused.</summary>
/// <param name="ContentLength">Bytes that follow; 0 when nothing says so.</param>
public sealed record RequestHead(string Method, string Target, string Version, bool KeepAlive, long ContentLength)
{
    // RFC 9110 5.6.2
    private static readonly SearchValues<char> s_token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Where the head ends in what has come so far, its empty line included; -1 if it doesn't yet.</summary>
    public static int EndOf(ReadOnlySpan<byte> bytes)
    {
        // A recipient may take LF alone for the end of a line (RFC 9112 2.2).
        int crlf = bytes.IndexOf("\n\r\n"u8), lf = bytes.IndexOf("\n\n"u8);
        return crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 3 : lf >= 0 ? lf + 2 : -1;
    }

    /// <returns>The head, or the status that refuses it: 400, 411 (a body of unknown length), 505.</returns>
    public static (RequestHead? Head, int Status) Parse(ReadOnlySpan<byte> bytes)
    {
        string[] lines = Encoding.Latin1.GetString(bytes).Split('\n').Select(l => l.EndsWith('\r') ? l[..^1] : l).ToArray();
        if (lines[0].Split(' ') is not [var method, var target, var version] || !IsToken(method) || target.Length == 0 || lines[0].AsSpan().ContainsAnyInRange('\0', '\x1f'))
            return (null, 400);
        if (version is not ['H', 'T', 'T', 'P', '/', >= '0' and <= '9', '.', >= '0' and <= '9'])
            return (null, 400);
        if (version[5] != '1')
            return (null, 505);
        bool modern = version[7] != '0';
        if (target[0] != '/' && target != "*" && !target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            return (null, 400);

        int hosts = 0;
        long? length = null;
        bool close = false, keepAlive = false, chunked = false;
        foreach (string line in lines.AsSpan(1))
        {
            if (line.Length == 0)
                break;
            // No space before the colon and no folded lines: both have been used to smuggle requests (RFC 9112 5).
            int colon = line.IndexOf(':');
            if (colon < 1 || !IsToken(line.AsSpan(0, colon)) || line.AsSpan().ContainsAny('\0', '\r'))
                return (null, 400);
            string value = line[(colon + 1)..].Trim(' ', '\t');
            switch (line[..colon].ToLowerInvariant())
            {
                case "host":
                    hosts++;
                    break;
                case "content-length":
                    if (value.Length is 0 or > 18 || value.AsSpan().ContainsAnyExceptInRange('0', '9') || length is { } other && other != long.Parse(value))
                        return (null, 400);
                    length = long.Parse(value);
                    break;
                case "transfer-encoding":
                    chunked = true;
                    break;
                case "connection":
                    foreach (string option in value.Split(',', StringSplitOptions.TrimEntries))
                    {
                        close |= option.Equals("close", StringComparison.OrdinalIgnoreCase);
                        keepAlive |= option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase);
                    }
                    break;
            }
        }
        if (hosts > 1 || modern && hosts == 0 || chunked && length is not null)
            return (null, 400);
        if (chunked)
            return (null, 411);
        return (new(method, target, version, !close && (modern || keepAlive), length ?? 0), 0);
    }

    private static bool IsToken(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(s_token);
}
