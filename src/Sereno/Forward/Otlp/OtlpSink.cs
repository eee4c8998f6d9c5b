using OpenTelemetry.Exporter;
using Sereno.Journal.Read;
using Sereno.Texts;

namespace Sereno.Forward.Otlp;

/// <summary>OTLP over HTTP, by OpenTelemetry's own library: a request for each service of a batch.</summary>
internal sealed class OtlpSink : Sink
{
    // Each has a thread: whose entries haven't come for longest is begun anew.
    private const int MostServices = 16;

    private readonly WebClient _web;
    private readonly HttpClient _client;
    private readonly OtlpExporterOptions _exporter;
    private readonly int _batch;
    private readonly List<OtlpRecord> _records = [];
    private readonly HashSet<OtlpRecord> _taken = [];
    private readonly List<((string Service, string Host) Key, OtlpService Service)> _services = [];
    private long _size;

    public OtlpSink(Uri address, ForwardOptions options)
    {
        _web = new(address, options);
        _client = new(_web) { Timeout = options.Timeout };
        _batch = options.Batch;
        _exporter = new()
        {
            Endpoint = address,
            Protocol = OtlpExportProtocol.HttpProtobuf,
            TimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds,
            Compression = options.Compresses ? OtlpExportCompression.GZip : OtlpExportCompression.None,
            HttpClientFactory = () => _client,
        };
    }

    public override int Count => _records.Count;

    public override long Size => _size;

    public override bool TryAdd(JournalSet journal, EntryFields fields)
    {
        var record = new OtlpRecord(journal, fields);
        _records.Add(record);
        _size += record.Size;
        return true;
    }

    public override Task SendAsync(int from, int count, CancellationToken stop) => Task.Run(() =>
    {
        foreach (var group in _records.GetRange(from, count).Where(r => !_taken.Contains(r)).GroupBy(r => (r.Service, r.Host)))
        {
            stop.ThrowIfCancellationRequested();
            if (!ServiceOf(group.Key).Export(group))
                throw _web.Refusal ?? new RefusedException(Text.Current.Forward.NoAnswer);
            _taken.UnionWith(group);
        }
    }, stop).WaitAsync(stop);

    public override void Clear()
    {
        _records.Clear();
        _taken.Clear();
        _size = 0;
    }

    public override void Dispose()
    {
        foreach (var (_, service) in _services)
            service.Dispose();
        _client.Dispose();
    }

    private OtlpService ServiceOf((string Service, string Host) key)
    {
        int at = _services.FindIndex(s => s.Key == key);
        var service = at >= 0 ? _services[at].Service : new OtlpService(key.Service, key.Host, _exporter, _web, _batch);
        if (at >= 0)
            _services.RemoveAt(at);
        else if (_services.Count == MostServices)
        {
            _services[0].Service.Dispose();
            _services.RemoveAt(0);
        }
        _services.Add((key, service));
        return service;
    }
}
