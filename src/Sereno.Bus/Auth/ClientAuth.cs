namespace Sereno.Bus.Auth;

/// <summary>
/// The client's side of SASL EXTERNAL, without I/O. Everything is sent at once, as sd-bus does; the empty identity lets the
/// server read the uid from the socket, which also holds across user namespaces.
/// </summary>
public sealed class ClientAuth
{
    private readonly AuthLines _lines = new();
    private int _answered;

    public static ReadOnlySpan<byte> Hello => "\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"u8;

    public AuthState State { get; private set; }
    public bool UnixFds { get; private set; }

    /// <summary>The server's line that ended it, when it failed.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Takes what the server sent; returns how much of it belonged to the handshake.</summary>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        while (State == AuthState.Working && _lines.Next(ref rest, out bool fault) is var line)
        {
            if (fault)
                State = AuthState.Failed;
            if (line is null)
                break;
            State = (_answered++, line.Split(' ')[0]) switch
            {
                (0, "DATA") or (1, "OK") => AuthState.Working,
                (2, "AGREE_UNIX_FD") => AuthState.Done,
                (2, "ERROR") => AuthState.Done,
                _ => AuthState.Failed,
            };
            UnixFds |= State == AuthState.Done && line.StartsWith("AGREE", StringComparison.Ordinal);
            Refusal = State == AuthState.Failed ? line : null;
        }
        return bytes.Length - rest.Length;
    }
}
