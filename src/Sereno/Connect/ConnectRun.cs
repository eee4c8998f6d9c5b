using System.Buffers;
using System.Diagnostics;
using System.Net;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Sereno.Texts;
using Sereno.Verbs;

namespace Sereno.Connect;

/// <summary>One connection: what a person types goes there, what comes is shown, and on request what became of it.</summary>
internal sealed class ConnectRun
{
    /// <summary>Of what comes, a report keeps so much.</summary>
    private const int LongestText = 64 * 1024;

    private readonly List<(TraceEvent Event, bool Ours)> _trail = [];
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly TerminalText? _terminal = Terminal.Is(1) ? new() : null;
    private StateTrail? _states;

    public required Destination Destination { get; init; }
    public required TimeSpan? Timeout { get; init; }
    public required TimeSpan? Duration { get; init; }
    public required bool Holds { get; init; }
    public required bool Verbose { get; init; }
    public required bool States { get; init; }
    public required bool Json { get; init; }
    public required Func<IUnitResolver> Units { get; init; }

    /// <returns>0 when the connection came to its end, 1 when there was none or it broke.</returns>
    public int Run()
    {
        using var signals = new SignalPipe(libc.SIGINT, libc.SIGTERM, libc.SIGHUP);
        using var states = _states = States ? OpenTrail() : null;
        var clock = Stopwatch.StartNew();
        var (socket, address, kind) = Attempt.Connect(Destination, Timeout is null || Duration < Timeout ? Duration : Timeout, s => { });
        var took = clock.Elapsed;
        IPEndPoint? local = socket.Local;
        string peer = Destination.Shown == address.ToString() ? Destination.Shown : $"{Destination.Shown} ({address})";
        if (Verbose || States)
            Introduce(peer, local, address.Internet, kind, took);
        if (local is not null && address.Internet is { } remote && kind == ListenerKind.Stream)
            states?.Follow(local, remote);
        states?.Look();
        var relay = new Relay(socket, kind)
        {
            Timeout = Timeout, Duration = Duration - took, Holds = Holds, Output = Take,
            Besides = () => states?.Look(), Watched = states?.Descriptors ?? [], Interval = states?.Interval,
        };
        string? lost = null;
        using (socket)
            try
            {
                relay.Run(signals);
                if (_terminal is not null && !Json)
                    Put([], isEnd: true);
            }
            catch (OutputException e)
            {
                lost = Text.Current.Problem(e.Message);
            }
            catch (IOException e)
            {
                lost = Text.Current.Connect.Lost(Printable.Of(peer), e is LinuxException { Number: var errno } ? Errno.Text(errno) : e.Message);
            }
        if (kind == ListenerKind.Stream && local is not null)
            states?.Finish();
        if (Json)
            ConnectJson.Write(new(Destination.Shown, address, local, kind, took, relay.BytesSent, relay.BytesReceived, lost is null, _text.WrittenSpan.ToArray(), States ? _trail : null), StandardStreams.Output);
        if (lost is not null)
            StandardStreams.Errors.WriteLine($"sereno: {lost}");
        return lost is null ? ExitCodes.Success : ExitCodes.Failure;
    }

    private StateTrail OpenTrail()
    {
        var trail = new StateTrail(Units(), Show);
        if (trail.Kind != TraceSourceKind.Perf)
            StandardStreams.Errors.WriteLine(Text.Current.Sockets.TraceSource(trail.Kind));
        return trail;
    }

    private bool Take(ReadOnlySpan<byte> bytes)
    {
        if (!Json)
            Put(bytes);
        else if (_text.WrittenCount < LongestText)
            _text.Write(bytes[..(int)Math.Min(bytes.Length, LongestText - _text.WrittenCount)]);
        return !StandardStreams.Output.IsUnread;
    }

    /// <exception cref="IOException">Not the connection, but where it goes.</exception>
    private void Put(ReadOnlySpan<byte> bytes, bool isEnd = false)
    {
        try
        {
            StandardStreams.Output.Write(_terminal is null ? bytes : _terminal.Show(bytes, isEnd));
        }
        catch (LinuxException e)
        {
            throw new OutputException($"cannot write standard output: {Errno.Text(e.Number)}");
        }
    }

    private sealed class OutputException(string message) : IOException(message);

    private void Introduce(string peer, IPEndPoint? local, IPEndPoint? remote, ListenerKind kind, TimeSpan took)
    {
        var text = Text.Current;
        StandardStreams.Errors.WriteLine(text.Connect.Connected(Printable.Of(peer), Durations.Of(took)));
        if (local is null || remote is null)
        {
            if (States)
                StandardStreams.Errors.WriteLine(text.Connect.NoStates);
            return;
        }
        var transport = kind == ListenerKind.Datagram ? Transport.Udp : Transport.Tcp;
        foreach (var (end, isOurs) in (ReadOnlySpan<(IPEndPoint, bool)>)[(local, true), (remote, false)])
            StandardStreams.Errors.WriteLine($"  {text.Connect.End(isOurs),-12} {text.Sockets.PortWords(end.ToString(), PortRegistry.Iana.NameOf((ushort)end.Port, transport), text.Sockets.ClassName(PortClasses.Of((ushort)end.Port)))}");
        if (States && kind == ListenerKind.Datagram)
            StandardStreams.Errors.WriteLine(text.Connect.NoStates);
    }

    private void Show(TraceEvent e, bool ours)
    {
        _trail.Add((e, ours));
        if (Json)
            return;
        string owner = e.Owner.Name is { } name ? $"{Printable.Of(name)} ({e.Owner.Pid})" : "";
        if (e.Owner.Unit is { } unit)
            owner += (owner.Length > 0 ? ", " : "") + Printable.Of(unit);
        StandardStreams.Errors.WriteLine($"  {MonotonicClock.ToTimeOfDay(e.Time).LocalDateTime:HH:mm:ss.ffffff} {Text.Current.Connect.End(ours),-12} {e.NewState.Name(),-13} {Text.Current.Sockets.PhaseName(e.Phase),-10} {owner}".TrimEnd());
    }
}
