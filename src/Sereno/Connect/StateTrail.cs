using System.Diagnostics;
using System.Net;
using Sereno.Linux;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;

namespace Sereno.Connect;

/// <summary>The states that one TCP connection goes through, at our end and, where it is on this machine, at the other.</summary>
internal sealed class StateTrail : IDisposable
{
    // Where changes must be found by looking, short-lived ones are missed; one connection is worth looking often.
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the last states of a connection are waited for: the peer may take its time to close.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ITraceSource _source;
    private readonly Action<TraceEvent, bool> _show;
    private readonly List<TraceEvent> _early = [];
    private TcpTuple? _ours;
    private TcpState _client, _server;

    /// <param name="show">Gets each change, and whether it is of our end.</param>
    public StateTrail(IUnitResolver units, Action<TraceEvent, bool> show)
    {
        _source = TraceSources.Open(null, units, s_interval, out _);
        _show = show;
        _source.Read();
    }

    public TraceSourceKind Kind => _source.Kind;
    public IReadOnlyList<Fd> Descriptors => _source.Descriptors;
    public TimeSpan Interval => _source.Interval;

    /// <summary>Which connection it is; what was seen of it until now is shown.</summary>
    public void Follow(IPEndPoint local, IPEndPoint remote)
    {
        _ours = new TcpTuple(InetAddress.FromBytes(local.Address.GetAddressBytes()), (ushort)local.Port, InetAddress.FromBytes(remote.Address.GetAddressBytes()), (ushort)remote.Port).Unmapped;
        (_client, _server) = (default, default);
        foreach (var e in _early)
            Take(e);
        _early.Clear();
    }

    public void Look(bool last = false)
    {
        _source.Read();
        while (_source.TryTake(out var e, last))
            if (_ours is null)
                _early.Add(e);
            else
                Take(e);
    }

    /// <summary>After our end was closed: until both ends have come to theirs, or nothing more is to be expected soon.</summary>
    public void Finish()
    {
        using var epoll = new Epoll();
        foreach (var fd in _source.Descriptors)
            epoll.Add(fd, 0);
        var ready = new (ulong, Readiness)[4];
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_patience && !(IsOver(_client) && (_server == default || IsOver(_server)));)
        {
            epoll.Wait(ready, (int)s_interval.TotalMilliseconds);
            Look();
        }
        Look(last: true);
    }

    public void Dispose() => _source.Dispose();

    private static bool IsOver(TcpState state) => state is TcpState.TimeWait or TcpState.Close;

    private void Take(TraceEvent e)
    {
        if (e.IsEndOnly || e.IsOfListener)
            return;
        var tuple = e.Tuple.Unmapped;
        bool ours = tuple == _ours;
        if (!ours && tuple != _ours!.Value.Reversed)
            return;
        (ours ? ref _client : ref _server) = e.NewState;
        _show(e, ours);
    }
}
