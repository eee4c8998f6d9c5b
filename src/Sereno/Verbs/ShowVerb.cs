using System.CommandLine;
using System.Text.Json;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Bus.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>show: NAME=value, a line a property, of units or of the manager.</summary>
public static class ShowVerb
{
    public static Command Build()
    {
        var units = Help.Units(ArgumentArity.ZeroOrMore);
        var property = Help.Option<string[]>("--property", "property", "-p");
        var value = Help.Option<bool>("--value", "value");
        var output = Help.Output();
        var command = Help.Command("show", "sereno show redis-server", "sereno show -p MainPID,ActiveState redis-server", "sereno show --value -p Version");
        command.Add(units);
        command.Add(property);
        command.Add(value);
        command.Add(output);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            string[] wanted = [.. (r.GetValue(property) ?? []).SelectMany(p => p.Split(',', StringSplitOptions.RemoveEmptyEntries))];
            var objects = r.GetValue(units)! is { Length: > 0 } names
                ? UnitPatterns.Expand(new(client), names).Select(n => new ManagerProxy(client).Unit(n).GetAll()).ToList()
                : [client.GetAllProperties(UnitPath.Manager, "org.freedesktop.systemd1.Manager")];
            if (r.GetValue(output) == "json")
                WriteJson(objects, wanted);
            else
                for (int i = 0; i < objects.Count; i++)
                {
                    if (i > 0)
                        StandardStreams.Text.WriteLine();
                    Write(objects[i], wanted, r.GetValue(value));
                }
            return 0;
        });
        return command;
    }

    private static IEnumerable<KeyValuePair<string, BusValue>> Select(Dictionary<string, BusValue> properties, string[] wanted) => wanted.Length == 0
        ? properties : wanted.Where(properties.ContainsKey).Select(w => KeyValuePair.Create(w, properties[w]));

    private static void Write(Dictionary<string, BusValue> properties, string[] wanted, bool valuesOnly)
    {
        foreach (var (name, value) in Select(properties, wanted))
        {
            string text = PropertyFormat.Of(name, value);
            if (Sereno.Linux.Terminal.Is(1))
                text = Printable.Lines(text); // programs get every byte
            if (wanted.Length > 0 || text.Length > 0)
                StandardStreams.Text.WriteLine(valuesOnly ? text : $"{name}={text}");
        }
    }

    private static void WriteJson(List<Dictionary<string, BusValue>> objects, string[] wanted)
    {
        var stream = StandardStreams.Output;
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var properties in objects)
            {
                json.WriteStartObject();
                foreach (var (name, value) in Select(properties, wanted))
                {
                    json.WritePropertyName(name);
                    PropertyFormat.WriteJson(json, value);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        stream.WriteByte((byte)'\n');
    }
}
