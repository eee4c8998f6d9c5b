using CsCheck;
using Sereno.Import;
using Sereno.Tests.Live;
using Sereno.Texts;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>inetd's and xinetd's files as units.</summary>
public sealed class ImportSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("8080 stream tcp nowait nobody /bin/cat cat", "ListenStream=8080", "Accept=yes", "User=nobody", "ExecStart=-/bin/cat\n", "Server=concurrent")]
    [InlineData("8080 stream tcp wait root /bin/cat cat -u", "ListenStream=8080", "Accept=no", "ExecStart=-/bin/cat -u\n", "Server=dedicated")]
    [InlineData("69 dgram udp wait tftp:nogroup /usr/sbin/in.tftpd in.tftpd -s /srv", "ListenDatagram=69", "Accept=no", "User=tftp", "Group=nogroup", "ExecStart=-/usr/sbin/in.tftpd -s /srv\n")]
    [InlineData("8080 stream tcp4 nowait root.tty /bin/cat other", "ListenStream=0.0.0.0:8080", "User=root", "Group=tty", "ExecStart=-@/bin/cat other\n")]
    [InlineData("8080 stream tcp6 nowait root /bin/cat cat", "ListenStream=[::]:8080\nBindIPv6Only=ipv6-only")]
    [InlineData("8080 stream tcp46 nowait root /bin/cat cat", "ListenStream=[::]:8080\nBindIPv6Only=both")]
    [InlineData("127.0.0.1,[::1]:8080 stream tcp nowait root /bin/cat cat", "ListenStream=127.0.0.1:8080\nListenStream=[::1]:8080")]
    [InlineData("::1:8080 stream tcp nowait root /bin/cat cat", "ListenStream=[::1]:8080")]
    [InlineData("10.0.0.1:\n8080 stream tcp nowait root /bin/cat cat", "ListenStream=10.0.0.1:8080")]
    [InlineData("10.0.0.1:\n*:8080 stream tcp nowait root /bin/cat cat", "ListenStream=8080")]
    [InlineData("8080 stream tcp,sndbuf=64k,rcvbuf=1m nowait root /bin/cat cat", "SendBuffer=64K", "ReceiveBuffer=1M")]
    [InlineData("8080 stream tcp nowait.5 root /bin/cat cat", "TriggerLimitIntervalSec=60s", "TriggerLimitBurst=5")]
    [InlineData("8080 stream tcp nowait:5 root /bin/cat cat", "TriggerLimitIntervalSec=60s", "TriggerLimitBurst=5")]
    [InlineData("8080 stream tcp nowait/30/0/4 root /bin/cat cat", "MaxConnections=30", "MaxConnectionsPerSource=4")]
    [InlineData("127.0.0.1:ftp stream tcp nowait root /bin/cat cat", "ListenStream=127.0.0.1:21\n")]
    [InlineData("[::1]:\nftp stream tcp6 nowait root /bin/cat cat", "ListenStream=[::1]:21\nBindIPv6Only=ipv6-only")]
    [InlineData("discard stream tcp nowait root internal", "serve discard\n")]
    [InlineData("daytime dgram udp wait root internal", "ListenDatagram=13\n", "serve daytime\n")]
    [InlineData("chargen stream tcp nowait root internal", "ListenStream=19\n", "serve chargen\n")]
    [InlineData("/run/x stream unix nowait root /bin/cat cat", "ListenStream=/run/x\n")]
    [InlineData("/run/x dgram unix wait root /bin/cat cat", "ListenDatagram=/run/x\n", "Accept=no")]
    [InlineData("echo stream tcp nowait root internal", "ListenStream=7\n", "ExecStart=-/opt/sereno serve echo\n", "StandardError=journal")]
    [InlineData("time dgram udp wait root internal", "ListenDatagram=37\n", "serve rfc868\n")]
    [InlineData("8080 stream tcp nowait root /bin/sh sh -c echo\\ $HOME \"%h\" ;", "ExecStart=-/bin/sh -c \"echo\\\\\" $$HOME \"\\\"%%h\\\"\" \";\"\n")]
    [InlineData("8080 stream tcp nowait root /bin/cat\n cat\n\t-u", "ExecStart=-/bin/cat -u\n")]
    [InlineData("8080 stream tcp nowait root /usr/sbin/tcpd /usr/sbin/micro-httpd /srv", "ExecStart=-@/usr/sbin/tcpd /usr/sbin/micro-httpd /srv\n")]
    [InlineData("8080 stream tcp nowait root /opt/absent/tcpd in.fingerd -w", "ExecStart=-/usr/sbin/in.fingerd -w\n")]
    public void A_line_of_inetd_becomes_a_socket_and_a_service(string lines, params string[] expected)
    {
        var (units, result) = Import(lines);
        Assert.Single(result.Services);
        Assert.All(expected, e => Assert.Contains(e, units));
    }

    [Theory]
    [InlineData("rusers/1-3 dgram rpc/udp wait root /bin/cat cat", ImportProblem.Rpc)]
    [InlineData("tcpmux stream tcp nowait root internal", ImportProblem.Mux)]
    [InlineData("nosuchservice stream tcp nowait root /bin/cat cat", ImportProblem.NoPort)]
    [InlineData("0 stream tcp nowait root /bin/cat cat", ImportProblem.NoPort)]
    [InlineData("80 stream sctp nowait root /bin/cat cat", ImportProblem.BadProtocol)]
    [InlineData("80 dgram tcp nowait root /bin/cat cat", ImportProblem.BadSocketType)]
    [InlineData("80 stream tcp maybe root /bin/cat cat", ImportProblem.BadValue)]
    [InlineData("80 stream tcp nowait.0 root /bin/cat cat", ImportProblem.BadValue)]
    [InlineData("80 stream tcp nowait/1/x root /bin/cat cat", ImportProblem.BadValue)]
    [InlineData("80 stream tcp nowait.x root /bin/cat cat", ImportProblem.BadValue)]
    [InlineData("80 stream tcp,sndbuf=many nowait root /bin/cat cat", ImportProblem.BadValue)]
    [InlineData("80 stream tcp nowait ro/ot /bin/cat cat", ImportProblem.BadUser)]
    [InlineData("80 stream tcp nowait root cat cat", ImportProblem.BadProgram)]
    [InlineData("80 stream tcp nowait root /bin/../cat cat", ImportProblem.BadProgram)]
    [InlineData("host.example:80 stream tcp nowait root /bin/cat cat", ImportProblem.NamedAddress)]
    [InlineData("1.2.3:80 stream tcp nowait root /bin/cat cat", ImportProblem.NamedAddress)]
    [InlineData("10.0.0.1:80 stream tcp6 nowait root /bin/cat cat", ImportProblem.BadAddress)]
    [InlineData("run/x stream unix nowait root /bin/cat cat", ImportProblem.BadAddress)]
    [InlineData("80 stream tcp nowait root", ImportProblem.FewFields)]
    [InlineData("ftp stream tcp nowait root internal", ImportProblem.NoInternal)]
    [InlineData("80 stream tcp nowait root /bin/cat c\0at", ImportProblem.NulByte)]
    public void What_has_no_equivalent_is_told_with_its_line_and_never_guessed(string line, ImportProblem problem)
    {
        var (_, result) = Import("# first\n" + line);
        Assert.Empty(result.Services);
        Assert.Contains(result.Notes, n => n.Problem == problem && n.Line == 2 && n.Loss == ImportLoss.Service);
    }

    [Fact]
    public void An_xinetd_service_takes_over_what_units_can_say()
    {
        var (units, result) = Import("""
            defaults
            {
                instances = 60
                only_from = 10.0.0.0
                env = A=1
                nice = 3
            }
            service www
            {
                type = UNLISTED
                port = 8088
                socket_type = stream
                wait = no
                user = nobody
                group = www-data
                server = /usr/sbin/micro-httpd
                server_args = /var/www/html
                only_from += 192.168.1.0 2001:db8::/32
                no_access = 10.128.0.0
                env += B=2
                passenv = LANG
                per_source = 3
                cps = 25 30
                nice = -5
                umask = 22
                rlimit_as = 64M
                rlimit_cpu = UNLIMITED
                bind = 127.0.0.1
                flags = NODELAY KEEPALIVE REUSE
            }
            """);
        Assert.Single(result.Services);
        foreach (string line in (string[])["ListenStream=127.0.0.1:8088", "Accept=yes", "MaxConnections=60", "MaxConnectionsPerSource=3", "TriggerLimitBurst=25", "NoDelay=yes", "KeepAlive=yes",
            "IPAddressAllow=10.0.0.0/9 10.129.0.0/16 10.130.0.0/15 10.132.0.0/14 10.136.0.0/13 10.144.0.0/12 10.160.0.0/11 10.192.0.0/10 192.168.1.0/24 2001:db8::/32", "IPAddressDeny=any",
            "User=nobody", "Group=www-data", "ExecStart=-/usr/sbin/micro-httpd /var/www/html", "Nice=-5", "UMask=0022", "LimitAS=64M", "LimitCPU=infinity", "Environment=A=1 B=2", "PassEnvironment=LANG"])
            Assert.Contains(line + "\n", units);
        Assert.Equal([ImportProblem.Pause], result.Notes.Select(n => n.Problem));
    }

    [Theory]
    [InlineData("server = /bin/cat\n user = root\n no_access = evil.example", ImportProblem.CannotKeepOut)]
    [InlineData("server = /bin/cat\n user = root\n type = RPC UNLISTED", ImportProblem.Rpc)]
    [InlineData("server = /bin/cat\n user = root\n flags = SENSOR", ImportProblem.Sensor)]
    [InlineData("server = bin/cat\n user = root", ImportProblem.BadProgram)]
    [InlineData("user = root", ImportProblem.Missing)]
    [InlineData("server = /bin/cat\n nice = 99", ImportProblem.BadValue)]
    [InlineData("server = /bin/cat\n umask = 9", ImportProblem.BadValue)]
    [InlineData("server = /bin/cat\n instances = many", ImportProblem.BadValue)]
    [InlineData("server = /bin/cat\n interface = eth0", ImportProblem.NamedAddress)]
    [InlineData("redirect = -oProxy 80", ImportProblem.BadValue)]
    public void Of_xinetd_too_nothing_is_left_open_that_was_closed(string attributes, ImportProblem problem)
    {
        var (_, result) = Import($"service x\n{{\n port = 80\n wait = no\n socket_type = stream\n {attributes}\n}}\n");
        Assert.Empty(result.Services);
        Assert.Contains(result.Notes, n => n.Problem == problem && n.Loss == ImportLoss.Service);
    }

    [Fact]
    public void Only_from_without_a_host_that_can_be_had_lets_nobody_in()
    {
        var (units, result) = Import("service x {\n port = 80\n wait = no\n server = /bin/cat\n only_from = trusted.example\n}");
        Assert.Contains("IPAddressDeny=any\n", units);
        Assert.DoesNotContain("IPAddressAllow", units);
        Assert.Contains(result.Notes, n => n is { Problem: ImportProblem.HostLeftOut, Line: 5 });
    }

    [Fact]
    public void Files_are_included_disabled_services_are_named_and_loops_end()
    {
        File.WriteAllText($"{_folder}/main", $"defaults\n{{\n disabled = b\n}}\nincludedir {_folder}/d\n");
        Directory.CreateDirectory($"{_folder}/d");
        File.WriteAllText($"{_folder}/d/a", "service echo {\n type = INTERNAL\n wait = no\n id = a\n disable = yes\n}\nservice echo {\n type = INTERNAL UNLISTED\n port = 1007\n wait = no\n id = b\n}\n");
        File.WriteAllText($"{_folder}/d/c", $"service echo\n{{\n type = INTERNAL UNLISTED\n port = 1008\n wait = no\n}}\ninclude {_folder}/main\n");
        File.WriteAllText($"{_folder}/d/left.over", "nonsense\n");
        var result = ImportRun.Read([$"{_folder}/main"], new());
        Assert.Equal(["echo"], result.Services.Select(s => s.UnitName));
        Assert.Equal([ImportProblem.Disabled, ImportProblem.Disabled], result.Notes.Where(n => n.Loss == ImportLoss.Nothing).Select(n => n.Problem));
        Assert.Contains(result.Notes, n => n.Problem == ImportProblem.TooDeep);
        Assert.Equal(3, ImportRun.Read([$"{_folder}/main"], new() { All = true }).Services.Count);
    }

    [Fact]
    public void Files_that_exist_are_kept_unless_forced_and_links_are_never_written_through()
    {
        File.WriteAllText($"{_folder}/inetd.conf", "8080 stream tcp nowait root /bin/cat cat\n../../etc/x:9 stream tcp nowait root /bin/cat cat\n");
        File.WriteAllText($"{_folder}/precious", "precious");
        Directory.CreateDirectory($"{_folder}/out");
        File.CreateSymbolicLink($"{_folder}/out/8080.socket", $"{_folder}/precious");
        var (status, _, errors) = SerenoProcess.Run("import", $"{_folder}/inetd.conf", "--output", $"{_folder}/out");
        Assert.Equal(1, status);
        Assert.Contains($"{_folder}/out/8080.socket exists already (--force replaces it)", errors);
        Assert.Contains($"{_folder}/inetd.conf:2: not converted: '../../etc/x' isn't an address to listen on", errors);
        SerenoProcess.Run("import", $"{_folder}/inetd.conf", "--output", $"{_folder}/out", "--force");
        Assert.Contains("ListenStream=8080", File.ReadAllText($"{_folder}/out/8080.socket"));
        Assert.Equal("precious", File.ReadAllText($"{_folder}/precious"));
        Assert.Equal(["8080.socket", "8080@.service"], Directory.GetFiles($"{_folder}/out").Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("8080 stream tcp", "8080 stream tcp", true)]
    [InlineData("8080 stream tcp", "127.0.0.1:8080 stream tcp", true)]
    [InlineData("8080 stream tcp4", "8080 stream tcp46", true)]
    [InlineData("8080 stream tcp4", "8080 stream tcp6", false)]
    [InlineData("127.0.0.1:8080 stream tcp", "[::1]:8080 stream tcp", false)]
    [InlineData("8080 stream tcp", "8080 dgram udp", false)]
    [InlineData("8080 stream tcp", "8081 stream tcp", false)]
    [InlineData("/run/x stream unix", "/run/x dgram unix", true)]
    public void Two_lines_for_one_address_are_told_and_the_first_has_it(string first, string second, bool collide)
    {
        var (_, result) = Import($"{first} nowait root /bin/cat cat\n{second} wait root /bin/cat cat\n");
        Assert.Equal(collide ? 1 : 2, result.Services.Count);
        Assert.Equal(collide, result.Notes.Any(n => n is { Problem: ImportProblem.SamePlace, Line: 2, Loss: ImportLoss.Service } && n.Word.EndsWith("(1)")));
    }

    [Fact]
    public void Units_of_the_machine_are_not_replaced_unless_forced()
    {
        Directory.CreateDirectory($"{_folder}/lib");
        File.WriteAllText($"{_folder}/lib/ssh.service", "[Service]\nExecStart=/bin/true\n");
        File.WriteAllText($"{_folder}/inetd.conf", "ssh stream tcp nowait root /usr/sbin/sshd sshd -i\n");
        string[] import = ["import", $"{_folder}/inetd.conf", "--unit-path", $"{_folder}/out:{_folder}/lib", "--output", $"{_folder}/out"];
        var (status, _, errors) = SerenoProcess.Run(import);
        Assert.Equal(0, status);
        Assert.Contains($"{_folder}/inetd.conf:1: this machine has a unit ssh ({_folder}/lib/ssh.service): the imported one gets another name (--force takes its place)", errors);
        Assert.Equal(["ssh-inetd.socket", "ssh-inetd@.service"], Directory.GetFiles($"{_folder}/out").Select(Path.GetFileName).Order());
        Assert.Contains("the imported one takes its place", SerenoProcess.Run([.. import, "--force"]).Errors);
        Assert.True(File.Exists($"{_folder}/out/ssh.socket"));
    }

    [Theory]
    [InlineData("8080.socket", "8080@.service")]
    [InlineData("8080@.service", "8080.socket")]
    public void Of_the_two_files_of_a_service_both_are_written_or_none(string there, string other)
    {
        File.WriteAllText($"{_folder}/inetd.conf", "8080 stream tcp nowait root /bin/cat cat\n8081 stream tcp nowait root /bin/cat cat\n");
        Directory.CreateDirectory($"{_folder}/out");
        File.WriteAllText($"{_folder}/out/{there}", "mine");
        var (status, _, errors) = SerenoProcess.Run("import", $"{_folder}/inetd.conf", "--output", $"{_folder}/out");
        Assert.Equal(1, status);
        Assert.Contains($"{_folder}/out/{there} exists already (--force replaces it)\n", errors);
        Assert.Contains($"{_folder}/out/{other} not written: the two belong together\n", errors);
        Assert.Equal(((string[])[there, "8081.socket", "8081@.service"]).Order(StringComparer.Ordinal), Directory.GetFiles($"{_folder}/out").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(0, SerenoProcess.Run("import", $"{_folder}/inetd.conf", "--output", $"{_folder}/out", "--force").Status);
        Assert.NotEqual("mine", File.ReadAllText($"{_folder}/out/{there}"));
        // One that can't be written takes the other along.
        File.Delete($"{_folder}/out/{there}");
        File.Delete($"{_folder}/out/{other}");
        Directory.CreateDirectory($"{_folder}/out/{there}/x");
        Assert.Equal(1, SerenoProcess.Run("import", $"{_folder}/inetd.conf", "--output", $"{_folder}/out", "--force").Status);
        Assert.False(File.Exists($"{_folder}/out/{other}"));
    }

    [Fact]
    public void A_folder_is_xinetds_unless_it_is_where_a_file_should_be()
    {
        Directory.CreateDirectory($"{_folder}/xinetd.d");
        Directory.CreateDirectory($"{_folder}/inetd.conf");
        File.WriteAllText($"{_folder}/xinetd.d/echo", "service echo {\n type = INTERNAL\n wait = no\n}\n");
        File.WriteAllText($"{_folder}/xinetd.d/echo.dpkg-old", "service echo {\n type = INTERNAL\n wait = no\n}\n");
        var (status, output, errors) = SerenoProcess.Run("import", $"{_folder}/xinetd.d");
        Assert.Equal((0, "1 service converted, 0 not\n"), (status, errors));
        Assert.Contains("ListenStream=7\n", output);
        (status, _, errors) = SerenoProcess.Run("import", $"{_folder}/inetd.conf");
        Assert.Equal((1, $"{_folder}/inetd.conf: not converted: cannot read {_folder}/inetd.conf: Is a directory\n0 services converted, 1 not\n"), (status, errors));
    }

    /// <summary>Whatever is in a file: units have only the lines that we gave them, in folders that are ours.</summary>
    [Fact]
    public void Hostile_files_are_contained() => Gen.Select(Gen.Bool, Gen.Int[0, s_pieces.Length - 1].Select(i => s_pieces[i]).Array[1, 40]).Sample((xinetd, pieces) =>
    {
        string text = string.Concat(pieces);
        var (units, result) = Import(xinetd ? "service x\n{\n port = 80\n wait = no\n" + text : text);
        foreach (var service in result.Services)
        {
            Assert.Matches("^[A-Za-z0-9_][A-Za-z0-9_.-]*$", service.UnitName);
            Assert.True(service.UnitName.Length < 110);
        }
        Assert.Equal(result.Services.Count, result.Services.Select(s => s.UnitName).Distinct().Count());
        Assert.All(units.Split('\n'), line => Assert.Matches("^(#.*|\\[(Unit|Socket|Service|Install|X-Sereno)\\]|(Description|Listen(Stream|Datagram)|Accept|BindIPv6Only|SendBuffer|ReceiveBuffer|TriggerLimit(IntervalSec|Burst)|MaxConnections(PerSource)?|IPAddress(Allow|Deny)|NoDelay|KeepAlive|WantedBy|Server|User|Group|ExecStart|Standard(Input|Error)|Nice|UMask|Limit[A-Z]+|Environment|PassEnvironment)=.*|)$", line));
        Assert.DoesNotContain(units, c => c != '\n' && char.IsControl(c));
    }, iter: 2000);

    [Fact]
    public void What_is_made_passes_systemd_analyze_and_our_check()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "no systemd-analyze");
        File.WriteAllText($"{_folder}/inetd.conf", """
            echo stream tcp nowait root internal
            echo dgram udp wait root internal
            127.0.0.1:8080 stream tcp nowait.30 daemon:daemon /bin/cat other -u "a b" $x %h ; end
            8081 stream tcp6,sndbuf=64k wait root /bin/cat cat
            /run/sereno-import-x stream unix nowait root /bin/cat cat
            """);
        File.WriteAllText($"{_folder}/xinetd.conf", "service www {\n type = UNLISTED\n port = 8088\n wait = no\n user = daemon\n server = /bin/cat\n only_from = 10.0.0.0 ::1\n no_access = 10.1.0.0\n env = A=1 B=x%y\"z\n nice = 5\n umask = 077\n rlimit_files = 100\n cps = 10 10\n instances = 5\n}\n");
        var (status, _, errors) = SerenoProcess.Run("import", $"{_folder}/inetd.conf", $"{_folder}/xinetd.conf", "--output", $"{_folder}/out");
        Assert.True(status == 0, errors);
        string[] files = [.. Directory.GetFiles($"{_folder}/out").Order(StringComparer.Ordinal)];
        Assert.Equal(12, files.Length);
        var verified = Command.Run("/usr/bin/env", ["SYSTEMD_LOG_LEVEL=warning", $"SYSTEMD_UNIT_PATH={_folder}/out:", "systemd-analyze", "verify", "--man=no", .. files]);
        Assert.Equal("exit 0\n", verified.ToString());
        var check = SerenoProcess.Run(["check", "--unit-path", $"{_folder}/out", .. files.Select(f => Path.GetFileName(f)!.Replace("@.service", "@1.service"))]);
        Assert.True(check.Status == 0 && check.Errors.Length == 0, check.Output + check.Errors);
    }

    private static readonly string[] s_pieces =
    [
        "\n", "\n", "\n", " ", "\t", "\0", "\r", "\e[2J", "echo", "80", "65536", "-1", "127.0.0.1:", "[::1]:", "*:", "/run/x", "../../etc/passwd", "a/b", "@", "%n", "$HOME", "\\", "\"", "'", ";", "#", "=", "{", "}",
        " stream tcp nowait root /bin/cat cat\n", " dgram udp wait root internal\n", "8080 stream tcp nowait root /bin/sh sh -c ", "9 stream tcp nowait.3 nobody.nogroup /usr/sbin/tcpd in.x\n",
        "service ", "defaults\n{\n", "server = /bin/cat\n", "server_args = ", "user = ", "root", "\n}\n", "service y\n{\n", "type = INTERNAL\n", "only_from = ", "no_access = 10.0.{1,2}\n", "0.0.0.0", "::/0", "env += A=", "include /nonexistent\n", "id = ", "bind = ",
        "port = ", "wait = no\n", "\u202e", "é", new string('x', 9000),
    ];

    /// <summary>All units' text.</summary>
    private static (string Units, ImportResult Result) Import(string text)
    {
        var import = new Importing { Machine = new FakeMachine() };
        ImportRun.Read("file", ConfigurationFile.Lines("file", System.Text.Encoding.UTF8.GetBytes(text), import), import);
        return (string.Concat(import.Result.Services.Select(s => UnitText.Of(s, $"{s.File}:{s.Line}")).Select(u => u.Socket + u.Service)), import.Result);
    }

    private sealed class FakeMachine : MachineNames
    {
        public override bool HasProgram(string path) => path == "/usr/sbin/tcpd";
        public override string Sereno => "/opt/sereno";
        public override string? FindUnit(string name) => null;
    }
}
