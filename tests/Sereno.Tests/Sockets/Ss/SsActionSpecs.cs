using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Tests.Sockets.Lab;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Sockets.Ss;

/// <summary>What ss does rather than lists: copies of /proc, closing sockets, other namespaces, pipes that nobody reads.</summary>
public class SsActionSpecs
{
    [Theory]
    [InlineData("-tan")]
    [InlineData("-tanoei")]
    [InlineData("-ta4")]
    [InlineData("-uane")]
    [InlineData("-wa -4 -6")]
    [InlineData("-xanp")]
    [InlineData("-0ane")]
    [InlineData("-f netlink -ane")]
    [InlineData("-an src 127.0.0.1")]
    [InlineData("-xa src *listening")]
    [InlineData("-tan autobound")]
    [InlineData("-s")]
    [InlineData("-s -H -t")]
    public void A_copy_of_proc_is_read_alike(string options) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        // A path with a line end makes a line that ss reads anyway, what it lacks being the line before's.
        lab.Add(Recipes.All.Where(s => s != Specimen.UnixNewline));
        string root = Directory.CreateTempSubdirectory("sereno-proc-").FullName;
        try
        {
            Directory.CreateDirectory($"{root}/net");
            foreach (string table in (string[])["tcp", "tcp6", "udp", "udp6", "raw", "raw6", "unix", "packet", "netlink", "sockstat", "sockstat6", "snmp"])
                File.WriteAllText($"{root}/net/{table}", File.ReadAllText($"/proc/thread-self/net/{table}"));
            Assert.Equal(SsPrograms.Theirs(options, ("PROC_ROOT", root)), SsPrograms.Ours(options, ("PROC_ROOT", root)));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    });

    [Fact]
    public void Where_there_is_no_proc_it_says_what_ss_says()
    {
        foreach (string options in (string[])["-s", "-an", "-t", "-tanp"])
            Assert.Equal(SsPrograms.Theirs(options, ("PROC_ROOT", "/nonexistent")), SsPrograms.Ours(options, ("PROC_ROOT", "/nonexistent")));
    }

    [Fact]
    public void Kill_closes_what_the_filter_finds_and_shows_it() => NetworkNamespace.Run(() =>
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var one = new TcpClient("127.0.0.1", port);
        using var accepted = listener.AcceptTcpClient();
        var killed = SsPrograms.Ours($"-K -tn sport = :{((IPEndPoint)one.Client.LocalEndPoint!).Port}");
        Assert.Equal((0, ""), (killed.ExitCode, killed.Errors));
        Assert.Contains($":{port}", killed.Output);
        Assert.Equal(SocketError.ConnectionAborted, Assert.Throws<SocketException>(() => one.Client.Receive(new byte[1])).SocketErrorCode);
        Assert.DoesNotContain($":{port}", SsPrograms.Ours("-tn").Output);
        Assert.Contains($":{port}", SsPrograms.Ours("-tln").Output);
    });

    [Fact]
    public void Another_namespace_is_listed_by_its_name()
    {
        string name = $"sereno-{Environment.ProcessId}";
        NetworkNamespace.Run(() =>
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            Directory.CreateDirectory("/var/run/netns");
            File.WriteAllText($"/var/run/netns/{name}", "");
            using var mount = Process.Start("mount", ["--bind", $"/proc/{Environment.ProcessId}/task/{ThreadId()}/ns/net", $"/var/run/netns/{name}"])!;
            mount.WaitForExit();
            Assert.SkipWhen(mount.ExitCode != 0, "a bind mount isn't permitted here");
            try
            {
                Outcome theirs = default, ours = default;
                var outside = new Thread(() => (theirs, ours) = (SsPrograms.Theirs($"-tlnN {name}"), SsPrograms.Ours($"-tlnN {name}")));
                outside.Start();
                outside.Join();
                Assert.Equal(theirs, ours);
                Assert.Contains($":{((IPEndPoint)listener.LocalEndpoint).Port}", ours.Output);
            }
            finally
            {
                using var unmount = Process.Start("umount", [$"/var/run/netns/{name}"])!;
                unmount.WaitForExit();
                File.Delete($"/var/run/netns/{name}");
            }
        });
    }

    [Fact]
    public void Newer_options_are_known_and_older_abbreviations_mean_what_they_did() => NetworkNamespace.Run(() =>
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        string end = $"127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}";
        Assert.Contains(end, SsPrograms.Ours("-tnB").Output);
        Assert.Contains(end, SsPrograms.Ours("-tn --bound-inactive").Output);
        Assert.DoesNotContain(end, SsPrograms.Ours("-tan").Output);
        Assert.DoesNotContain("Recv-Q", SsPrograms.Ours("-tan --no-queues").Output);
        Assert.Equal(SsPrograms.Theirs("-ta --b"), SsPrograms.Ours("-ta --b"));
        Assert.Equal(SsPrograms.Theirs("--no").Errors.Split('\n')[0], SsPrograms.Ours("--no").Errors.Split('\n')[0]);
    });

    [Theory]
    [InlineData("-t -F /dev/zero")]
    [InlineData("-tan -F /")]
    [InlineData("-t -D /nonexistent/file")]
    [InlineData("-t -D /")]
    public void Files_that_are_none_are_taken_alike(string options) => NetworkNamespace.Run(() =>
        Assert.Equal(SsPrograms.Theirs(options), SsPrograms.Ours(options)));

    [Theory]
    [InlineData("ss -h >&-", 1)]
    [InlineData("ss -tln >/dev/full", 1)]
    [InlineData("netstat -V >&-", 1)]
    [InlineData("--version >&-", 1)]
    [InlineData("--version >/dev/full 2>&-", 1)]
    [InlineData("ss --bogus 2>&-", 255)]
    [InlineData("netstat --bogus 2>/dev/full", 3)]
    [InlineData("bogus 2>&-", 1)]
    public void Streams_that_cant_be_written_are_no_crash(string command, int exitCode)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {Path.Combine(AppContext.BaseDirectory, "sereno")} {command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        shell.WaitForExit();
        Assert.Equal(exitCode, shell.ExitCode);
    }

    [Fact]
    public void Under_the_name_of_ss_a_full_disk_is_passed_over() => NetworkNamespace.Run(() =>
    {
        using var full = Files.Open("/dev/full", libc.O_WRONLY);
        using var output = new DescriptorStream(full) { Forgives = true };
        foreach (string option in (string[])["-h", "-V", "-tln"])
            Assert.Equal(0, SsVerb.Run([option], output, TextWriter.Null, null));
    });

    private static string ThreadId() => File.ReadAllText("/proc/thread-self/stat").Split(' ')[0];
}
