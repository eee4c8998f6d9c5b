namespace Sereno.Forward;

/// <summary>The other side has not taken what was sent.</summary>
/// <param name="retryAfter">When it wants to be asked again (RFC 9110, 10.2.3); null where it doesn't say.</param>
/// <param name="isTooLarge">Less at a time may do.</param>
internal sealed class RefusedException(string cause, TimeSpan? retryAfter = null, bool isTooLarge = false) : IOException(cause)
{
    public TimeSpan? RetryAfter => retryAfter;

    public bool IsTooLarge => isTooLarge;
}
