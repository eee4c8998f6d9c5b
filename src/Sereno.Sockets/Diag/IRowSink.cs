using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Takes Internet sockets one by one, as the kernel tells them, where no list of them is needed.</summary>
public interface IRowSink
{
    void Take(in SocketRecord socket);

    /// <summary>Drops all that was taken; false when it is too late for that.</summary>
    bool TryForget();
}
