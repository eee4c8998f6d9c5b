using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Roles;

/// <summary>One datagram of sd_notify(3): who sent it, its text, and the descriptors that came along (the receiver's).</summary>
public sealed record Notification(PeerCredentials Sender, ReadOnlyMemory<byte> Text, IReadOnlyList<Fd> Fds);

/// <summary>$NOTIFY_SOCKET: a datagram socket that anybody may write to; the kernel says who did.</summary>
public sealed class NotifySocket : IDisposable
{
    /// <summary>PIPE_BUF, systemd's own limit for a message.</summary>
    private const int MaxMessage = 4096;
    private readonly UnixSocket _socket;
    private readonly byte[] _buffer = new byte[MaxMessage + 1];

    private NotifySocket(UnixSocket socket, string address) => (_socket, Address) = (socket, address);

    /// <summary>As $NOTIFY_SOCKET has it.</summary>
    public string Address { get; }
    public Fd Fd => _socket.Fd;

    /// <param name="held">The socket of the manager before, with what was sent meanwhile.</param>
    public static NotifySocket Open(string folder, Fd? held)
    {
        // Clients can't reach a path beyond sun_path; an abstract name always fits.
        string path = $"{folder}/notify";
        string address = Encoding.UTF8.GetByteCount(path) < 108 ? path : $"@sereno/notify/{Fnv1a(path):x16}";
        if (held is not null)
            return new(new UnixSocket(held), address);
        Directory.CreateDirectory(folder);
        var socket = UnixSocket.Create(UnixSocketType.Datagram);
        socket.Bind(address);
        if (address[0] == '/')
            File.SetUnixFileMode(address, (UnixFileMode)0x1FF);
        socket.SetOption(libc.SOL_SOCKET, libc.SO_PASSCRED, 1);
        return new(socket, address);
    }

    /// <summary>The next message, valid until the one after it; null when there is none now. Senders must be looked up at once: they may be gone soon.</summary>
    /// <param name="refused">Why messages before it are left out.</param>
    public Notification? Receive(List<string> refused)
    {
        while (true)
        {
            var fds = new List<Fd>();
            var received = _socket.Receive(_buffer, fds);
            if (received.Length < 0)
                return null;
            var text = _buffer.AsMemory(0, received.Length);
            // Some clients send their zero byte along.
            if (text.Length > 0 && text.Span[^1] == 0)
                text = text[..^1];
            string? problem = received.Sender is not { Pid: > 0 } ? "Received notify message without valid credentials. Ignoring."
                : text.Length > MaxMessage ? "Received notify message exceeded maximum size. Ignoring."
                : received.Truncated ? "Received notify message whose descriptors were lost. Ignoring."
                : text.Span.Contains((byte)0) ? "Received notify message with embedded NUL bytes. Ignoring."
                : null;
            if (problem is null)
                return new(received.Sender!.Value, text, fds);
            refused.Add(problem);
            foreach (var fd in fds)
                fd.Dispose();
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The same in every process, unlike string.GetHashCode: a manager that follows finds the address again.</summary>
    private static ulong Fnv1a(string text) => Encoding.UTF8.GetBytes(text).Aggregate(14695981039346656037, (hash, b) => (hash ^ b) * 1099511628211);
}
