using Sereno.Linux;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Receives a dump on a thread of its own: while the kernel fills the next datagram (inside of recvmsg(2), on this
/// thread's time), another processor makes something of the last ones.</summary>
internal sealed class ReadAhead : IDisposable
{
    // 1.5 MiB: as much as comes while ss's 5 MiB of rows are laid out.
    private const int Slots = 48;

    private readonly INetlink _netlink;
    private readonly uint _sequence;
    private readonly (byte[] Buffer, int Length, bool Truncated)[] _slots = new (byte[], int, bool)[Slots];
    private readonly Thread _thread;
    private readonly object _gate = new();
    private int _filled, _taken;
    private bool _stopped;
    private Exception? _failure;

    /// <param name="sequence">Of the request: its answer's end is where to stop.</param>
    public ReadAhead(INetlink netlink, uint sequence)
    {
        (_netlink, _sequence) = (netlink, sequence);
        _thread = new(Receive, maxStackSize: 128 * 1024) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The next datagram, valid until the next call.</summary>
    /// <exception cref="LinuxException">As <see cref="INetlink.Receive"/>.</exception>
    /// <exception cref="OutOfMemoryException">There is none for its datagrams.</exception>
    public ReadOnlySpan<byte> Next(out bool truncated)
    {
        lock (_gate)
        {
            if (_taken > 0)
                Monitor.Pulse(_gate); // the slot of the last call is free
            while (_filled == _taken && _failure is null)
                Monitor.Wait(_gate);
            if (_filled == _taken)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure!);
            var (buffer, length, cut) = _slots[_taken++ % Slots];
            truncated = cut;
            return buffer.AsSpan(0, length);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join();
    }

    private void Receive()
    {
        try
        {
            bool more = true;
            while (more)
            {
                lock (_gate)
                {
                    // One slot is in the reader's hands.
                    while (_filled - _taken >= Slots - 1 && !_stopped)
                        Monitor.Wait(_gate);
                    if (_stopped)
                        return;
                }
                ref var slot = ref _slots[_filled % Slots];
                slot.Buffer ??= GC.AllocateUninitializedArray<byte>(SocketDump.BufferSize);
                slot.Length = Math.Min(_netlink.Receive(slot.Buffer, out slot.Truncated), slot.Buffer.Length);
                more = !slot.Truncated && !IsEnd(slot.Buffer.AsSpan(0, slot.Length));
                lock (_gate)
                {
                    _filled++;
                    Monitor.Pulse(_gate);
                }
            }
        }
        catch (Exception e) // whatever it is, the reader's thread can tell it
        {
            lock (_gate)
            {
                _failure = e;
                Monitor.Pulse(_gate);
            }
        }
    }

    // Where SocketDump stops too.
    private bool IsEnd(ReadOnlySpan<byte> datagram)
    {
        var reader = new NetlinkReader(datagram);
        while (reader.Next(out var message))
            if (message.Sequence == _sequence
                && (message.Type == NetlinkMessage.Done || (message.Type == NetlinkMessage.Error && message.ErrorNumber != 0)))
                return true;
        return reader.Malformed;
    }
}
