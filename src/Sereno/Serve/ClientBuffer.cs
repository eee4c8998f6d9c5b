using System.Net.Sockets;

namespace Sereno.Serve;

/// <summary>What a client sent and nobody has taken yet, never more than its size.</summary>
internal sealed class ClientBuffer(Socket client, int size)
{
    private readonly byte[] _bytes = new byte[size];
    private int _start, _end;

    public ReadOnlyMemory<byte> Unread => _bytes.AsMemory(_start, _end - _start);

    public bool IsFull => _end - _start == _bytes.Length;

    public void Take(int count) => _start += count;

    /// <summary>Waits for more; false when the client has closed its side, or the time is over.</summary>
    public async Task<(bool More, bool TimedOut)> FillAsync(TimeSpan limit, CancellationToken stop)
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }
        if (limit <= TimeSpan.Zero)
            return (false, true);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timer.CancelAfter(limit);
        try
        {
            int n = await client.ReceiveAsync(_bytes.AsMemory(_end), timer.Token);
            _end += n;
            return (n > 0, false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (false, true);
        }
    }

    /// <summary>Says "no more" and reads what still comes for a moment: closing with bytes unread would send RST, which can
    /// destroy the answer on its way (RFC 9112 9.6).</summary>
    public async Task LingerAsync(CancellationToken stop)
    {
        client.Shutdown(SocketShutdown.Send);
        long end = Environment.TickCount64 + 1000;
        do
            _start = _end = 0;
        while ((await FillAsync(TimeSpan.FromMilliseconds(end - Environment.TickCount64), stop)).More);
    }
}
