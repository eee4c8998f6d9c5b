using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>A real instance with a server, a client connected to it, and the table of both.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-test-").FullName;
    private readonly IPEndPoint _address = SerenoProcess.FreeAddress();
    private readonly SerenoProcess _instance;

    public WatchTests()
    {
        string units = Directory.CreateDirectory(_folder + "/units").FullName;
        File.WriteAllText(units + "/test.target", "[Unit]\nWants=echo.service failing.service\n");
        File.WriteAllText(units + "/echo.service", $"[Service]\nType=notify\nExecStart={SerenoProcess.Executable} serve echo --address {_address}\n");
        File.WriteAllText(units + "/failing.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
        _instance = SerenoProcess.Start(["init", "--dir", _folder, "--unit-path", units, "--default", "test.target"]);
        for (int i = 0; Watch("is-active", "test.target").Status != 0; i++)
        {
            Assert.True(i < 100, "the instance does not come up");
            Thread.Sleep(100);
        }
    }

    [Fact]
    public void A_service_is_shown_with_its_state_ports_scope_and_connections()
    {
        using var client = Connect();
        var (status, output, errors) = Watch("watch", "--once");
        Assert.Equal((0, ""), (status, errors));
        var rows = output.TrimEnd().Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(["UNIT", "STATE", "PID", "RESTARTS", "PORTS", "SCOPE", "CONNECTIONS"], rows[0]);
        var echo = rows.Single(r => r[0] == "echo.service");
        Assert.Equal(["running", "0", _address.ToString(), "local", "1", "established"], [echo[1], .. echo[3..]]);
        Assert.Equal("serve", File.ReadAllText($"/proc/{echo[2]}/cmdline").Split('\0')[1]);
        Assert.Equal(["failing.service", "failed", "-", "0", "-", "-", "-"], rows.Single(r => r[0] == "failing.service"));
    }

    [Fact]
    public void Without_a_terminal_it_prints_once_and_ends() =>
        Assert.Equal(0, Watch("watch").Status);

    [Fact]
    public void Headings_follow_the_language_and_json_does_not()
    {
        Assert.StartsWith("UNIDAD ", Watch("--lang", "es", "watch").Output);
        var (_, output, _) = Watch("--lang", "es", "watch", "--once", "-o", "json");
        var echo = JsonDocument.Parse(output).RootElement.EnumerateArray().Single(u => u.GetProperty("unit").GetString() == "echo.service");
        Assert.Equal("active", echo.GetProperty("active").GetString());
        Assert.Equal(_address.Port, echo.GetProperty("ports")[0].GetProperty("port").GetInt32());
        Assert.Equal("local", echo.GetProperty("ports")[0].GetProperty("scope").GetString());
    }

    [Fact]
    public void Json_is_a_line_a_look_until_interrupted()
    {
        using var watch = SerenoProcess.Start(["--dir", _folder, "watch", "-o", "json", "--interval", "0.1"]);
        for (int i = 0; i < 3; i++)
            Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(watch.Output.ReadLine()!).RootElement.ValueKind);
        watch.Signal(2);
        Assert.Equal(0, watch.Wait(5));
    }

    [Fact]
    public void On_a_terminal_every_line_fits_and_the_screen_is_given_back()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script(1) is not installed");
        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/script",
            ["-qec", $"stty cols 40 rows 10; exec timeout -s INT 2 {SerenoProcess.Executable} --dir {_folder} watch --interval 0.2", "/dev/null"])
        { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["NO_COLOR"] = "1";
        using var script = System.Diagnostics.Process.Start(start)!;
        string output = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        Assert.StartsWith("\e[?1049h\e[?25l", output);
        string[] parts = output.Split("\e[?25h\e[?1049l");
        Assert.Equal(2, parts.Length);
        Assert.Contains("echo.service", parts[1]);
        Assert.DoesNotContain("\e[1;31m", output);
        foreach (string frame in parts[0].Split("\e[H")[1..])
            Assert.All(frame.Split("\r\n"), line => Assert.InRange(line.TrimEnd('\r').Replace("\e[K", "").Replace("\e[J", "").Length, 0, 40));
    }

    public void Dispose()
    {
        _instance.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private (int Status, string Output, string Errors) Watch(params string[] arguments) => SerenoProcess.Run(["--dir", _folder, .. arguments]);

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(_address);
        return client;
    }
}
