using Sereno.Sockets.Wire;

namespace Sereno.Sockets;

/// <summary>Units of sockets by cookie, from one look to the next: a connection that is in TIME-WAIT keeps its cookie and has an
/// owner no more.</summary>
/// <remarks>It knows what was seen alive. As large as the last look: who isn't there any more is forgotten.</remarks>
public sealed class UnitMemory
{
    private Dictionary<ulong, string> _known = [], _next = [];

    /// <summary>The unit of a socket, which is remembered; of one without an owner, the unit that it had.</summary>
    public string? UnitOf(SocketTable table, in SocketRecord socket)
    {
        string? unit = socket.Inode == 0 ? _known.GetValueOrDefault(socket.Cookie) : table.UnitOf(socket);
        if (unit is not null && socket.Cookie != 0)
            _next[socket.Cookie] = unit;
        return unit;
    }

    /// <summary>A look is over: what it didn't find is forgotten.</summary>
    public void EndLook()
    {
        (_known, _next) = (_next, _known);
        _next.Clear();
    }
}
