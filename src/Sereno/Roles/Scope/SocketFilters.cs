using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Roles.Scope;

/// <summary>
/// Whom the sockets that we have opened hear: a socket has room for one filter, and two may want it. One that keeps it to its Scope=, and one
/// that makes a listening TCP socket deaf for a time (Drain=): who knocks there isn't answered, and knocks again (RFC 9293 3.8.1) until somebody hears,
/// while the connections that are there keep theirs. Deaf to all is deaf to who is out of scope too; what is there is replaced, never removed before.
/// </summary>
internal sealed class SocketFilters
{
    private static readonly libc.sock_filter s_dropAll = new() { code = 6 /* BPF_RET | BPF_K */, k = 0 };

    private readonly Dictionary<Fd, libc.sock_filter[]> _scopes = [];
    private readonly HashSet<Fd> _deaf = [];

    /// <param name="scope">Who is to be heard; null for everybody.</param>
    /// <returns>0 or errno: then it is as it was.</returns>
    public int Narrow(Fd socket, libc.sock_filter[]? scope)
    {
        LookIfDeaf(socket);
        var before = _scopes.GetValueOrDefault(socket);
        int errno = Set(socket, scope, _deaf.Contains(socket));
        Note(socket, errno == 0 ? scope : before);
        return errno;
    }

    /// <summary>Without effect on sockets of other kinds, and on one that has a filter of somebody else's.</summary>
    /// <exception cref="LinuxException">The kernel doesn't permit it (Linux 6.18: without CAP_NET_ADMIN).</exception>
    public void HoldBack(Fd socket, bool holds)
    {
        LookIfDeaf(socket);
        if (_deaf.Contains(socket) == holds || (holds && (SocketNature.Of(socket) is not { Protocol: libc.IPPROTO_TCP, Listens: true } || IsForeign(socket))))
            return;
        if (Set(socket, _scopes.GetValueOrDefault(socket), holds) is not 0 and var errno)
            throw new LinuxException(errno, "hold back connections");
        if (holds)
            _deaf.Add(socket);
        else
            _deaf.Remove(socket);
    }

    /// <summary>The socket is closed here; whoever else has it keeps the filter.</summary>
    public void Forget(Fd socket)
    {
        _scopes.Remove(socket);
        _deaf.Remove(socket);
    }

    private static int Set(Fd socket, libc.sock_filter[]? scope, bool isDeaf) =>
        isDeaf ? ClassicFilter.Attach(socket, [s_dropAll])
        : scope is not null ? ClassicFilter.Attach(socket, scope)
        : ClassicFilter.Read(socket, out _) is not null ? ClassicFilter.Detach(socket) : 0;

    private void Note(Fd socket, libc.sock_filter[]? scope)
    {
        if (scope is null)
            _scopes.Remove(socket);
        else
            _scopes[socket] = scope;
    }

    /// <summary>A manager before us may have made it so, and whom that is for hasn't said yet whether it lasts.</summary>
    private void LookIfDeaf(Fd socket)
    {
        if (!_deaf.Contains(socket) && ClassicFilter.Read(socket, out _) is [{ code: 6, k: 0 }])
            _deaf.Add(socket);
    }

    private static bool IsForeign(Fd socket)
    {
        _ = ClassicFilter.Read(socket, out bool isForeign);
        return isForeign;
    }
}
