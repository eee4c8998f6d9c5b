using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Keeper;

/// <summary>
/// Sends packets over a SOCK_SEQPACKET socket and never waits: what the socket doesn't take now is kept, in order, with
/// duplicates of its descriptors.
/// </summary>
internal sealed class PacketQueue(UnixSocket socket) : IDisposable
{
    /// <summary>Too many descriptors are on their way already (unix(7)): the peer has to take some first.</summary>
    private const int TooManyReferences = 109;

    private readonly Queue<(byte[] Packet, Fd[] Fds)> _waiting = [];

    /// <summary>Something waits for <see cref="Flush"/>, to be called when the socket is writable.</summary>
    public bool WantsWrite => _waiting.Count > 0;

    /// <summary>The peer is gone; packets are dropped from now on.</summary>
    public bool Broken { get; private set; }

    /// <summary>The peer is of no use any more: what waits is dropped.</summary>
    public void Break()
    {
        Broken = true;
        Dispose();
    }

    /// <param name="fds">Still the caller's afterwards.</param>
    public void Post(byte[] packet, params ReadOnlySpan<Fd> fds)
    {
        Fd[] attached = fds.ToArray();
        if (_waiting.Count == 0 && TrySend(packet, attached))
            return;
        for (int i = 0; i < attached.Length; i++)
        {
            try
            {
                attached[i] = attached[i].Duplicate();
            }
            catch
            {
                foreach (var fd in attached.AsSpan(0, i))
                    fd.Dispose();
                throw;
            }
        }
        _waiting.Enqueue((packet, attached));
    }

    /// <summary>Sends what the socket takes now.</summary>
    public void Flush()
    {
        while (_waiting.TryPeek(out var next) && TrySend(next.Packet, next.Fds))
        {
            _waiting.Dequeue();
            Close(next.Fds);
        }
    }

    public void Dispose()
    {
        while (_waiting.TryDequeue(out var next))
            Close(next.Fds);
    }

    private static void Close(Fd[] fds)
    {
        foreach (var fd in fds)
            fd.Dispose();
    }

    private bool TrySend(byte[] packet, Fd[] fds)
    {
        try
        {
            return Broken || socket.Send(packet, fds.Length == 0 ? null : fds) >= 0;
        }
        catch (LinuxException e) when (e.Number is libc.EPIPE or libc.ECONNRESET or libc.ENOTCONN)
        {
            Broken = true; // reading finds the end of the stream, and says so
            return true;
        }
        catch (LinuxException e) when (e.Number is TooManyReferences or libc.ENOBUFS or libc.ENOMEM)
        {
            return false;
        }
    }
}
