using System.Net.Sockets;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>
/// What goes wrong outside is one clear line, with file and line number where there are such, the right exit code, and
/// nobody else's trouble: the manager never ends because of it.
/// </summary>
[Collection(Live.Name)]
public sealed class BadInputSpecs
{
    [Theory]
    [InlineData("[Service]\nExecStart=relative/path\n", 1, "bad.service:2:", "")]
    [InlineData("[Service]\nType=simple\n", 1, "bad.service", "ExecStart=")]
    [InlineData("ExecStart=/bin/true\n", 1, "bad.service:1:", "")]
    [InlineData("[Service\nExecStart=/bin/true\n", 6, "bad.service:1:", "")]
    [InlineData("[Service]\nnonsense\nExecStart=/bin/sleep infinity\n", 0, "bad.service:2:", "")]
    [InlineData("[Service]\nTea=strong\nExecStart=/bin/sleep infinity\n", 0, "bad.service:2:", "Tea")]
    [InlineData("[Service]\nExecStart=/bin/sleep infinity\nTimeoutStopSec=soon\n", 0, "bad.service:3:", "soon")]
    [InlineData("[Service]\nExecStart=/bin/sleep infinity\nLimitNOFILE=\u00e9\u0001\n", 0, "bad.service:3:", "")]
    [InlineData("[Service]\nType=oneshot\nExecStart=/nonexistent/program\n", 1, "/nonexistent/program", "No such file or directory")]
    [InlineData("[Service]\nType=oneshot\nUser=nobody-by-this-name\nExecStart=/bin/true\n", 1, "nobody-by-this-name", "USER")]
    [InlineData("[Unit]\nRequires=bad.service other.service\nAfter=other.service\n[Service]\nExecStart=/bin/true\n", 1, "cycle", "")]
    public void A_bad_unit_is_told_once_and_troubles_nobody(string text, int code, string where, string what)
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/bad.service", text);
            File.WriteAllText($"{folder}/units/other.service", "[Unit]\nRequires=bad.service\nAfter=bad.service\n[Service]\nExecStart=/bin/sleep infinity\n");
            File.WriteAllText($"{folder}/units/good.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        });
        sereno.Do("start", "good");
        int manager = sereno.ManagerPid, good = sereno.State("good.service").Main;
        var outcome = sereno.Run("start", "bad");
        Assert.Equal((code, ""), (outcome.Status, outcome.Output));
        Live.Eventually(() => Told().Length > 0, () => $"a line with {where} and {what}; told:\n{outcome.Errors}{sereno.Run("logs").Output}");
        Assert.True(Told().Length == 1 || where == "cycle", $"told more than once:\n{string.Join('\n', Told())}");
        Assert.Equal((manager, good), (sereno.ManagerPid, sereno.State("good.service").Main));
        // Asked again it is told again, and no harm done either.
        Assert.Equal(code, sereno.Run("restart", "bad").Status);
        sereno.Do("daemon-reload");
        sereno.Do("stop", "good");

        string[] Told() => [.. sereno.Run("logs").Output.Split('\n').Where(l => l.Contains(where) && l.Contains(what))];
    }

