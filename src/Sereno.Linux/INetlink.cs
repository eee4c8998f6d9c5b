namespace Sereno.Linux;

/// <summary>Requests out, datagrams of messages in: <see cref="NetlinkSocket"/>, or what stands for the kernel in a test.</summary>
public interface INetlink : IDisposable
{
    /// <summary>Sends one request.</summary>
    void Send(ReadOnlySpan<byte> request);

    /// <summary>Receives one datagram.</summary>
    /// <param name="truncated">The datagram was longer than the buffer: its tail is lost.</param>
    /// <returns>Its length; -1 when there is none and the descriptor is non-blocking.</returns>
    /// <exception cref="LinuxException">ENOBUFS when the kernel dropped messages.</exception>
    int Receive(Span<byte> buffer, out bool truncated);
}
