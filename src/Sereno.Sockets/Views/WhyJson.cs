using System.Text.Json;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;

namespace Sereno.Sockets.Views;

/// <summary>What is found at a port, as JSON.</summary>
public static class WhyJson
{
    /// <param name="bindErrors">What bind(2) said without and with SO_REUSEADDR, 0 for success; null when it wasn't tried.</param>
    public static void Write(PortDiagnosis diagnosis, PortFacts facts, ProcessTimes times, (int Plain, int Reuse)? bindErrors, IReadOnlyList<IdleSocketUnit> idle, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, SocketJson.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("port", diagnosis.Question.Port);
            json.WriteString("transport", diagnosis.Question.Transport.Name());
            json.WriteString("address", diagnosis.Question.Address?.ToString());
            json.WriteString("service", PortRegistry.Iana.NameOf(diagnosis.Question.Port, diagnosis.Question.Transport));
            json.WriteString("class", PortClasses.Of(diagnosis.Question.Port).Name());
            json.WriteString("verdict", Kebab.Of(diagnosis.Verdict));
            json.WriteString("error", diagnosis.ErrorName);
            json.WriteBoolean("reuseMayHelp", diagnosis.ReuseMayHelp);
            WriteTried(json, bindErrors);
            json.WriteStartArray("findings");
            foreach (var finding in diagnosis.Findings)
                Write(json, finding, times);
            json.WriteEndArray();
            json.WriteStartArray("idleSocketUnits");
            foreach (var unit in idle)
            {
                json.WriteStartObject();
                json.WriteString("unit", unit.Unit);
                json.WriteString("state", unit.State);
                json.WriteString("address", unit.Address);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("hiddenNamespaces", facts.HiddenNamespaces);
            json.WriteNumber("hiddenNamespaceProcesses", facts.HiddenProcesses);
            SocketJson.WriteFacts(json, facts.Here.Table, facts.Ports);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void WriteTried(Utf8JsonWriter json, (int Plain, int Reuse)? bindErrors)
    {
        if (bindErrors is not var (plain, reuse))
        {
            json.WriteNull("tried");
            return;
        }
        json.WriteStartObject("tried");
        json.WriteNumber("errno", plain);
        json.WriteNumber("errnoWithReuse", reuse);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PortFinding finding, ProcessTimes times)
    {
        json.WriteStartObject();
        json.WriteString("kind", Kebab.Of(finding.Kind));
        json.WriteBoolean("blocks", finding.Blocks);
        json.WriteString("reuseAddress", Kebab.Of(finding.Reuse));
        json.WriteString("overlap", Kebab.Of(finding.Overlap));
        json.WriteNumber("count", finding.Count);
        json.WriteString("since", SocketJson.SinceOf(finding.Owner, times));
        if (finding is { Socket: { } socket, Place: { } place })
        {
            json.WritePropertyName("socket");
            SocketJson.Write(json, place.Table, socket, place.Network, place.Netns);
        }
        else
            json.WriteNull("socket");
        json.WriteEndObject();
    }
}
