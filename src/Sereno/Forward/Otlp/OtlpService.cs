using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace Sereno.Forward.Otlp;

/// <summary>OpenTelemetry's logger of one service: what it exports has that service as its resource.</summary>
internal sealed class OtlpService : IDisposable
{
    private readonly OpenTelemetryLoggerProvider _provider;
    private readonly BatchLogRecordExportProcessor _processor;
    private readonly ILogger _logger;
    private readonly WebClient _web;
    private readonly int _timeout;

    public OtlpService(string service, string host, OtlpExporterOptions exporter, WebClient web, int batch)
    {
        (_timeout, _web) = (exporter.TimeoutMilliseconds, web);
        // It exports when it is told to, and then all at once.
        _processor = new(new OtlpLogExporter(exporter), maxQueueSize: batch, scheduledDelayMilliseconds: int.MaxValue, exporterTimeoutMilliseconds: _timeout, maxExportBatchSize: batch);
        var resource = new List<KeyValuePair<string, object>>();
        if (service.Length > 0)
            resource.Add(new("service.name", service));
        if (host.Length > 0)
            resource.Add(new("host.name", host));
        var options = new OpenTelemetryLoggerOptions { IncludeFormattedMessage = true };
        options.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddTelemetrySdk().AddEnvironmentVariableDetector().AddAttributes(resource));
        options.AddProcessor(new Stamp());
        options.AddProcessor(_processor);
        _provider = new(new Fixed(options));
        _logger = _provider.CreateLogger("sereno.journal");
    }

    /// <summary>False where the other side has not taken them all. The processor doesn't tell; but all go in one request, and who carries that knows.</summary>
    public bool Export(IEnumerable<OtlpRecord> records)
    {
        long before = _web.Accepted;
        foreach (var record in records)
            _logger.Log(record.Level, default, record, null, static (r, _) => r.Body);
        return _processor.ForceFlush(_timeout + 1000) && _web.Accepted > before;
    }

    public void Dispose() => _provider.Dispose();

    /// <summary>The times are the journal's, not those of the export.</summary>
    private sealed class Stamp : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data)
        {
            if (data.Attributes is OtlpRecord record)
                (data.Timestamp, data.ObservedTimestamp) = (record.Time, record.Seen);
        }
    }

    private sealed class Fixed(OpenTelemetryLoggerOptions options) : IOptionsMonitor<OpenTelemetryLoggerOptions>
    {
        public OpenTelemetryLoggerOptions CurrentValue => options;

        public OpenTelemetryLoggerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<OpenTelemetryLoggerOptions, string?> listener) => null;
    }
}
