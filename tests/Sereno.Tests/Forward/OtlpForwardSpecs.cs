using Xunit;

namespace Sereno.Tests.Forward;

/// <summary>sereno forward to OpenTelemetry.</summary>
public sealed class OtlpForwardSpecs : IDisposable
{
    private readonly TestJournal _journal = new();
    private readonly List<OtlpLog> _logs = [];

    public void Dispose() => _journal.Dispose();

    [Fact]
    public void An_entry_becomes_a_record_with_the_journals_times_and_names_of_the_semantic_conventions()
    {
        _journal.Add("MESSAGE=hello\nworld", "PRIORITY=4", "SYSLOG_FACILITY=3", "SYSLOG_IDENTIFIER=prog", "_PID=77", "_COMM=prog", "_EXE=/bin/prog", "_CMDLINE=prog -x",
            "_HOSTNAME=box", "_SYSTEMD_UNIT=web.service", "_SOURCE_REALTIME_TIMESTAMP=1600000000000007", "OWN=value");
        using var collector = Collect();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"otlp://127.0.0.1:{collector.Port}"));
        Assert.StartsWith("POST /v1/logs HTTP/1.1\r\n", Assert.Single(collector.Requests));
        var log = Assert.Single(_logs);
        Assert.Equal(("web.service", "box"), (log.Resource["service.name"], log.Resource["host.name"]));
        Assert.Equal((1_600_000_000_000_007_000UL, 1_700_000_000_000_000_000UL), (log.Time, log.Seen));
        Assert.Equal((13, "hello\nworld"), (log.Severity, log.Body));
        Assert.Equal((77L, 4L, 3L), (log.Attributes["process.pid"], log.Attributes["syslog.severity.code"], log.Attributes["syslog.facility.code"]));
        Assert.Equal(("prog", "/bin/prog", "prog -x"), (log.Attributes["process.executable.name"], log.Attributes["process.executable.path"], log.Attributes["process.command_line"]));
        Assert.Equal(("value", "prog", "web.service"), (log.Attributes["OWN"], log.Attributes["SYSLOG_IDENTIFIER"], log.Attributes["_SYSTEMD_UNIT"]));
        Assert.StartsWith("s=", (string)log.Attributes["log.record.uid"]!);
    }

    [Fact]
    public void Severities_are_in_the_ranges_of_opentelemetrys_table_for_syslog()
    {
        for (int priority = 0; priority < 8; priority++)
            _journal.Add($"MESSAGE={priority}", $"PRIORITY={priority}");
        using var collector = Collect();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"otlp://127.0.0.1:{collector.Port}", "--gzip"));
        Assert.Equal([21, 17, 17, 17, 13, 9, 9, 5], _logs.OrderBy(l => l.Body).Select(l => l.Severity));
    }

    [Fact]
    public void Each_service_has_a_resource_of_its_own_also_when_there_are_many()
    {
        for (int i = 0; i < 200; i++)
            _journal.Add($"MESSAGE=line {i}", $"_SYSTEMD_UNIT=u{i % 40}.service");
        using var collector = Collect();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"otlp://127.0.0.1:{collector.Port}", "--batch", "100"));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => ($"line {i}", $"u{i % 40}.service")).Order(), _logs.Select(l => (l.Body, (string)l.Resource["service.name"]!)).Order());
    }

    [Fact]
    public void A_refused_batch_is_sent_again_and_the_part_that_was_taken_is_not()
    {
        for (int i = 0; i < 30; i++)
            _journal.Add($"MESSAGE=line {i}", $"_SYSTEMD_UNIT=u{i % 3}.service");
        int tries = 0;
        using var collector = Collect(() => tries++ is 1 or 3 ? "503 Service Unavailable" : "200 OK");
        var (status, _, errors) = _journal.ForwardOnce($"otlp://127.0.0.1:{collector.Port}", "--cursor-file", _journal.CursorFile);
        Assert.Equal(0, status);
        Assert.Contains(": HTTP 503 Service Unavailable; what waits stays in the journal\n", errors);
        Assert.Equal(TestJournal.Lines(30).Order(), _logs.Select(l => l.Body).Order());
    }

    private Collector Collect(Func<string>? answer = null) => new(async (c, stream, _) =>
    {
        while (await c.RequestAsync(stream) is { } request)
        {
            string status = answer?.Invoke() ?? "200 OK";
            bool isPacked = request.Head.Contains("Content-Encoding: gzip");
            if (status == "200 OK")
                _logs.AddRange(OtlpLog.Read(isPacked ? Unpack(request.Body) : request.Body));
            await Collector.AnswerAsync(stream, status);
        }
    });

    private static byte[] Unpack(byte[] body)
    {
        var unpacked = new MemoryStream();
        using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
