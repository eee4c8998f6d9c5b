using System.Net;
using System.Text;
using System.Text.Json;
using Sereno.Linux;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Sereno.Units.Values;

namespace Sereno.Connect;

/// <summary>What became of one connection.</summary>
/// <param name="Text">What came, as far as it is kept.</param>
/// <param name="Trail">Null where nobody asked for it.</param>
internal sealed record ConnectOutcome(string Target, ClientAddress Address, IPEndPoint? Local, ListenerKind Kind, TimeSpan ConnectTime, long Sent, long Received, bool IsWhole,
    byte[] Text, IReadOnlyList<(TraceEvent Event, bool Ours)>? Trail);

/// <summary>connect -o json (docs/formats/connect.md).</summary>
internal static class ConnectJson
{
    private const int Version = 1;

    public static void Write(ConnectOutcome outcome, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("target", outcome.Target);
            json.WriteString("protocol", Protocol(outcome.Address, outcome.Kind));
            if (outcome.Address.Internet is { } peer)
            {
                var transport = outcome.Kind == ListenerKind.Datagram ? Transport.Udp : Transport.Tcp;
                WriteEnd(json, "source", outcome.Local, transport);
                WriteEnd(json, "destination", peer, transport);
            }
            else
                json.WriteString("path", outcome.Address.Path);
            json.WriteNumber("connectMicroseconds", (long)outcome.ConnectTime.TotalMicroseconds);
            json.WriteNumber("bytesSent", outcome.Sent);
            json.WriteNumber("bytesReceived", outcome.Received);
            json.WriteBoolean("endedInOrder", outcome.IsWhole);
            json.WriteString("received", Encoding.UTF8.GetString(outcome.Text));
            if (outcome.Trail is { } trail)
                WriteTrail(json, trail);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    public static void Write(string target, LoadPlan plan, LoadRun run, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("target", target);
            json.WriteString("protocol", Protocol(run.Address, run.Kind));
            json.WriteNumber("count", plan.Count);
            json.WriteNumber("concurrency", plan.Concurrency);
            json.WriteNumber("started", run.Started);
            json.WriteNumber("connected", run.Connected.Count);
            json.WriteNumber("ended", run.Done);
            json.WriteNumber("mostHeld", run.MostHeld);
            json.WriteNumber("elapsedMicroseconds", (long)run.Elapsed.TotalMicroseconds);
            json.WriteNumber("connectionsPerSecond", Math.Round(LoadReport.Rate(run, plan), 1));
            json.WriteNumber("bytesSent", run.BytesSent);
            json.WriteNumber("bytesReceived", run.BytesReceived);
            json.WriteStartObject("failures");
            foreach (var (errno, number) in run.Failures.OrderBy(f => f.Key))
                json.WriteNumber(Errnos.NameOf(errno), number);
            json.WriteEndObject();
            json.WriteStartObject("microseconds");
            foreach (var (name, times) in LoadReport.Rows(run))
            {
                json.WritePropertyName(name switch { "connect" => "connected", "first" => "firstByte", _ => "end" });
                if (times.Count == 0)
                {
                    json.WriteNullValue();
                    continue;
                }
                json.WriteStartObject();
                foreach (var (percent, label) in LoadReport.Percents)
                    json.WriteNumber(label, times.Of(percent));
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    private static string Protocol(ClientAddress address, ListenerKind kind) => (address.Internet is null, kind) switch
    {
        (false, ListenerKind.Datagram) => "udp",
        (false, _) => "tcp",
        (true, ListenerKind.Datagram) => "unix-datagram",
        (true, ListenerKind.SequentialPacket) => "unix-seqpacket",
        _ => "unix-stream",
    };

    private static void WriteEnd(Utf8JsonWriter json, string name, IPEndPoint? end, Transport transport)
    {
        if (end is null)
            return;
        json.WriteStartObject(name);
        json.WriteString("address", end.Address.ToString());
        json.WriteNumber("port", end.Port);
        json.WriteString("service", PortRegistry.Iana.NameOf((ushort)end.Port, transport));
        json.WriteString("class", PortClasses.Of((ushort)end.Port).Name());
        json.WriteEndObject();
    }

    private static void WriteTrail(Utf8JsonWriter json, IReadOnlyList<(TraceEvent Event, bool Ours)> trail)
    {
        json.WriteStartArray("states");
        foreach (var (e, ours) in trail)
        {
            json.WriteStartObject();
            json.WriteString("time", MonotonicClock.ToTimeOfDay(e.Time));
            json.WriteString("end", ours ? "source" : "destination");
            json.WriteString("state", e.NewState.Name());
            json.WriteString("phase", e.Phase.Name());
            json.WriteString("process", e.Owner.Name);
            if (e.Owner.Pid != 0)
                json.WriteNumber("pid", e.Owner.Pid);
            else
                json.WriteNull("pid");
            json.WriteString("unit", e.Owner.Unit);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
