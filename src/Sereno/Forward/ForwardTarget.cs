using Sereno.Texts;

namespace Sereno.Forward;

internal enum ForwardKind { Syslog, JsonLines, Http, Otlp }

internal enum ForwardTransport { Udp, Tcp, Tls, UnixDatagram, UnixStream, Http }

/// <summary>Where entries go, as an address says it.</summary>
/// <param name="Shown">As errors name it: without a password.</param>
/// <param name="Path">Of a Unix socket.</param>
/// <param name="Address">Of HTTP.</param>
internal sealed record ForwardTarget(ForwardKind Kind, ForwardTransport Transport, string Shown, string Host = "", int Port = 0, string Path = "", Uri? Address = null)
{
    private const int SyslogPort = 514, SyslogTlsPort = 6514, OtlpPort = 4318;
    private const string OtlpPath = "/v1/logs";

    /// <exception cref="FormatException">It is none that is known.</exception>
    public static ForwardTarget Parse(string text)
    {
        int colon = text.IndexOf(':');
        string scheme = colon < 0 ? "" : text[..colon].ToLowerInvariant(), rest = text[(colon + 1)..];
        return scheme switch
        {
            "syslog" or "syslog+udp" => Remote(text, ForwardKind.Syslog, ForwardTransport.Udp, SyslogPort),
            // What logger, rsyslog and syslog-ng take where no port is said; 601 (RFC 3195) nobody listens on.
            "syslog+tcp" => Remote(text, ForwardKind.Syslog, ForwardTransport.Tcp, SyslogPort),
            "syslog+tls" => Remote(text, ForwardKind.Syslog, ForwardTransport.Tls, SyslogTlsPort),
            "syslog+unix" => Local(text, rest, ForwardTransport.UnixDatagram),
            "syslog+unix-stream" => Local(text, rest, ForwardTransport.UnixStream),
            "tcp" => Remote(text, ForwardKind.JsonLines, ForwardTransport.Tcp, 0),
            "tls" => Remote(text, ForwardKind.JsonLines, ForwardTransport.Tls, 0),
            "http" or "https" => Web(text, ForwardKind.Http, scheme),
            "otlp" => Web(text, ForwardKind.Otlp, "http"),
            "otlps" => Web(text, ForwardKind.Otlp, "https"),
            _ => throw Bad(WithoutUser(text)),
        };
    }

    private static ForwardTarget Remote(string text, ForwardKind kind, ForwardTransport transport, int otherwise)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.PathAndQuery is not ("" or "/"))
            throw Bad(WithoutUser(text));
        if (uri.UserInfo.Length > 0)
            throw new FormatException(Text.Current.Forward.NoUser(Printable.Of(WithoutUser(text))));
        int port = uri.Port > 0 ? uri.Port : otherwise;
        return port == 0 ? throw Bad(text) : new(kind, transport, text, uri.IdnHost, port);
    }

    /// <summary>syslog+unix:/dev/log and syslog+unix:///dev/log.</summary>
    private static ForwardTarget Local(string text, string rest, ForwardTransport transport)
    {
        string path = rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest;
        return path is ['/', _, ..] or ['@', _, ..] ? new(ForwardKind.Syslog, transport, text, Path: path) : throw Bad(text);
    }

    private static ForwardTarget Web(string text, ForwardKind kind, string scheme)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw Bad(WithoutUser(text));
        var address = new UriBuilder(uri) { Scheme = scheme, Port = uri.Port > 0 ? uri.Port : OtlpPort };
        if (kind == ForwardKind.Otlp && uri.AbsolutePath is "" or "/")
            address.Path = OtlpPath;
        return new(kind, ForwardTransport.Http, uri.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped), Address: address.Uri);
    }

    /// <summary>Of an address that may be wrong: all that can be a password is left out.</summary>
    private static string WithoutUser(string text)
    {
        int start = text.IndexOf(':') + 1, at = text.LastIndexOf('@');
        while (start < at && text[start] == '/')
            start++;
        return at < start ? text : text[..start] + text[(at + 1)..];
    }

    private static FormatException Bad(string text) => new(Text.Current.Forward.BadTarget(Printable.Of(text)));
}
