using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sereno.Tests.Sockets.Lab;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>What the verbs print with -o json is what docs/formats/sockets.md says: every field, none besides, of its type.</summary>
public class JsonFormatSpecs
{
    private static readonly Dictionary<string, Dictionary<string, string>> s_sections = Read();

    [Theory]
    [InlineData("ports", "ports")]
    [InlineData("ports", "ports", "--lang", "es")]
    [InlineData("sockets", "sockets")]
    [InlineData("sockets", "sockets", "--netns", "all")]
    [InlineData("why", "why", "8080")]
    [InlineData("why", "why", "8080", "--try")]
    [InlineData("why", "why", "127.0.0.1:5353", "--udp")]
    [InlineData("explain state", "explain", "CLOSE_WAIT")]
    [InlineData("explain state", "explain", "bound-inactive", "--lang", "es")]
    [InlineData("explain phase", "explain", "finish")]
    [InlineData("explain port", "explain", "ssh")]
    [InlineData("explain port", "explain", "49152")]
    [InlineData("explain address", "explain", "10.0.0.1")]
    [InlineData("explain address", "explain", "8.8.8.8")]
    [InlineData("explain connection", "explain", "127.0.0.1:5000-127.0.0.1:80")]
    [InlineData("explain class", "explain", "dynamic")]
    [InlineData("explain scope", "explain", "intranet")]
    [InlineData("doctor", "doctor")]
    public void A_document_has_the_fields_that_the_page_says(string section, params string[] command) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add([Lab.Specimen.ListenAnyV6, Lab.Specimen.ListenOverflowing, Lab.Specimen.EstablishedMapped, Lab.Specimen.TimeWaitV4, Lab.Specimen.CloseWaitV4,
            Lab.Specimen.SynSentV4, Lab.Specimen.BoundInactiveV4, Lab.Specimen.UdpV4, Lab.Specimen.UdpConnectedV6, Lab.Specimen.UdpOnDevice]);
        lab.Pair("127.0.0.1", "127.0.0.1", port: 8080);
        var (_, output, errors) = SerenoProcess.Run([.. command, "-o", "json"]);
        Assert.True(output.Length > 0, errors);
        using var document = JsonDocument.Parse(output);
        Check(section, document.RootElement, section);
    });

    [Fact]
    public void The_language_changes_nothing_in_it() => NetworkNamespace.Run(() =>
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string[] ask = ["why", ((IPEndPoint)listener.LocalEndpoint).Port.ToString(), "-o", "json"];
        // Processes come and go between the two, and each has our descriptors until its execve(2).
        string english = "", spanish = "?";
        for (int i = 0; i < 10 && english != spanish; i++)
            (english, spanish) = (Lasting(SerenoProcess.Run(ask).Output), Lasting(SerenoProcess.Run(["--lang", "es", .. ask]).Output));
        Assert.Equal(english, spanish);

        static string Lasting(string json) => System.Text.RegularExpressions.Regex.Replace(json, "\"hidden\\w+\": ?\\d+", "");
    });

    private static void Check(string section, JsonElement value, string path)
    {
        var fields = FieldsOf(section);
        Assert.Equal(fields.Keys.Order(), value.EnumerateObject().Select(p => p.Name).Order());
        foreach (var property in value.EnumerateObject())
            CheckType(fields[property.Name], property.Value, $"{path}.{property.Name}");
    }

    private static void CheckType(string type, JsonElement value, string path)
    {
        if (type.EndsWith('?'))
        {
            if (value.ValueKind == JsonValueKind.Null)
                return;
            type = type[..^1];
        }
        switch (type)
        {
            case ['[', .. var item, ']']:
                Assert.Equal(JsonValueKind.Array, value.ValueKind);
                foreach (var element in value.EnumerateArray())
                    CheckType(item, element, path);
                break;
            case "{number}": Assert.All(value.EnumerateObject(), p => Assert.Equal(JsonValueKind.Number, p.Value.ValueKind)); break;
            case "string": Assert.True(value.ValueKind == JsonValueKind.String, path); break;
            case "number": Assert.True(value.ValueKind == JsonValueKind.Number, path); break;
            case "boolean": Assert.True(value.ValueKind is JsonValueKind.True or JsonValueKind.False, path); break;
            default: Check(type, value, path); break;
        }
    }

    private static Dictionary<string, string> FieldsOf(string section)
    {
        var fields = new Dictionary<string, string>(s_sections[section]);
        string[] tail = ["sockets", "ephemeralRange", "reservedPorts", "unprivilegedStart", "hiddenProcesses", "consistent"];
        if (section == "port")
            foreach (var (name, type) in s_sections["socket"])
                fields.Add(name, type);
        else if (section.StartsWith("explain ", StringComparison.Ordinal))
            foreach (string name in tail)
                fields.TryAdd(name, s_sections["explain state"][name]);
        return fields;
    }

    /// <summary>Sections by their headings, fields by their names.</summary>
    private static Dictionary<string, Dictionary<string, string>> Read([CallerFilePath] string thisFile = "")
    {
        var sections = new Dictionary<string, Dictionary<string, string>>();
        Dictionary<string, string> current = [];
        foreach (string line in File.ReadLines(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../docs/formats/sockets.md")))
            if (line.StartsWith("## ", StringComparison.Ordinal))
                sections[line[3..]] = current = [];
            else if (line.StartsWith("| ", StringComparison.Ordinal) && line.Split('|', StringSplitOptions.TrimEntries) is [_, var name, var type, ..] && name is not ("field" or "---"))
                current[name] = type;
        return sections;
    }
}
