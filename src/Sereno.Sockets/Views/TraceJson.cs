using System.Buffers;
using System.Text.Json;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>A trace as JSON, one object a line: docs/formats/trace.md. The same in every language and on every system.</summary>
public sealed class TraceJson : IDisposable
{
    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;

    public TraceJson(Stream output) => (_output, _json) = (output, new(_line, SocketJson.Options with { Indented = false }));

    /// <summary>The first line: how changes are seen, and what that misses.</summary>
    /// <param name="everywhere">Of every network namespace.</param>
    public void WriteStart(TraceSourceKind source, bool everywhere = false)
    {
        Begin("start", MonotonicClock.Now);
        _json.WriteString("source"u8, source.Name());
        _json.WriteStartArray("misses"u8);
        foreach (string miss in source switch
        {
            TraceSourceKind.Perf => (ReadOnlySpan<string>)["time-wait-instant"],
            TraceSourceKind.Destroy => ["intermediate-states", "short-connection-starts"],
            TraceSourceKind.Poll => ["intermediate-states", "short-connections", "bytes"],
        })
            _json.WriteStringValue(miss);
        if (everywhere)
            foreach (string miss in source == TraceSourceKind.Perf ? (ReadOnlySpan<string>)["other-namespaces-time-wait", "other-namespaces-bytes"] : ["other-namespaces"])
                _json.WriteStringValue(miss);
        _json.WriteEndArray();
        End();
    }

    /// <param name="netns">The name of its network namespace; null when unknown.</param>
    public void Write(in TraceEvent e, string? netns = null)
    {
        Begin(e.IsEndOnly ? "end" : "state", e.Time);
        WriteText("unit"u8, e.Owner.Unit);
        _json.WriteString("owner"u8, e.Owner.Source.Name());
        WriteProcess(e.Owner);
        _json.WriteString("protocol"u8, "tcp"u8);
        _json.WriteString("family"u8, e.Tuple.Local.IsIPv4 ? "ipv4"u8 : "ipv6"u8);
        WriteText("role"u8, e.Role.Name());
        WriteAddress("address"u8, e.Tuple.Local);
        WritePort("port"u8, e.Tuple.LocalPort);
        if (e.IsOfListener)
            _json.WriteNull("peerAddress"u8);
        else
            WriteAddress("peerAddress"u8, e.Tuple.Remote);
        WritePort("peerPort"u8, e.Tuple.RemotePort);
        WriteText("oldState"u8, e.OldState == default ? null : e.OldState.Name());
        _json.WriteString("newState"u8, e.NewState.Name());
        _json.WriteString("phase"u8, e.Phase.Name());
        if (e.Duration is ulong duration)
            _json.WriteNumber("duration"u8, duration / 1e9m);
        else
            _json.WriteNull("duration"u8);
        WriteNumber("bytesSent"u8, e.BytesSent);
        WriteNumber("bytesReceived"u8, e.BytesReceived);
        WriteCookie(e.Cookie);
        _json.WriteString("namespace"u8, e.Namespace.Name());
        WriteText("netns"u8, netns);
        _json.WriteString("observation"u8, e.Observation.Name());
        End();
    }

    /// <summary>The last line.</summary>
    public void WriteSummary(long changes, long ended, ulong lostEvents, ulong unseenEvents, int lostEnds)
    {
        Begin("summary", MonotonicClock.Now);
        _json.WriteNumber("changes"u8, changes);
        _json.WriteNumber("ended"u8, ended);
        _json.WriteNumber("lostEvents"u8, lostEvents);
        _json.WriteNumber("unseenEvents"u8, unseenEvents);
        _json.WriteNumber("lostEnds"u8, lostEnds);
        End();
    }

    public void Dispose() => _json.Dispose();

    private void Begin(string kind, ulong time)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("event"u8, kind);
        Span<byte> text = stackalloc byte[40];
        MonotonicClock.ToTimeOfDay(time).UtcDateTime.TryFormat(text, out int length, "yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture);
        _json.WriteString("time"u8, text[..length]);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        _output.Write(_line.WrittenSpan);
    }

    private void WriteProcess(in TracedOwner owner)
    {
        _json.WriteStartArray("processes"u8);
        if (owner.Pid > 0)
        {
            _json.WriteStartObject();
            _json.WriteNumber("pid"u8, owner.Pid);
            WriteText("name"u8, owner.Name);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    // 64 bits: more than a JSON reader's number holds.
    private void WriteCookie(ulong cookie)
    {
        Span<byte> text = stackalloc byte[16];
        cookie.TryFormat(text, out int length, "x");
        if (cookie == 0)
            _json.WriteNull("cookie"u8);
        else
            _json.WriteString("cookie"u8, text[..length]);
    }

    private void WriteAddress(ReadOnlySpan<byte> name, InetAddress address)
    {
        Span<byte> text = stackalloc byte[InetAddress.MaxTextLength];
        _json.WriteString(name, text[..address.Format(text)]);
    }

    private void WritePort(ReadOnlySpan<byte> name, ushort port) => WriteNumber(name, port == 0 ? null : port);

    private void WriteText(ReadOnlySpan<byte> name, string? text)
    {
        if (text is null)
            _json.WriteNull(name);
        else
            _json.WriteString(name, text);
    }

    private void WriteNumber(ReadOnlySpan<byte> name, ulong? number)
    {
        if (number is ulong value)
            _json.WriteNumber(name, value);
        else
            _json.WriteNull(name);
    }
}
