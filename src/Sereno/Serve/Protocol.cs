using System.Net.Sockets;

namespace Sereno.Serve;

/// <summary>What a server says to one client.</summary>
public interface IProtocol
{
    /// <summary>Serves a client until it leaves. The socket is closed afterwards, whatever happened.</summary>
    Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop);
}

/// <summary>What the example servers have in common: how answers go out.</summary>
public abstract class Protocol : IProtocol
{
    /// <summary>Each answer is kept back for so long: a server that has much to do.</summary>
    public TimeSpan Slow { get; init; }

    public abstract Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop);

    /// <summary>Whether it can be spoken over UDP.</summary>
    public virtual bool SpeaksDatagrams => false;

    /// <summary>What is sent back for a datagram; null for nothing.</summary>
    public virtual byte[]? Answer(ReadOnlySpan<byte> datagram) => null;

    /// <summary>All of it; a client that doesn't read must not hold us for ever.</summary>
    protected async Task SendAsync(Socket client, ReadOnlyMemory<byte> bytes, TimeSpan limit, CancellationToken stop)
    {
        await Task.Delay(Slow, stop);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timer.CancelAfter(limit);
        while (!bytes.IsEmpty)
            bytes = bytes[await client.SendAsync(bytes, timer.Token)..];
    }
}