    [Fact]
    public void A_flood_of_clients_beyond_the_limit_leaves_a_few_lines_and_the_one_in_service_alone()
    {
        const int flood = 600;
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream={folder}/s\nAccept=yes\nMaxConnections=1\nTriggerLimitIntervalSec=0\n");
            File.WriteAllText($"{folder}/units/a@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/cat\n");
        });
        sereno.Do("start", "a.socket");
        using var served = Connect(sereno);
        Assert.Equal("hello", Echo(served));
        for (int i = 0; i < flood; i++)
            using (var refused = Connect(sereno))
                Assert.Equal("", Echo(refused));
        Assert.Equal((ulong)flood, sereno.Manager.Unit("a.socket").GetAll().Number("NRefused"));
        Assert.Equal("hello", Echo(served));
        string[] told = [.. sereno.Do("logs", "-n", "10000").Output.Split('\n').Where(l => l.Contains("a.socket: Too many incoming connections (1), dropping connection."))];
        // One at once, then after 1, 2, 4... seconds.
        Assert.InRange(told.Length, 1, 8);
        Assert.Contains($", {flood} refused: Too many incoming connections (1), dropping connection.", sereno.Do("status", "a.socket").Output);
    }

    [Theory]
    [InlineData("yes", "trigger-limit-hit")]
    [InlineData("no", "service-start-limit-hit")]
    public void A_service_that_crashes_on_each_connection_ends_its_socket_and_goes_on_when_it_is_mended(string accept, string result)
    {
        string service = accept == "yes" ? "a@.service" : "a.service";
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream={folder}/s\nAccept={accept}\nTriggerLimitBurst=8\nTriggerLimitIntervalSec=1h\n");
            File.WriteAllText($"{folder}/units/{service}", "[Unit]\nStartLimitIntervalSec=1h\n[Service]\nStandardInput=socket\nExecStart=/bin/false\n");
        });
        sereno.Do("start", "a.socket");
        Live.Eventually(() =>
        {
            try
            {
                using var client = Connect(sereno);
                Echo(client);
            }
            catch (SocketException) { } // nobody listens any more
            return sereno.State("a.socket").Active == "failed";
        }, () => "the socket goes on for ever");
        sereno.Expect("a.socket", "failed", "failed", result);
        var status = sereno.Run("status", "a.socket");
        string units = accept == "yes" ? "a.socket" : "a.socket a.service";
        Assert.Contains($"sereno reset-failed {units} && sereno start a.socket", status.Output);
        // Until then it is refused, or begins to fail again at once: the limit is what it was.
        File.WriteAllText($"{sereno.Units}/{service}", File.ReadAllText($"{sereno.Units}/{service}").Replace("/bin/false", accept == "yes" ? "/bin/cat" : "/bin/sleep infinity"));
        sereno.Do("daemon-reload");
        sereno.Do("reset-failed");
        Assert.DoesNotContain("failed", sereno.Do("list-units", "--all", "a*").Output);
        sereno.Do("start", "a.socket");
        using var recovered = Connect(sereno);
        if (accept == "yes")
            Assert.Equal("hello", Echo(recovered));
        else
            sereno.Expect("a.socket", "active", "running");
        Assert.DoesNotContain("reset-failed", sereno.Do("status", "a.socket").Output.Split("\n\n")[0]);
    }

    private static Socket Connect(LiveInstance sereno)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Connect(new UnixDomainSocketEndPoint($"{sereno.Folder}/s"));
        return socket;
    }

    /// <summary>What comes back; nothing from who closes.</summary>
    private static string Echo(Socket client)
    {
        try
        {
            client.Send("hello"u8);
            byte[] answer = new byte[16];
            return System.Text.Encoding.ASCII.GetString(answer, 0, client.Receive(answer));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return "";
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_are_survived()
    {
        var random = new Random(7);
        using var sereno = new LiveInstance(folder =>
        {
            for (int i = 0; i < 40; i++)
            {
                var bytes = new byte[random.Next(0, 4000)];
                random.NextBytes(bytes);
                File.WriteAllBytes($"{folder}/units/noise{i}.service", i % 2 == 0 ? bytes : [.. "[Service]\nExecStart=/bin/true\n"u8, .. bytes]);
            }
            Directory.CreateDirectory($"{folder}/units/folder.service");
            File.CreateSymbolicLink($"{folder}/units/loop.service", "loop.service");
            File.CreateSymbolicLink($"{folder}/units/dangling.service", "/nonexistent/unit.service");
            File.WriteAllText($"{folder}/units/long.service", "[Service]\nExecStart=/bin/echo " + new string('x', 300_000) + "\n");
        });
        int manager = sereno.ManagerPid;
        foreach (string name in (string[])[.. Enumerable.Range(0, 40).Select(i => $"noise{i}"), "folder", "loop", "dangling", "long"])
        {
            var outcome = sereno.Run("start", name);
            Assert.InRange(outcome.Status, 0, 6);
            Assert.DoesNotContain("   at ", outcome.Errors);
            Assert.Equal(0, sereno.Run("daemon-reload").Status);
        }
        Assert.Equal(manager, sereno.ManagerPid);
        Assert.Equal(0, sereno.Run("list-unit-files").Status);
    }

    [Theory]
    [InlineData("EnvironmentFile={0}/fifo", 0)]
    [InlineData("EnvironmentFile={0}/with-zero", 1)]
    [InlineData("EnvironmentFile={0}", 1)]
    [InlineData("EnvironmentFile=/proc/self/mem", 1)]
    [InlineData("EnvironmentFile=/dev/zero", 1)]
    [InlineData("SyslogIdentifier={1}", 0)]
    [InlineData("Environment=A={1}", 0)]
    [InlineData("PIDFile={0}/fifo", 0)]
    [InlineData("WorkingDirectory={0}/fifo", 1)]
    [InlineData("StandardInput=file:{0}/fifo", null)]
    public void What_a_unit_names_may_be_anything_and_stops_only_itself(string setting, int? code)
    {
        using var sereno = new LiveInstance(folder =>
        {
            Assert.Equal(0, Command.Run("mkfifo", $"{folder}/fifo").Status);
            File.WriteAllText($"{folder}/with-zero", "A=1\0B=2\nC=3\n");
            File.WriteAllText($"{folder}/units/odd.service", $"[Service]\nType=oneshot\nTimeoutStartSec=5\n{string.Format(setting, folder, new string('i', 10_000))}\nExecStart=/bin/true\n");
            File.WriteAllText($"{folder}/units/good.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        });
        int manager = sereno.ManagerPid, journal = sereno.JournalPid;
        var outcome = sereno.Run("start", "odd");
        Assert.True(code is null ? outcome.Status is 0 or 1 : outcome.Status == code, $"{outcome}\n{sereno.Said}");
        sereno.Do("start", "good");
        sereno.Expect("good.service", "active", "running");
        Assert.Equal((manager, journal), (sereno.ManagerPid, sereno.JournalPid));
    }

    [Fact]
    public void A_stranger_that_knows_a_units_invocation_is_still_a_stranger()
    {
        using var sereno = new LiveInstance(folder => File.WriteAllText($"{folder}/units/told.service",
            "[Service]\nType=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'echo $NOTIFY_SOCKET $INVOCATION_ID >\"$1\"; exec sleep infinity' sh " + folder + "/known\n"));
        sereno.Do("start", "--no-block", "told");
        Live.Eventually(() => File.Exists($"{sereno.Folder}/known") && File.ReadAllText($"{sereno.Folder}/known").EndsWith('\n'), () => "the service's own words");
        string[] known = File.ReadAllText($"{sereno.Folder}/known").Trim().Split(' ');
        // A server that tells the manager it is ready, started by somebody else with the service's identity.
        using var stranger = Command.Start("env", $"NOTIFY_SOCKET={known[0]}", $"INVOCATION_ID={known[1]}", Live.Executable!, "serve", "echo", "--address", "127.0.0.1:0");
        try
        {
            Assert.Contains("127.0.0.1:", stranger.StandardOutput.ReadLine());
            Assert.False(Live.Within(1, () => sereno.State("told.service").Active != "activating"), sereno.Said);
            Assert.Equal("activating", sereno.State("told.service").Active);
        }
        finally
        {
            stranger.Kill();
            stranger.WaitForExit();
        }
    }

    [Fact]
    public void Verbs_without_an_instance_say_so_with_what_to_do()
    {
        Live.Require();
        string folder = Directory.CreateTempSubdirectory("sereno-none-").FullName;
        foreach (string[] verb in (string[][])[["start", "a"], ["status"], ["list-units"], ["daemon-reload"]])
        {
            var outcome = Command.Run(Live.Executable!, ["--dir", folder, .. verb]);
            Assert.Equal(1, outcome.Status);
            Assert.Equal("", outcome.Output);
            Assert.Single(outcome.Errors.TrimEnd('\n').Split('\n'));
            Assert.Contains($"sereno init --dir {folder}", outcome.Errors);
        }
        Directory.Delete(folder);
    }

    [Fact]
    public void A_second_instance_in_the_same_folder_is_refused()
    {
        using var sereno = new LiveInstance(_ => { });
        var outcome = Command.Run(Live.Executable!, "init", "--dir", sereno.Folder, "--unit-path", sereno.Units);
        Assert.Equal(1, outcome.Status);
        Assert.Contains($"(pid {sereno.Pid})", outcome.Errors);
        Assert.Equal("active", sereno.State("basic.target").Active);
    }

    [Fact]
    public void A_full_disk_makes_wait_who_writes_lines_and_nobody_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to mount a small file system");
        string folder = Directory.CreateTempSubdirectory("sereno-full-").FullName;
        Directory.CreateDirectory($"{folder}/log");
        Assert.SkipUnless(Command.Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", $"{folder}/log").Status == 0, "mounting is not permitted here");
        try
        {
            using var sereno = new LiveInstance(f => File.WriteAllText($"{f}/units/talks.service",
                "[Service]\nExecStart=/bin/sh -c 'while :; do echo 0123456789012345678901234567890123456789; done'\n" ), folder: folder);
            File.WriteAllText($"{folder}/units/good.service", "[Service]\nExecStart=/bin/sleep infinity\n");
            sereno.Do("daemon-reload");
            sereno.Do("start", "talks");
            Live.Eventually(() => new DriveInfo($"{folder}/log").AvailableFreeSpace < 4096 || sereno.Said.Contains("No space left"), () => "a full disk");
            int manager = sereno.ManagerPid;
            sereno.Do("start", "good");
            sereno.Expect("good.service", "active", "running");
            sereno.Expect("talks.service", "active", "running");
            sereno.Do("stop", "talks");
            sereno.Do("stop", "good");
            Assert.Equal(manager, sereno.ManagerPid);
            Assert.InRange(sereno.Said.Split('\n').Count(l => l.Contains("No space left")), 0, 5);
            Assert.Equal(0, sereno.Exit());
        }
        finally
        {
            Command.Run("umount", $"{folder}/log");
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_told_and_the_rest_is_found()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to run as another account");
        string other = Directory.CreateTempSubdirectory("sereno-closed-").FullName;
        File.WriteAllText($"{other}/secret.service", "[Service]\nExecStart=/bin/true\n");
        Assert.SkipUnless(Command.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-x", Live.Executable ?? "/").Status == 0,
            "other accounts can't run the executable");
        try
        {
            using var sereno = new LiveInstance(folder =>
            {
                File.WriteAllText($"{folder}/units/good.service", "[Service]\nExecStart=/bin/sleep infinity\n");
                File.WriteAllText($"{folder}/units/closed.service", "[Service]\nExecStart=/bin/true\n");
                File.SetUnixFileMode($"{folder}/units/closed.service", UnixFileMode.None);
                File.CreateSymbolicLink($"{folder}/units/more.service.d", other);
                File.WriteAllText($"{folder}/units/more.service", "[Service]\nExecStart=/bin/sleep infinity\n");
            }, account: 65534);
            sereno.Do("start", "good");
            sereno.Expect("good.service", "active", "running");
            var outcome = sereno.Run("start", "closed");
            Assert.NotEqual(0, outcome.Status);
            Assert.Contains("closed.service", outcome.Errors);
            Live.Eventually(() => (sereno.Run("logs").Output + outcome.Errors).Split('\n').Any(l => l.Contains("closed.service") && l.Contains("ermission denied")), () => "the reason; " + outcome + sereno.Said);
            sereno.Run("start", "more");
            Assert.Equal("active", sereno.State("good.service").Active);
            Assert.Equal(65534, int.Parse(Command.Run("stat", "-c", "%u", $"/proc/{sereno.State("good.service").Main}").Output));
        }
        finally
        {
            Directory.Delete(other, recursive: true);
        }
    }
}
