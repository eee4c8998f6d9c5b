using Sereno.Bus.Wire;
using Sereno.Linux;

namespace Sereno.Bus;

/// <summary>The outgoing queue: written at once as far as the socket takes it, bounded in what a peer may leave unread.</summary>
public sealed partial class BusConnection
{
    private readonly Queue<(byte[] Bytes, IReadOnlyList<Fd> Fds)> _outgoing = new();
    private int _sent;
    private int _queued;
    private uint _serial;
    private bool _deaf;

    public bool WantsWrite => !Closed && _outgoing.Count > 0;

    /// <summary>The peer asks faster than it reads: a server leaves its next calls in the socket until it has caught up.</summary>
    public bool Congested => !Closed && _queued > HighWater;

    private const int HighWater = 1024 * 1024;

    /// <summary>Queues a message, and sends as much as goes; on a closed connection it is dropped.</summary>
    /// <param name="fds">Sent as duplicates made here, so the caller keeps his.</param>
    /// <returns>The serial that a reply will name.</returns>
    public uint Send(MessageHeader header, ReadOnlySpan<byte> body, IReadOnlyList<Fd>? fds = null)
    {
        uint serial = ++_serial == 0 ? _serial = 1 : _serial;
        if (Closed)
            return serial;
        var passed = fds is { Count: > 0 } ? fds.Select(fd => fd.Duplicate()).ToList() : [];
        Queue(Message.Encode(header with { Serial = serial, UnixFds = (uint)passed.Count }, body), passed);
        return serial;
    }

    /// <summary>Queues bytes that <see cref="Message.Encode"/> made: one signal for many peers. Serials need only be unique among calls that await replies.</summary>
    public void SendEncoded(byte[] message) => Queue(message, []);

    public void OnWritable()
    {
        try
        {
            while (!Closed && _outgoing.TryPeek(out var next))
            {
                int n = _socket.Send(next.Bytes.AsSpan(_sent), _sent == 0 ? next.Fds : null);
                if (n < 0)
                    return;
                _sent += n;
                _queued -= n;
                if (_sent < next.Bytes.Length)
                    continue;
                _outgoing.Dequeue();
                _sent = 0;
                Release(next.Fds);
            }
        }
        catch (LinuxException)
        {
            // He does not read any more, but what he sent before may still wait to be read: that side ends by itself.
            _deaf = true;
            DropOutgoing();
        }
    }

    private void Queue(byte[] bytes, IReadOnlyList<Fd> fds)
    {
        if (Closed || _deaf)
        {
            Release(fds);
            return;
        }
        _outgoing.Enqueue((bytes, fds));
        _queued += bytes.Length;
        OnWritable();
        if (_queued > _limits.Outgoing)
            Close("the peer does not read");
    }

    private void DropOutgoing()
    {
        while (_outgoing.TryDequeue(out var message))
            Release(message.Fds);
        (_sent, _queued) = (0, 0);
    }

    private static void Release(IReadOnlyList<Fd> fds)
    {
        foreach (var fd in fds)
            fd.Dispose();
    }
}
