using System.Text;
using System.Text.RegularExpressions;
using Sereno.Sockets.Owners;
using Sereno.Tests.Sockets.Lab;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets.Netstat;

/// <summary>netstat as Windows has it, of sockets of every kind in a network namespace.</summary>
public partial class WindowsNetstatSpecs
{
    private static readonly Specimen[] s_specimens =
    [
        Specimen.ListenV4, Specimen.ListenV6, Specimen.ListenAnyV6, Specimen.EstablishedV4, Specimen.EstablishedV6, Specimen.EstablishedMapped,
        Specimen.CloseWaitV4, Specimen.TimeWaitV4, Specimen.TimeWaitV6, Specimen.UdpV4, Specimen.UdpV6, Specimen.UdpConnectedV4, Specimen.UdpMapped,
    ];

    [Fact]
    public void The_table_has_Windows_layout_line_ends_and_order() => WithSockets(() =>
    {
        string text = Netstat("-ano");
        Assert.DoesNotContain('\n', text.Replace("\r\n", ""));
        string[] lines = text.Split("\r\n");
        Assert.Equal(["", "Active Connections", "", "  Proto  Local Address          Foreign Address        State           PID"], lines[..4]);
        Assert.All(Rows(text), row => Assert.Matches(Row(), row));
        var kinds = Rows(text).Select(row => (row[2..5], row.Contains('['))).Distinct();
        Assert.Equal([("TCP", false), ("TCP", true), ("UDP", false), ("UDP", true)], kinds);
        int pid = Environment.ProcessId;
        Assert.Contains(Rows(text), row => row.Contains("  LISTENING       " + pid));
        Assert.Contains(Rows(text), row => row.Contains("  TIME_WAIT       0"));
        Assert.Contains(Rows(text), row => row.Contains("  *:*                                    " + pid));
    });

    [Fact]
    public void Without_a_only_connections_are_shown() => WithSockets(() =>
    {
        string text = Netstat("-n");
        Assert.NotEmpty(Rows(text));
        Assert.All(Rows(text), row => Assert.True(row.StartsWith("  TCP") && !row.Contains("LISTENING"), row));
    });

