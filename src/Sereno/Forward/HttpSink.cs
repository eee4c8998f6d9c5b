using System.IO.Compression;
using System.Net.Http.Headers;

namespace Sereno.Forward;

/// <summary>Each batch a POST of JSON lines; an answer of 2xx means that it has been taken.</summary>
internal sealed class HttpSink : ByteSink
{
    private readonly Uri _address;
    private readonly ForwardOptions _options;
    private readonly WebClient _web;
    private readonly HttpClient _client;

    public HttpSink(Uri address, RecordFormat format, ForwardOptions options) : base(format)
    {
        (_address, _options, _web) = (address, options, new(address, options));
        _client = new(_web) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public override async Task SendAsync(int from, int count, CancellationToken stop)
    {
        var content = _options.Compresses ? new ByteArrayContent(Compress(Bytes(from, count).Span)) : (HttpContent)new ReadOnlyMemoryContent(Bytes(from, count));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        if (_options.Compresses)
            content.Headers.ContentEncoding.Add("gzip");
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = content };
        // What it says besides its status is nobody's to read, and may be without end.
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (_web.Refusal is { } refusal)
            throw refusal;
        await Drain(response, stop);
    }

    /// <summary>A short answer is read to its end, which lets the connection be used again.</summary>
    private static async Task Drain(HttpResponseMessage response, CancellationToken stop)
    {
        const int most = 64 * 1024;
        byte[] unread = new byte[4096];
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(stop);
            for (int read = 0, n; read < most && (n = await body.ReadAsync(unread, stop)) > 0;)
                read += n;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // It has said yes already.
        }
    }

    private static byte[] Compress(ReadOnlySpan<byte> bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return compressed.ToArray();
    }

    public override void Dispose() => _client.Dispose();
}
