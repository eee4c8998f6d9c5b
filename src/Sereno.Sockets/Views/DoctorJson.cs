using System.Text.Json;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Scope;

namespace Sereno.Sockets.Views;

/// <summary>What is wrong with the sockets of a machine, as JSON.</summary>
public static class DoctorJson
{
    public static void Write(IReadOnlyList<(DoctorFacts Facts, IReadOnlyList<Trouble> Found)> places, ProcessTimes times, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, SocketJson.Options))
        {
            json.WriteStartObject();
            json.WriteBoolean("healthy", places.All(p => SocketDoctor.IsHealthy(p.Found)));
            json.WriteStartArray("findings");
            foreach (var (facts, found) in places)
                foreach (var trouble in found)
                    Write(json, trouble, facts, times);
            json.WriteEndArray();
            SocketJson.WriteFacts(json, places[0].Facts.Here.Table, places[0].Facts.Ports);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, Trouble trouble, DoctorFacts facts, ProcessTimes times)
    {
        json.WriteStartObject();
        json.WriteString("kind", Kebab.Of(trouble.Kind));
        json.WriteString("severity", Kebab.Of(trouble.Severity));
        json.WriteString("whoMustAct", Kebab.Of(trouble.WhoMustAct));
        json.WriteString("unit", trouble.Unit);
        json.WriteNumber("count", trouble.Count);
        json.WriteNumber("limit", trouble.Limit);
        json.WriteNumber("idleMilliseconds", trouble.IdleMilliseconds);
        json.WriteString("declaredScope", trouble.Declared?.Name());
        json.WriteBoolean("othersAreRefused", trouble.OthersAreRefused);
        json.WriteString("actualScope", trouble.Actual?.Name());
        json.WriteString("since", SocketJson.SinceOf(trouble.Owner, times));
        if (trouble.Socket is { } socket)
        {
            json.WritePropertyName("socket");
            SocketJson.Write(json, facts.Here.Table, socket, facts.Here.Network, facts.Here.Netns);
        }
        else
            json.WriteNull("socket");
        json.WriteEndObject();
    }
}