    [Theory]
    [InlineData("-ano -p tcp", "TCP", false)]
    [InlineData("-anop TCPv6", "TCP", true)]
    [InlineData("/a /n /o /p UDP", "UDP", false)]
    [InlineData("-ano -pudpv6", "UDP", true)]
    public void One_protocol_can_be_asked_for(string arguments, string protocol, bool ipv6) => WithSockets(() =>
    {
        var rows = Rows(Netstat(arguments));
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal((protocol, ipv6), (row[2..5], row.Contains('['))));
    });

    [Fact]
    public void Executables_stand_below_their_rows() => WithSockets(() =>
    {
        string[] lines = Netstat("-anob").Split("\r\n")[4..^1];
        for (int i = 0; i < lines.Length; i++)
            if (Row().IsMatch(lines[i]))
            {
                Assert.False(Row().IsMatch(lines[i + 1]), lines[i + 1]);
                int name = lines[i + 1].StartsWith("  ", StringComparison.Ordinal) ? i + 2 : i + 1; // behind its unit
                string owner = lines[i].EndsWith("  0", StringComparison.Ordinal) ? " Can not obtain ownership information" : $" [{Path.GetFileName(Environment.ProcessPath)}]";
                Assert.Equal(owner, lines[name]);
            }
    });

    [Fact]
    public void Spanish_headings_come_with_the_same_states() => WithSockets(() =>
    {
        string english = Netstat("-ano"), spanish = Netstat("-ano", "es");
        string[] lines = spanish.Split("\r\n");
        Assert.Equal(["", "Conexiones activas", "", "  Proto  Dirección local        Dirección remota       Estado          PID"], lines[..4]);
        Assert.Equal(Rows(english).Select(WithoutFinWait), Rows(spanish).Select(WithoutFinWait));
        Assert.Contains(" No se puede obtener información de propiedad\r\n", Netstat("-anob", "es"));
    });

    [Fact]
    public void Bound_ports_that_nobody_listens_on_are_shown_on_demand() => NetworkNamespace.Run(() =>
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 4242));
        Assert.SkipUnless(Netstat("-anq").Contains("4242"), "a kernel before 6.8 doesn't list them");
        Assert.Contains("  TCP    127.0.0.1:4242         0.0.0.0:0              BOUND\r\n", Netstat("-anq"));
        Assert.DoesNotContain("4242", Netstat("-an"));
    });

    // The four filters of the course: findstr takes or leaves (/V) lines that contain a text.
    [Fact]
    public void The_filters_of_the_course_select_what_they_say() => WithSockets(() =>
    {
        string all = Netstat("-ano");
        var rows = Rows(all);
        var ipv4 = FindStr("/V", "[", all);
        AssertSelected(rows.Where(IsIPv4), ipv4.Where(line => Row().IsMatch(line)));
        AssertSelected(rows.Where(row => !IsIPv4(row)), FindStr("", "[", all));
        AssertSelected(rows.Where(row => row.StartsWith("  TCP ", StringComparison.Ordinal)), FindStr("", "TCP", all));
        AssertSelected(rows.Where(row => row.StartsWith("  UDP ", StringComparison.Ordinal) && IsIPv4(row)), FindStr("", "UDP", string.Join("\r\n", ipv4)));

        static void AssertSelected(IEnumerable<string> expected, IEnumerable<string> actual)
        {
            Assert.NotEmpty(actual);
            Assert.Equal(expected, actual);
        }
    });

    [Theory]
    [InlineData("-e", "en", "Interface Statistics", "Bytes ")]
    [InlineData("-e", "es", "Estadísticas de interfaz", "Paquetes de unidifusión ")]
    [InlineData("-s -p tcp", "en", "TCP Statistics for IPv4", "  Segments Received ")]
    [InlineData("-s", "en", "IPv6 Statistics", "  Datagrams Sent ")]
    [InlineData("-s", "es", "Estadísticas IPv4", "  Conexiones actuales ")]
    [InlineData("-r", "en", "IPv4 Route Table", "Network Destination ")]
    [InlineData("-r", "es", "Rutas activas:", "Destino de red ")]
    [InlineData("-x", "en", "Active NetworkDirect Connections, Listeners, SharedEndpoints", "  Mode ")]
    public void The_other_tables_are_there(string arguments, string language, string title, string row) => NetworkNamespace.Run(() =>
    {
        string[] lines = Netstat(arguments, language).Split("\r\n");
        Assert.Contains(title, lines);
        Assert.Contains(lines, line => line.StartsWith(row, StringComparison.Ordinal));
        Assert.DoesNotContain("Active Connections", lines);
    });

    [Fact]
    public void An_interval_asks_again_until_nobody_reads() => NetworkNamespace.Run(() =>
    {
        using var output = new MemoryStream();
        var waits = new List<TimeSpan>();
        int exit = WindowsNetstatVerb.Run(["-an", "2"], output, TextWriter.Null, "en", new CgroupUnitResolver(), wait =>
        {
            waits.Add(wait);
            return waits.Count < 3;
        });
        Assert.Equal((0, 3), (exit, waits.Count));
        Assert.All(waits, wait => Assert.Equal(TimeSpan.FromSeconds(2), wait));
        Assert.Equal(3, Encoding.UTF8.GetString(output.ToArray()).Split("Active Connections").Length - 1);
    });

    [Theory]
    [InlineData("-z")]
    [InlineData("-?")]
    [InlineData("-p")]
    [InlineData("-p sctp")]
    [InlineData("-p 1")]
    [InlineData("0")]
    [InlineData("-ano five")]
    public void What_Windows_doesnt_know_is_answered_with_its_help(string arguments)
    {
        using var output = new MemoryStream();
        Assert.Equal(1, WindowsNetstatVerb.Run(arguments.Split(' '), output, TextWriter.Null, "es", new CgroupUnitResolver(), _ => false));
        Assert.Contains("NETSTAT [-a] [-b]", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void Letters_may_stand_together_or_apart_in_any_case() =>
        Assert.Equal(WindowsNetstatArguments.TryRead(["-ano", "-p", "UDP", "5"]), WindowsNetstatArguments.TryRead(["/A", "-N", "/o", "-pudp", "5"]));

    private static void WithSockets(Action test) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(s_specimens);
        test();
    });

    private static string Netstat(string arguments, string language = "en")
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        int exit = WindowsNetstatVerb.Run(arguments.Split(' '), output, errors, language, new CgroupUnitResolver(), _ => false);
        Assert.Equal((0, ""), (exit, errors.ToString()));
        return Encoding.UTF8.GetString(output.ToArray());
    }

    // The other end's acknowledgement comes when it comes.
    private static string WithoutFinWait(string row) => row.Replace("FIN_WAIT_1", "FIN_WAIT_2");

    private static List<string> Rows(string text) => [.. text.Split("\r\n").Where(line => line.StartsWith("  TCP ", StringComparison.Ordinal) || line.StartsWith("  UDP ", StringComparison.Ordinal))];

    private static bool IsIPv4(string row) => IPv4Row().IsMatch(row);

    private static List<string> FindStr(string option, string text, string input) =>
        [.. input.Split("\r\n").Where(line => line.Contains(text, StringComparison.Ordinal) != (option == "/V"))];

    [GeneratedRegex(@"^  (TCP|UDP)    \S+ +\S+ +[A-Z_0-9]* *\d+$")]
    private static partial Regex Row();

    [GeneratedRegex(@"^  (TCP|UDP)    \d+\.\d+\.\d+\.\d+:")]
    private static partial Regex IPv4Row();
}
