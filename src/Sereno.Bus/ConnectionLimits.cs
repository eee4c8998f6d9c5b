namespace Sereno.Bus;

/// <summary>How much a peer may make us hold; whoever exceeds it is disconnected.</summary>
/// <param name="Message">Bytes of one incoming message.</param>
/// <param name="Outgoing">Bytes that the peer leaves unread.</param>
/// <param name="Descriptors">Descriptors received that no message has claimed yet.</param>
public sealed record ConnectionLimits(int Message, int Outgoing, int Descriptors)
{
    public static readonly ConnectionLimits Server = new(16 * 1024 * 1024, 32 * 1024 * 1024, 253);
    public static readonly ConnectionLimits Client = new(Wire.Limits.MessageLength, Wire.Limits.MessageLength, 253);
}
