using System.Net.Sockets;
using System.Text.Json;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Lists beside the real systemctl's, which finds the same instance in a /run of its own.</summary>
[Collection(Live.Name)]
public sealed class ListSpecs(ListSpecs.Units units) : IClassFixture<ListSpecs.Units>
{
    /// <summary>A few of each kind that the lists tell apart, with a circle among them.</summary>
    public sealed class Units : IDisposable
    {
        private readonly LiveInstance? _instance;

        public Units()
        {
            if (Unavailable is not null)
                return;
            _instance = new(folder =>
            {
                void Write(string name, string text) => File.WriteAllText($"{folder}/units/{name}", text);
                Write("a.service", "[Service]\nExecStart=/bin/sleep infinity\n");
                Write("B.service", "[Unit]\nRequires=a.service c.service\nPartOf=a.service\n[Service]\nExecStart=/bin/sleep infinity\n");
                Write("c.service", "[Service]\nExecStart=/bin/false\n");
                Write("q.socket", $"[Socket]\nListenStream={folder}/s1\nListenDatagram={folder}/s0\nListenFIFO={folder}/f\n");
                Write("q.service", "[Service]\nExecStart=/bin/sleep infinity\n");
                Write("idle.socket", $"[Socket]\nListenStream={folder}/idle\n");
                Write("idle.service", "[Service]\nExecStart=/bin/sleep infinity\n");
                foreach (string name in (string[])["none", "lone", "many"])
                {
                    Write($"{name}.socket", $"[Socket]\nListenStream={folder}/{name}\nAccept=yes\n[X-Sereno]\nScope=local\n");
                    Write($"{name}@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/cat\n");
                }
                Write("w.path", $"[Path]\nPathExists={folder}/nosuch\nPathChanged={folder}\n");
                Write("w.service", "[Service]\nExecStart=/bin/sleep infinity\n");
                Write("one.target", "[Unit]\nWants=a.service c.service q.socket idle.service two.target\nRequires=three.target\nAfter=a.service\n");
                Write("two.target", "[Unit]\nWants=B.service three.target\n");
                Write("three.target", "[Unit]\nWants=one.target a.service a-unit-whose-name-is-longer-than-most-terminals-are-wide-so-that-it-has-to-be-cut-somewhere.service\n");
            });
            _instance.Do("start", "a", "q.socket", "w.path");
            _instance.Run("start", "c");
            _instance.Expect("c.service", "failed");
            _instance.Do("show", "idle.socket", "one.target");
            // What accepts starts none, one, or many.
            foreach (var (name, clients) in new[] { ("none", 0), ("lone", 1), ("many", 2) })
            {
                _instance.Do("start", $"{name}.socket");
                for (int i = 0; i < clients; i++)
                {
                    var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    client.Connect(new UnixDomainSocketEndPoint($"{_instance.Folder}/{name}"));
                    _clients.Add(client);
                }
                Live.Eventually(() => _instance.Manager.Unit($"{name}.socket").GetAll().Number("NConnections") == (ulong)clients, () => $"{clients} clients of {name}");
            }
        }

        private readonly List<Socket> _clients = [];

        public static string? Unavailable { get; } =
            Live.Executable is null ? "there is no sereno executable" : !File.Exists("/usr/bin/systemctl") ? "systemctl is not installed"
            : Command.Run("unshare", "-m", "true").Status != 0 ? "mount namespaces are not permitted here" : null;

        internal LiveInstance Instance => _instance!;

        public void Dispose()
        {
            _clients.ForEach(c => c.Dispose());
            _instance?.Dispose();
        }
    }

    [Theory]
    [InlineData("list-sockets")]
    [InlineData("list-sockets", "--show-types")]
    [InlineData("list-sockets", "--all")]
    [InlineData("list-sockets", "--no-legend", "q")]
    [InlineData("list-sockets", "-o", "json")]
    [InlineData("list-sockets", "-o", "json", "--show-types")]
    [InlineData("list-dependencies", "one.target")]
    [InlineData("list-dependencies", "--all", "one.target")]
    [InlineData("list-dependencies", "--plain", "one.target")]
    [InlineData("list-dependencies", "--full", "one.target", "two.target")]
    [InlineData("list-dependencies", "--reverse", "a.service")]
    [InlineData("list-dependencies", "--reverse", "--all", "c.service")]
    [InlineData("list-dependencies", "--after", "one.target")]
    [InlineData("list-dependencies", "--before", "basic.target")]
    [InlineData("list-units", "-t", "foo")]
    [InlineData("list-units", "--no-legend", "--state=foo")]
    [InlineData("list-units", "-t", "service,foo")]
    [InlineData("start", "/no/such/mount")]
    [InlineData("start", "/dev/nosuch")]
    [InlineData("start", "/path/to/x.mount")]
    [InlineData("stop", "a name")]
    [InlineData("is-active", "/")]
    public void They_are_systemctls_own(params string[] words)
    {
        Assert.SkipWhen(Units.Unavailable is not null, Units.Unavailable ?? "");
        var theirs = Systemctl(words);
        Assert.Equal(theirs, units.Instance.Run(words));
    }

    [Fact]
    public void Masking_and_unmasking_leave_no_warning_where_systemctl_has_none()
    {
        Assert.SkipWhen(Units.Unavailable is not null, Units.Unavailable ?? "");
        string[][] steps = [["mask", "B"], ["stop", "B"], ["start", "B"], ["unmask", "B"], ["stop", "B"], ["mask", "--now", "--runtime", "B"], ["unmask", "--runtime", "B"], ["stop", "B"]];
        var mine = steps.Select(s => units.Instance.Run(s)).ToList();
        Assert.Equal(steps.Select(Systemctl), mine);
    }

