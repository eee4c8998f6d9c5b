using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>What inetd ran, run from the units that import makes of its file, and reached by connect.</summary>
[Collection(Live.Name)]
public sealed class ImportedServiceSpecs
{
    [Fact]
    public void Services_of_inetd_and_xinetd_go_on_serving()
    {
        string microHttpd = Path.Combine(PrivateRoot.Image, "usr/sbin/micro-httpd");
        Assert.SkipWhen(PrivateRoot.Unavailable is not null, PrivateRoot.Unavailable ?? "");
        int[] ports = [.. Enumerable.Range(0, 5).Select(_ => SerenoProcess.FreeAddress().Port)];
        using var sereno = new LiveInstance(folder =>
        {
            File.Copy(microHttpd, $"{folder}/micro-httpd");
            File.WriteAllText($"{folder}/index.html", "the page\n");
            File.SetUnixFileMode($"{folder}/index.html", (UnixFileMode)0b110_100_100);
            File.WriteAllText($"{folder}/inetd.conf", $"""
                127.0.0.1:{ports[0]} stream tcp nowait nobody:nogroup {folder}/micro-httpd micro-httpd {folder}
                127.0.0.1:{ports[1]} stream tcp wait root {Live.Executable} sereno serve echo
                127.0.0.1:{ports[2]} dgram udp wait root {Live.Executable} sereno serve echo
                """);
            File.WriteAllText($"{folder}/xinetd.conf", $$"""
                defaults
                {
                    instances = 5
                }
                service cat
                {
                    type = UNLISTED
                    port = {{ports[3]}}
                    bind = 127.0.0.1
                    wait = no
                    user = nobody
                    server = /bin/sh
                    server_args = -c env;cat
                    env = GREETING=hello NAME=100%$x
                }
                service forward
                {
                    type = UNLISTED
                    port = {{ports[4]}}
                    bind = 127.0.0.1
                    wait = no
                    redirect = 127.0.0.1 {{ports[0]}}
                }
                """);
            var imported = Command.Run(Live.Executable!, "import", $"{folder}/inetd.conf", $"{folder}/xinetd.conf", "--output", $"{folder}/units");
            Assert.True(imported.Status == 0, $"{imported}");
        });
        string[] sockets = [.. Directory.GetFiles(sereno.Units, "*.socket").Select(f => Path.GetFileName(f))];
        Assert.Equal(5, sockets.Length);
        sereno.Do(["start", .. sockets]);

        const string get = "GET /index.html HTTP/1.0\r\n\r\n";
        Assert.EndsWith("the page\n", Ask(sereno, get, $"{ports[0]}.socket"));
        Assert.EndsWith("the page\n", Ask(sereno, get, "forward.socket"));
        // One process has the listening socket, and takes client after client.
        Assert.Equal("one", Ask(sereno, "one", $"{ports[1]}.socket"));
        int pid = sereno.State($"{ports[1]}.service").Main;
        Assert.Equal("two", Ask(sereno, "two", $"{ports[1]}.service"));
        Assert.Equal(pid, sereno.State($"{ports[1]}.service").Main);
        Assert.Equal("datagram", Ask(sereno, "datagram", $"{ports[2]}-udp.socket"));
        string environment = Ask(sereno, "", "cat");
        Assert.Contains("GREETING=hello\n", environment);
        Assert.Contains("NAME=100%$x\n", environment);
    }

    [Fact]
    public void A_unit_that_cannot_be_connected_to_says_why_and_what_to_do()
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream={folder}/s\nListenSequentialPacket=@{Path.GetFileName(folder)}\n");
            File.WriteAllText($"{folder}/units/a.service", "[Service]\nExecStart=/bin/sleep 1h\n");
            File.WriteAllText($"{folder}/units/b.service", "[Service]\nExecStart=/bin/sleep 1h\n");
            File.WriteAllText($"{folder}/units/c.socket", $"[Socket]\nListenFIFO={folder}/fifo\nService=b.service\n");
        });
        void Fails(string unit, string cause) => Assert.Equal($"exit 1\nsereno: {cause}\n", sereno.Run("connect", unit).ToString());
        Fails("a", "cannot connect to a: a.socket isn't active\nStart it: sereno start a.socket");
        Fails("none.socket", "Unit none.socket could not be found.");
        Fails("none", "Unit none.service could not be found.");
        sereno.Do("start", "c.socket", "a.socket");
        Fails("b.service", "cannot connect to b.service: c.socket has no address that this can connect to");
        sereno.Do("stop", "c.socket");
        // Connecting starts the service.
        Assert.NotEqual("active", sereno.State("a.service").Active);
        sereno.Run("connect", "a", "--hold", "--duration", "200ms");
        sereno.Expect("a.service", "active");
    }

    private static string Ask(LiveInstance sereno, string text, string unit)
    {
        using var process = Command.Start(Live.Executable!, "--dir", sereno.Folder, "connect", unit, "--timeout", "20s");
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(40_000));
        Assert.True(process.ExitCode == 0, process.StandardError.ReadToEnd());
        return output.Result;
    }
}
