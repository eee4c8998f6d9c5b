using System.Net;
using System.Net.Http.Headers;
using Sereno.Texts;

namespace Sereno.Forward;

/// <summary>Requests with the headers that were asked for, and what their answers mean.</summary>
internal sealed class WebClient : DelegatingHandler
{
    private readonly ForwardOptions _options;

    public WebClient(ForwardOptions options) : base(new SocketsHttpHandler
    {
        // A collector behind a name that moves is found again.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    }) => _options = options;

    /// <summary>Why the last request came to nothing; null where it was answered well.</summary>
    public RefusedException? Refusal { get; private set; }

    /// <summary>Requests that were answered well.</summary>
    public long Accepted { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Refusal = null;
        AddHeaders(request);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            Refusal = RefusalOf(response);
            Accepted += Refusal is null ? 1 : 0;
            return response;
        }
        catch (HttpRequestException e)
        {
            Refusal = new(e.Message);
            throw;
        }
        catch (OperationCanceledException)
        {
            Refusal = new(Text.Current.Forward.NoAnswer);
            throw;
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).GetAwaiter().GetResult();

    private void AddHeaders(HttpRequestMessage request)
    {
        foreach (string line in _options.HeaderFile is { } file ? [.. _options.Headers, .. File.ReadLines(file)] : _options.Headers)
        {
            int colon = line.IndexOf(':');
            if (string.IsNullOrWhiteSpace(line))
                continue;
            string name = colon < 0 ? "" : line[..colon].Trim(), value = line[(colon + 1)..].Trim();
            if (colon < 1 || !(request.Headers.TryAddWithoutValidation(name, value) || request.Content?.Headers.TryAddWithoutValidation(name, value) == true))
                throw new FormatException(Text.Current.Forward.BadHeader(_options.HeaderFile ?? "--header"));
        }
    }

    private static RefusedException? RefusalOf(HttpResponseMessage response) => response.IsSuccessStatusCode ? null
        : new($"HTTP {(int)response.StatusCode} {Printable.Of(response.ReasonPhrase ?? "")}".TrimEnd(), WaitOf(response.Headers.RetryAfter), response.StatusCode == HttpStatusCode.RequestEntityTooLarge);

    private static TimeSpan? WaitOf(RetryConditionHeaderValue? wait) => wait?.Delta ?? (wait?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
}
