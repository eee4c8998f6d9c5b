using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager;

namespace Sereno.Roles;

/// <summary>/dev/log: what programs say with syslog(3), until a log daemon takes the place.</summary>
public sealed class DevLog : IDisposable
{
    public const string Name = "dev-log";
    private const string Path = "/dev/log";
    private const int MaxLine = 8192;
    private readonly UnixSocket _socket;
    private readonly byte[] _buffer = new byte[MaxLine];

    private DevLog(UnixSocket socket) => _socket = socket;

    public readonly record struct Line(int Sender, LogLevel Level, string Text);

    public Fd Fd => _socket.Fd;

    /// <summary>Null where somebody has it, or there is no place for it.</summary>
    public static DevLog? TryOpen(Fd? held, Action<string> complain)
    {
        if (held is not null)
            return new(new UnixSocket(held));
        var socket = UnixSocket.Create(UnixSocketType.Datagram);
        try
        {
            socket.Bind(Path);
            File.SetUnixFileMode(Path, (UnixFileMode)0x1B6);
            socket.SetOption(libc.SOL_SOCKET, libc.SO_PASSCRED, 1);
            return new(socket);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            complain($"cannot listen on {Path}: {e.Message}");
            return null;
        }
    }

    public Line? Receive()
    {
        while (true)
        {
            var received = _socket.Receive(_buffer);
            if (received.Length < 0)
                return null;
            if (received.Sender is { } sender && Parse(sender.Pid, _buffer.AsSpan(0, received.Length)) is { Text.Length: > 0 } line)
                return line;
        }
    }

    /// <summary><c>&lt;PRI&gt;Mmm dd hh:mm:ss tag[pid]: text</c> (RFC 3164); the time is left out, the log has its own.</summary>
    public static Line Parse(int sender, ReadOnlySpan<byte> datagram)
    {
        string text = Encoding.UTF8.GetString(datagram.TrimEnd("\0\n"u8));
        int priority = 13; // user.notice
        int end = text.IndexOf('>');
        if (text.StartsWith('<') && end is > 1 and < 6 && int.TryParse(text.AsSpan(1, end - 1), out int given))
            (priority, text) = (given, text[(end + 1)..]);
        if (text.Length > 16 && text[3] == ' ' && text[6] == ' ' && text[9] == ':' && text[12] == ':' && text[15] == ' ')
            text = text[16..];
        return new(sender, (LogLevel)Math.Max(priority & 7, (int)LogLevel.Error), text);
    }

    public void Dispose() => _socket.Dispose();
}