    [Fact]
    public void List_paths_has_a_row_for_each_path()
    {
        Assert.SkipWhen(Units.Unavailable is not null, Units.Unavailable ?? "");
        string folder = units.Instance.Folder;
        Assert.Equal($"{folder} PathChanged w.path w.service\n{folder}/nosuch PathExists w.path w.service\n",
            System.Text.RegularExpressions.Regex.Replace(units.Instance.Do("list-paths", "--no-legend").Output, " +", " "));
        Assert.Equal(2, JsonDocument.Parse(units.Instance.Do("list-paths", "-o", "json").Output).RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData(0, """[{"unit":"a.service","active":"active"},{"unit":"c.service","active":"failed"}]""", "is-active", "a", "c")]
    [InlineData(0, """[{"unit":"c.service","active":"failed"}]""", "is-failed", "c")]
    [InlineData(0, """[{"unit":"a.service","state":"static"}]""", "is-enabled", "a")]
    [InlineData(0, """[{"unit":"basic.target"}]""", "get-default")]
    public void Answers_come_as_json_too(int status, string expected, params string[] words)
    {
        Assert.SkipWhen(Units.Unavailable is not null, Units.Unavailable ?? "");
        Assert.Equal(new(status, expected + "\n", ""), units.Instance.Run([.. words, "-o", "json"]));
    }

    [Fact]
    public void Status_as_json_has_state_processes_and_log()
    {
        Assert.SkipWhen(Units.Unavailable is not null, Units.Unavailable ?? "");
        var status = JsonDocument.Parse(units.Instance.Do("status", "a", "-o", "json").Output).RootElement[0];
        Assert.Equal(("a.service", "loaded", "active", "running"), (Word("unit"), Word("load"), Word("active"), Word("sub")));
        Assert.Equal(status.GetProperty("mainPid").GetInt32(), status.GetProperty("processes")[0].GetProperty("pid").GetInt32());
        Assert.Contains(status.GetProperty("log").EnumerateArray(), e => e.GetProperty("message").GetString()!.StartsWith("Started a.service", StringComparison.Ordinal));
        Assert.Equal(4, units.Instance.Run("status", "nosuch", "-o", "json").Status);
        string? Word(string name) => status.GetProperty(name).GetString();
    }

    [Fact]
    public void Status_of_a_socket_as_json_says_how_it_serves_whom_and_who_waits()
    {
        Assert.SkipWhen(Units.Unavailable is not null, Units.Unavailable ?? "");
        var many = JsonDocument.Parse(units.Instance.Do("status", "many.socket", "-o", "json").Output).RootElement[0];
        Assert.Equal($$"""[{"type":"Stream","address":"{{units.Instance.Folder}}/many"}]""", many.GetProperty("listen").GetRawText());
        Assert.Equal(("concurrent", "local"), (many.GetProperty("server").GetString(), many.GetProperty("scope").GetString()));
        Assert.Equal((2, 2, 0), (many.GetProperty("accepted").GetInt32(), many.GetProperty("inService").GetInt32(), many.GetProperty("refused").GetInt32()));
        Assert.Equal((0, 4096), (many.GetProperty("acceptQueue").GetProperty("waiting").GetInt32(), many.GetProperty("acceptQueue").GetProperty("limit").GetInt32()));
        var q = JsonDocument.Parse(units.Instance.Do("status", "q.socket", "-o", "json").Output).RootElement[0];
        Assert.Equal(["Stream", "Datagram", "FIFO"], q.GetProperty("listen").EnumerateArray().Select(l => l.GetProperty("type").GetString()));
        Assert.Equal((JsonValueKind.Null, false, false), (q.GetProperty("server").ValueKind, q.TryGetProperty("accepted", out _), q.TryGetProperty("scope", out _)));
    }

    [Fact]
    public void Spanish_has_its_own_days_months_and_problems()
    {
        Assert.SkipWhen(Units.Unavailable is not null, Units.Unavailable ?? "");
        Assert.Matches("Activa: active \\(running\\) desde (lun|mar|mié|jue|vie|sáb|dom) .* UTC; hace ", units.Instance.Do("--lang", "es", "status", "a").Output);
        Assert.Equal("No se pudo iniciar nosuch.service: No se encontró la unidad nosuch.service.\n", units.Instance.Run("--lang", "es", "start", "nosuch").Errors);
        Assert.Matches("^(ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic) \\d\\d ", units.Instance.Do("--lang", "es", "logs", "-u", "a").Output);
        Assert.Equal(units.Instance.Do("logs", "a", "-o", "json").Output, units.Instance.Do("--lang", "es", "logs", "a", "-o", "json").Output);
    }

    /// <summary>Beside its own words, a place of its own for its own name.</summary>
    private Outcome Systemctl(params string[] words)
    {
        var said = Command.Run("unshare", ["-m", "sh", "-c", "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && ln -s \"$0\" /run/systemd/private && exec systemctl --no-pager \"$@\"",
            $"{units.Instance.Folder}/run/private", .. words]);
        return said with { Errors = said.Errors.Replace("systemctl", "sereno", StringComparison.Ordinal) };
    }
}
