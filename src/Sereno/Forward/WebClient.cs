using System.Net;
using System.Net.Http.Headers;
using Sereno.Texts;

namespace Sereno.Forward;

/// <summary>Requests with the headers that were asked for, and what their answers mean.</summary>
internal sealed class WebClient : DelegatingHandler
{
    private readonly ForwardOptions _options;
    private readonly string _user;

    /// <exception cref="FormatException">A header is none.</exception>
    /// <exception cref="IOException">They can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor here.</exception>
    public WebClient(Uri address, ForwardOptions options) : base(new SocketsHttpHandler
    {
        // A collector behind a name that moves is found again.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    })
    {
        (_user, _options) = (address.UserInfo, options);
        // What is wrong from the beginning isn't waited for.
        using var request = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        AddHeaders(request);
    }

    /// <summary>Why the last request came to nothing; null where it was answered well.</summary>
    public RefusedException? Refusal { get; private set; }

    /// <summary>Requests that were answered well.</summary>
    public long Accepted { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Refusal = null;
        try
        {
            AddHeaders(request);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            // Tokens are renewed: the file may just be written.
            throw Refusal = new(e.Message);
        }
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
        if (_user.Length > 0 && !request.Headers.Contains("Authorization"))
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(_user))));
    }

    private static RefusedException? RefusalOf(HttpResponseMessage response) => response.IsSuccessStatusCode ? null
        : new($"HTTP {(int)response.StatusCode} {Printable.Of(response.ReasonPhrase ?? "")}".TrimEnd(), WaitOf(response.Headers.RetryAfter), response.StatusCode == HttpStatusCode.RequestEntityTooLarge);

    private static TimeSpan? WaitOf(RetryConditionHeaderValue? wait) => wait?.Delta ?? (wait?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
}
