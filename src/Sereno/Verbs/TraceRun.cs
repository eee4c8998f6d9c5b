using System.Diagnostics;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Namespaces;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>One run of the trace verb: from the source's opening to the summary.</summary>
internal sealed class TraceRun : IDisposable
{
    private const ulong Signals = 0, Reader = 1, Source = 2;

    // The last changes are still on their way when somebody says stop.
    private static readonly TimeSpan s_afterwards = TimeSpan.FromMilliseconds(50);

    private readonly (ulong Token, Readiness Ready)[] _ready = new (ulong, Readiness)[16];
    private TraceTable? _table;
    private TraceJson? _lines;
    private long _changes, _ended;

    public required SocketSelection Selection { get; init; }

    /// <summary>Sockets of every network namespace.</summary>
    public required bool Everywhere { get; init; }
    public required bool Json { get; init; }

    /// <summary>How to see changes; null for the best way.</summary>
    public required TraceSourceKind? Wanted { get; init; }
    public required long Count { get; init; }
    public required TimeSpan? Duration { get; init; }
    public required TimeSpan? Interval { get; init; }
    public required IUnitResolver Units { get; init; }

    /// <summary>Until a signal, the end of its time or count, or the reader's end.</summary>
    public int Run()
    {
        using var signals = new SignalPipe(libc.SIGINT, libc.SIGTERM, libc.SIGHUP);
        using var source = Open();
        using var epoll = new Epoll();
        epoll.Add(signals.Fd, Signals);
        WatchReader(epoll);
        Begin(source.Kind);
        bool read = Follow(source, epoll);
        if (read)
        {
            Thread.Sleep(s_afterwards);
            source.Read();
            Show(source, last: true);
            End(source);
        }
        return ExitCodes.Success;
    }

    public void Dispose() => _lines?.Dispose();

    private ITraceSource Open()
    {
        var source = TraceSources.Open(Wanted, Units, Interval, out var refusals);
        foreach (string reason in refusals)
            StandardStreams.Errors.WriteLine(Text.Current.Sockets.TraceRefused(reason));
        StandardStreams.Errors.WriteLine(Text.Current.Sockets.TraceSource(source.Kind));
        if (Everywhere)
            StandardStreams.Errors.WriteLine(Text.Current.Sockets.TraceElsewhere(source.Kind));
        return source;
    }

    private void Begin(TraceSourceKind source)
    {
        if (Json)
        {
            _lines = new(StandardStreams.Output);
            _lines.WriteStart(source, Everywhere);
            return;
        }
        _table = new(StandardStreams.Text, Terminal.WidthOf(1), Columns.UseColour, Everywhere);
        _table.WriteHeading();
        StandardStreams.Text.Flush();
    }

    /// <returns>False when nobody reads any more.</returns>
    private bool Follow(ITraceSource source, Epoll epoll)
    {
        var clock = Stopwatch.StartNew();
        IReadOnlyList<Fd>? watched = null;
        while (_changes < Count && (Duration is not { } limit || clock.Elapsed < limit))
        {
            if (!ReferenceEquals(watched, source.Descriptors))
                foreach (var fd in watched = source.Descriptors)
                    epoll.Add(fd, Source);
            var wait = Duration is { } end && end - clock.Elapsed < source.Interval ? end - clock.Elapsed : source.Interval;
            int count = epoll.Wait(_ready, Math.Max(0, (int)Math.Ceiling(wait.TotalMilliseconds)));
            foreach (var (token, _) in _ready.AsSpan(0, count))
                if (token is Signals or Reader)
                    return token == Signals;
            source.Read();
            Show(source, last: false);
        }
        return true;
    }

    private void Show(ITraceSource source, bool last)
    {
        while (_changes < Count && source.TryTake(out var e, last))
        {
            if (!IsSelected(e))
                continue;
            _changes += e.IsEndOnly ? 0 : 1;
            _ended += e is { IsEndOnly: false, IsOfListener: false, NewState: TcpState.Close or TcpState.TimeWait } && e.OldState != TcpState.TimeWait ? 1 : 0;
            string? netns = NamespaceOf(e);
            _table?.Write(e, netns);
            _lines?.Write(e, netns);
        }
        StandardStreams.Text.Flush();
    }

    // Walked for when the first socket of another one is met.
    private NamespaceNames Namespaces => field ??= new(Units);

    private string? NamespaceOf(in TraceEvent e) => e.Namespace switch
    {
        SocketNamespace.This => "this",
        SocketNamespace.Other => Namespaces.NameOf(e.NamespaceInode),
        SocketNamespace.Unknown => null,
    };

    private bool IsSelected(in TraceEvent e) => (Everywhere || e.Namespace != SocketNamespace.Other)
        && (Selection.IsEverything
            || (Selection.MatchesSocket(e.Socket, Network) && Selection.MatchesOwner(e.Owner.Unit, [e.Owner.Pid])));

    // Read when first asked for, in the namespace of the run.
    private NetworkFacts Network => field ??= Selection.Scopes.Count > 0 ? NetworkFactsReader.Read() : NetworkFacts.Unknown;

    private void End(ITraceSource source)
    {
        var text = Text.Current.Sockets;
        _lines?.WriteSummary(_changes, _ended, source.LostEvents, source.UnseenEvents, source.LostEnds);
        StandardStreams.Errors.WriteLine(text.TraceSummary(_changes, _ended));
        if (source.LostEvents > 0)
            StandardStreams.Errors.WriteLine(text.TraceLost(source.LostEvents));
        if (source.UnseenEvents > 0)
            StandardStreams.Errors.WriteLine(text.TraceUnseen(source.UnseenEvents));
        if (source.LostEnds > 0)
            StandardStreams.Errors.WriteLine(text.TraceLostEnds(source.LostEnds));
    }

    // A pipe or socket tells of its reader's end; a file can't be watched (EPERM), nor need it.
    private static void WatchReader(Epoll epoll)
    {
        try
        {
            epoll.Add(StandardStreams.OutputFd, Reader, Readiness.None);
        }
        catch (LinuxException e) when (e.Number == libc.EPERM) { }
    }
}
