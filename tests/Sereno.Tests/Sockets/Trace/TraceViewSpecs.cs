using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>Events as a person and as a program read them.</summary>
public partial class TraceViewSpecs
{
    private static readonly TraceEvent s_event = new()
    {
        Time = MonotonicClock.Now,
        OldState = TcpState.SynReceived,
        NewState = TcpState.Established,
        Tuple = new(InetAddress.FromBytes(Convert.FromHexString("20010DB8000000000000000000000001")), 443, InetAddress.FromBytes(Convert.FromHexString("20010DB8FFFFFFFFFFFFFFFFFFFFFFFF")), 55555),
        Owner = new(OwnerSource.Exact, 1234567, "e\e[2Jvil", "a-unit-with-a-long-name@instance.service"),
        Started = MonotonicClock.Now - 1_500_000_000,
        BytesSent = 123_456_789,
        BytesReceived = 7,
        Cookie = 0xABC,
        Namespace = SocketNamespace.This,
    };

    [Fact]
    public void Lines_fit_every_terminal_and_nothing_in_them_controls_it()
    {
        for (int width = 60; width <= 220; width++)
            foreach (string line in Lines(width, colour: true))
            {
                string visible = Colours().Replace(line, "");
                Assert.DoesNotContain('\e', visible);
                Assert.True(visible.Length <= width, $"{width}: {visible}");
            }
        Assert.Contains("syn-received → established", Lines(null, colour: false)[1]);
        Assert.Contains("a-unit-with-a-long-name@instance.service", Lines(null, colour: false)[1]);
    }

    [Fact]
    public void A_state_is_never_cut()
    {
        for (int width = 60; width <= 220; width++)
            Assert.Contains("→ established", Lines(width, colour: false)[1]);
    }

    [Fact]
    public void Network_namespaces_have_a_column_when_there_are_several_and_are_told_as_missing_some()
    {
        using var output = new StringWriter();
        var table = new TraceTable(output, null, colour: false, namespaces: true);
        table.WriteHeading();
        table.Write(s_event, "blue");
        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.EndsWith(" NETNS", lines[0]);
        Assert.EndsWith(" blue", lines[1]);
        Assert.DoesNotContain("NETNS", Lines(null, colour: false)[0]);
        using var start = new MemoryStream();
        using var json = new TraceJson(start);
        json.WriteStart(TraceSourceKind.Perf, everywhere: true);
        Assert.Contains("\"other-namespaces-bytes\"", Encoding.UTF8.GetString(start.ToArray()));
    }

    [Fact]
    public void Json_says_all_of_an_event_in_one_line()
    {
        using var output = new MemoryStream();
        using var json = new TraceJson(output);
        json.Write(s_event);
        string line = Encoding.UTF8.GetString(output.ToArray());
        Assert.Equal(line.Length - 1, line.IndexOf('\n'));
        var read = JsonDocument.Parse(line).RootElement;
        Assert.Equal(
            ["event", "time", "unit", "owner", "processes", "protocol", "family", "role", "address", "port", "peerAddress", "peerPort", "oldState", "newState", "phase", "duration",
                "bytesSent", "bytesReceived", "cookie", "namespace", "netns", "observation"],
            read.EnumerateObject().Select(p => p.Name));
        Assert.Equal("e\e[2Jvil", read.GetProperty("processes")[0].GetProperty("name").GetString());
        Assert.Equal(("abc", "transmit", 443, "2001:db8::1"),
            (read.GetProperty("cookie").GetString(), read.GetProperty("phase").GetString(), read.GetProperty("port").GetInt32(), read.GetProperty("address").GetString()));
    }

    [Fact]
    public void Writing_an_event_allocates_nothing()
    {
        using var json = new TraceJson(Stream.Null);
        var table = new TraceTable(new StreamWriter(Stream.Null), 120, colour: true);
        Assert.Equal(0, AllocatedBy(() => json.Write(s_event)));
        Assert.Equal(0, AllocatedBy(() => table.Write(s_event)));
    }

    private static long AllocatedBy(Action write)
    {
        for (int i = 0; i < 100; i++)
            write();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            write();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string[] Lines(int? width, bool colour)
    {
        using var output = new StringWriter();
        var table = new TraceTable(output, width, colour);
        table.WriteHeading();
        table.Write(s_event);
        return output.ToString().TrimEnd('\n').Split('\n');
    }

    [GeneratedRegex(@"\e\[\d+m")] private static partial Regex Colours();
}
