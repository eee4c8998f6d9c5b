using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sereno.Tests.Sockets.Lab;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>Every command of docs/sockets.md and docs/sockets.es.md runs, and does what the guide says that it does.</summary>
public partial class GuideSpecs
{
    private static readonly string s_docs = Docs();

    public static TheoryData<string> Commands { get; } = [.. ((string[])["sockets.md", "sockets.es.md"]).SelectMany(CommandsOf).Distinct()];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_of_the_guide_runs(string command)
    {
        string[] words = command.Split(' ');
        var (status, output, errors) = SerenoProcess.Run(words);
        // why and doctor end with 1 where there is something to tell.
        Assert.True(status == 0 || (status == 1 && (words.Contains("why") || words.Contains("doctor"))), $"{status}: {errors}");
        Assert.DoesNotContain("sereno: ", errors);
        Assert.NotEmpty(output);
    }

    [Fact]
    public void Both_guides_have_the_same_commands()
    {
        Assert.InRange(Commands.Count, 40, 80);
        Assert.Equal(CommandsOf("sockets.md").Count(), CommandsOf("sockets.es.md").Count());
    }

    /// <summary>Windows' table has IPv6 addresses in brackets, and nothing else is: findstr's four lines, and ours of the same sockets.</summary>
    [Theory]
    [InlineData("--ipv4", false, true, null)] // findstr /V "["
    [InlineData("--ipv6", false, false, null)] // findstr "["
    [InlineData("--tcp", false, null, "TCP")] // findstr "TCP"
    [InlineData("--ipv4 --udp", false, true, "UDP")] // findstr /V "[" | findstr "UDP"
    [InlineData("--listening", true, null, null)] // findstr LISTENING, and UDP's
    public void What_findstr_picks_is_picked(string filter, bool listening, bool? withoutBracket, string? word) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add([Lab.Specimen.ListenV4, Lab.Specimen.ListenAnyV4, Lab.Specimen.ListenV6, Lab.Specimen.ListenV6Only, Lab.Specimen.EstablishedV4, Lab.Specimen.EstablishedV6,
            Lab.Specimen.CloseWaitV4, Lab.Specimen.TimeWaitV6, Lab.Specimen.UdpV4, Lab.Specimen.UdpV6Only, Lab.Specimen.UdpConnectedV4, Lab.Specimen.UdpConnectedV6]);
        var all = Rows("--tcp --udp");
        var expected = all.Where(row => (withoutBracket is not { } without || row.Contains('[') != without)
            && (word is null || row.StartsWith(word, StringComparison.Ordinal))
            && (!listening || row.Contains("LISTENING") || row.EndsWith("*:*"))).Order().ToArray();
        Assert.NotEmpty(expected);
        Assert.True(expected.Length < all.Length);
        Assert.Equal(expected, Rows(filter).Order());
    });

    [Fact]
    public void Only_findstr_is_blind_to_a_bracketed_wildcard_that_takes_IPv4() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Lab.Specimen.ListenAnyV6);
        Assert.Contains('[', Assert.Single(Rows("--ipv4")));
        Assert.Single(Rows("--ipv6"));
    });

    [Fact]
    public void The_program_of_the_guide_is_the_one_that_compiles()
    {
        string[] source = [.. File.ReadLines(Path.Combine(s_docs, "../tests/Sereno.Tests/Sockets/LibrarySample.cs")).Select(l => l.Trim())];
        foreach (string guide in (string[])["sockets.md", "sockets.es.md"])
        {
            string[] lines = Block(guide, "csharp").Select(l => l.Trim()).Where(l => l.Length > 0).ToArray();
            Assert.True(lines.Length > 5);
            Assert.Subset(source.ToHashSet(), lines.ToHashSet());
        }
    }

    /// <summary>Our sockets in Windows' words: "TCP 127.0.0.1:80 0.0.0.0:0 LISTENING", "UDP [::]:53 *:*".</summary>
    private static string[] Rows(string filter)
    {
        var (status, output, errors) = SerenoProcess.Run(["sockets", .. filter.Split(' '), "-o", "json"]);
        Assert.True(status == 0, errors);
        return [.. JsonDocument.Parse(output).RootElement.GetProperty("sockets").EnumerateArray().Select(Row)];
    }

    private static string Row(JsonElement socket)
    {
        bool tcp = socket.GetProperty("protocol").GetString() == "tcp", v4 = socket.GetProperty("family").GetString() == "ipv4";
        string local = End(socket, "address", "port");
        return socket.GetProperty("peerAddress").ValueKind == JsonValueKind.Null
            ? tcp ? $"TCP {local} {(v4 ? "0.0.0.0:0" : "[::]:0")} LISTENING" : $"UDP {local} *:*"
            : $"{(tcp ? "TCP" : "UDP")} {local} {End(socket, "peerAddress", "peerPort")} {socket.GetProperty("state").GetString()}";
    }

    private static string End(JsonElement socket, string address, string port) =>
        (socket.GetProperty(address).GetString()!.Contains(':') ? $"[{socket.GetProperty(address).GetString()}]" : socket.GetProperty(address).GetString()) + ":" + socket.GetProperty(port).GetInt32();

    private static IEnumerable<string> CommandsOf(string guide) =>
        Block(guide, "sh").Concat(Inline().Matches(File.ReadAllText(Path.Combine(s_docs, guide))).Select(m => m.Groups[1].Value))
            .Where(l => l.StartsWith("sereno ", StringComparison.Ordinal)).Select(l => l["sereno ".Length..]);

    private static IEnumerable<string> Block(string guide, string language)
    {
        bool inside = false;
        foreach (string line in File.ReadLines(Path.Combine(s_docs, guide)))
            if (line.StartsWith("```", StringComparison.Ordinal))
                inside = line == "```" + language;
            else if (inside)
                yield return line;
    }

    private static string Docs([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../docs");

    [GeneratedRegex("`(sereno [^`]+)`")]
    private static partial Regex Inline();
}
