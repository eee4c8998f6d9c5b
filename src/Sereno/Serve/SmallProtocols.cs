using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sereno.Serve;

/// <summary>One answer, whatever the client says, and the end.</summary>
public abstract class AnswerProtocol : Protocol
{
    private static readonly TimeSpan s_sendLimit = TimeSpan.FromSeconds(10);

    public override bool SpeaksDatagrams => true;

    public override async Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop)
    {
        log($"{peer} connected");
        await Task.Delay(Slow, stop);
        using var sending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        sending.CancelAfter(s_sendLimit);
        await client.SendAsync(Answer([]).AsMemory(), sending.Token);
        // What the client may have sent is read: closing with bytes unread would send RST, which can overtake the answer.
        await new ClientBuffer(client, 4096).LingerAsync(stop);
        log($"{peer} served");
    }
}

/// <summary>The time as a person reads it (RFC 867), and which process tells it.</summary>
public sealed class TimeProtocol : AnswerProtocol
{
    public override byte[] Answer(ReadOnlySpan<byte> datagram) => Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss zzz}, says process {Environment.ProcessId}\r\n"));
}

/// <summary>Seconds since 1900 in four bytes (RFC 868), which overflow in 2036.</summary>
public sealed class SecondsProtocol : AnswerProtocol
{
    private const long From1900To1970 = 2_208_988_800;

    public override byte[] Answer(ReadOnlySpan<byte> datagram)
    {
        byte[] seconds = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(seconds, unchecked((uint)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + From1900To1970)));
        return seconds;
    }
}

/// <summary>Reads and forgets (RFC 863).</summary>
public sealed class DiscardProtocol : Protocol
{
    private static readonly TimeSpan s_idleLimit = TimeSpan.FromMinutes(10);

    public override bool SpeaksDatagrams => true;

    public override async Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop)
    {
        var buffer = new ClientBuffer(client, 16 * 1024);
        long bytes = 0;
        while ((await buffer.FillAsync(s_idleLimit, stop)).More)
        {
            bytes += buffer.Unread.Length;
            buffer.Take(buffer.Unread.Length);
            await Task.Delay(Slow, stop);
        }
        log($"{peer} sent {bytes} bytes");
    }
}

/// <summary>Lines of characters for as long as the client takes them (RFC 864).</summary>
public sealed class CharactersProtocol : Protocol
{
    private const int LineLength = 72, First = ' ', Characters = 95; // the printable ones of ASCII
    private static readonly TimeSpan s_sendLimit = TimeSpan.FromMinutes(1);

    public override bool SpeaksDatagrams => true;

    public override byte[] Answer(ReadOnlySpan<byte> datagram) => Line(0);

    public override async Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop)
    {
        log($"{peer} connected");
        for (int line = 0; ; line = (line + 1) % Characters)
            await SendAsync(client, Line(line), s_sendLimit, stop);
    }

    private static byte[] Line(int number) =>
        [.. Enumerable.Range(0, LineLength).Select(i => (byte)(First + (number + i) % Characters)), (byte)'\r', (byte)'\n'];
}
