using System.Text;

namespace Sereno.Bus.Auth;

/// <summary>
/// The server's side of SASL EXTERNAL, without I/O. Who the peer is, the kernel has said already (SO_PEERCRED); the protocol
/// only lets the peer confirm it. ANONYMOUS is not offered: access depends on the uid.
/// </summary>
public sealed class ServerAuth(uint peerUid, string serverGuid)
{
    private readonly AuthLines _lines = new();
    private readonly StringBuilder _answer = new();
    private Step _step = Step.Nul;

    private enum Step { Nul, Auth, Data, Begin }

    public AuthState State { get; private set; }

    /// <summary>Whether the peer may pass descriptors.</summary>
    public bool UnixFds { get; private set; }

    /// <summary>Takes what the peer sent.</summary>
    /// <returns>How many bytes belonged to the handshake: those after BEGIN are messages, which sd-bus pipelines.</returns>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        if (_step == Step.Nul && !rest.IsEmpty)
        {
            State = rest[0] == 0 ? State : AuthState.Failed;
            _step = Step.Auth;
            rest = rest[1..];
        }
        while (State == AuthState.Working && _lines.Next(ref rest, out bool fault) is var line)
        {
            if (fault)
                State = AuthState.Failed;
            if (line is null)
                break;
            Answer(line);
        }
        return bytes.Length - rest.Length;
    }

    /// <summary>What to send now; empties the queue.</summary>
    public byte[] TakeAnswer()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(_answer.ToString());
        _answer.Clear();
        return bytes;
    }

    private void Answer(string line)
    {
        string[] words = line.Split(' ', 3);
        switch (words[0], _step)
        {
            case ("AUTH", not Step.Begin) when words is [_, "EXTERNAL"]:
                _step = Step.Data;
                Say("DATA");
                break;
            case ("AUTH", not Step.Begin) when words is [_, "EXTERNAL", var identity]:
                Decide(identity);
                break;
            case ("DATA", Step.Data):
                Decide(words.Length > 1 ? words[1] : "");
                break;
            case ("AUTH", _) or ("CANCEL", _) or ("ERROR", _):
                Reject();
                break;
            case ("NEGOTIATE_UNIX_FD", Step.Begin):
                UnixFds = true;
                Say("AGREE_UNIX_FD");
                break;
            case ("BEGIN", Step.Begin):
                State = AuthState.Done;
                break;
            case ("BEGIN", _):
                State = AuthState.Failed; // what follows would be messages: there is no way to carry on
                break;
            default:
                Say("ERROR");
                break;
        }
    }

    /// <summary>The identity is the uid in decimal, in hexadecimal bytes; empty means "whoever the kernel says".</summary>
    private void Decide(string hex)
    {
        if (hex.Length == 0 || (TryDecode(hex, out string text) && uint.TryParse(text, out uint uid) && uid == peerUid))
        {
            _step = Step.Begin;
            Say("OK " + serverGuid);
        }
        else
            Reject();
    }

    private void Reject()
    {
        _step = Step.Auth;
        UnixFds = false;
        Say("REJECTED EXTERNAL");
    }

    private void Say(string line) => _answer.Append(line).Append("\r\n");

    private static bool TryDecode(string hex, out string text)
    {
        Span<byte> bytes = stackalloc byte[16];
        bool valid = Convert.FromHexString(hex.AsSpan(), bytes, out _, out int written) == System.Buffers.OperationStatus.Done;
        text = valid ? Encoding.ASCII.GetString(bytes[..written]) : "";
        return valid;
    }
}
