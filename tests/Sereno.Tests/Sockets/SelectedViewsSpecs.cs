using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>The filters that people type, on the views that stand in for other programs: called as sereno's verbs they take them.</summary>
public class SelectedViewsSpecs
{
    [Theory]
    [InlineData("--port=7001", "7001")]
    [InlineData("--port 7001-7002", "7001 7002")]
    [InlineData("--state listening --port 7000-7999", "7001 7002 7003")]
    [InlineData("--state established", "7003 7100")]
    [InlineData("--scope local --state=listen --port 7001,7003", "7001 7003")]
    [InlineData("--scope internet", "")] // nobody is farther away than loopback here
    [InlineData("--class user", "7001 7002 7003 7100")]
    [InlineData("--class system,dynamic", "")]
    [InlineData("--peer 127.0.0.1:7003", "7100")]
    [InlineData("--peer 127.0.0.0/8", "7003 7100")]
    public void A_selection_leaves_the_rows_it_admits(string options, string localPorts) => NetworkNamespace.Run(() =>
    {
        using var lo = Listen(IPAddress.Loopback, 7001);
        using var any = Listen(IPAddress.Any, 7002);
        using var served = Listen(IPAddress.Loopback, 7003);
        using var client = new TcpClient(new IPEndPoint(IPAddress.Loopback, 7100));
        client.Connect(IPAddress.Loopback, 7003);
        using var accepted = served.AcceptTcpClient();
        var sieve = Sieve(options);
        Assert.All((string[])[Ss("-tan", sieve), Netstat("-tan", sieve), Windows("-ano", sieve)],
            text => Assert.Equal(localPorts, string.Join(' ', LocalPorts(text))));
    });

    [Fact]
    public void What_is_not_selected_is_not_killed() => NetworkNamespace.Run(() =>
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs CAP_NET_ADMIN");
        using var one = Listen(IPAddress.Loopback, 7001);
        using var two = Listen(IPAddress.Loopback, 7002);
        Ss("-tlKn", Sieve("--port 7001"));
        Assert.Equal(["7002"], LocalPorts(Ss("-tln", null)));
    });

    [Fact]
    public void A_process_is_found_on_every_view() => NetworkNamespace.Run(() =>
    {
        using var ours = Listen(IPAddress.Loopback, 7001);
        foreach (var (pid, shown) in ((int, bool)[])[(Environment.ProcessId, true), (1, false)])
        {
            var sieve = Sieve($"--pid {pid}");
            Assert.All((string[])[Ss("-tanp", sieve), Netstat("-tan", sieve), Windows("-ano", sieve)], text => Assert.Equal(shown, text.Contains(":7001")));
        }
    });

    [Theory]
    [InlineData("--port x")]
    [InlineData("--state nowhere")]
    [InlineData("--pid")]
    [InlineData("--scope=galaxy")]
    public void A_value_that_cant_be_is_refused(string options) =>
        Assert.Throws<FormatException>(() => SelectionOptions.Take(options.Split(' '), out _));

    // The first address of a row.
    private static IEnumerable<string> LocalPorts(string text) => text.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(w => w.StartsWith("127.0.0.1:") || w.StartsWith("0.0.0.0:")))
        .OfType<string>().Select(end => end[(end.LastIndexOf(':') + 1)..]).Distinct().Order();

    private static SocketSieve Sieve(string options)
    {
        var selection = SelectionOptions.Take(options.Split(' '), out var rest);
        Assert.Empty(rest);
        return new(selection, new CgroupUnitResolver());
    }

    private static TcpListener Listen(IPAddress address, int port)
    {
        var listener = new TcpListener(address, port);
        listener.Start();
        return listener;
    }

    private static string Ss(string options, SocketSieve? only) => Text(output => SsVerb.Run([options], output, TextWriter.Null, null, only: only));

    private static string Netstat(string options, SocketSieve only) => Text(output => NetstatVerb.Run([options], output, TextWriter.Null, only: only));

    private static string Windows(string options, SocketSieve only) =>
        Text(output => WindowsNetstatVerb.Run([options], output, TextWriter.Null, "en", new CgroupUnitResolver(), _ => false, only));

    private static string Text(Func<Stream, int> run)
    {
        using var output = new MemoryStream();
        Assert.Equal(0, run(output));
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
