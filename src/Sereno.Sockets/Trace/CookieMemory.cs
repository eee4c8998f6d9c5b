namespace Sereno.Sockets.Trace;

/// <summary>Remembers by cookie whose sockets were while they lived: what is in TIME-WAIT has an owner no more.</summary>
/// <remarks>The kernel gives a socket its cookie when somebody first asks for it, and TIME-WAIT keeps that one only: who wants
/// to know has to have seen the socket alive (in any dump). Of more than the capacity the oldest are forgotten.</remarks>
public sealed class CookieMemory(int capacity = 1 << 16)
{
    private readonly Recent<TracedOwner> _owners = new(capacity);

    public int Count => _owners.Count;

    /// <summary>Remembers an owner, or a better known one of a socket that is remembered already.</summary>
    public void Remember(ulong cookie, in TracedOwner owner)
    {
        if (cookie == 0 || owner.Source == OwnerSource.None)
            return;
        ref var known = ref _owners.At(cookie, out bool exists);
        if (!exists || owner.Beats(known))
            known = owner;
    }

    public bool TryGet(ulong cookie, out TracedOwner owner) => _owners.TryGet(cookie, out owner);
}
