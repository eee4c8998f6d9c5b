namespace Sereno.Bus.Server;

/// <summary>
/// Who is served next: accounts one after the other, and each account's connections one after the other. So who opens many
/// connections waits for himself, and anybody else waits for at most one turn of each other account.
/// </summary>
public sealed class Turns<T> where T : notnull
{
    private readonly Queue<uint> _accounts = new();
    private readonly Dictionary<uint, Queue<T>> _waiting = [];
    private readonly HashSet<T> _all = [];

    /// <summary>How many accounts wait.</summary>
    public int Accounts => _accounts.Count;

    public bool Contains(T connection) => _all.Contains(connection);

    /// <summary>Behind the account's others; nothing changes for one that waits already.</summary>
    public void Add(uint account, T connection)
    {
        if (!_all.Add(connection))
            return;
        if (!_waiting.TryGetValue(account, out var own))
        {
            _waiting.Add(account, own = new());
            _accounts.Enqueue(account);
        }
        own.Enqueue(connection);
    }

    /// <summary>Whose turn it is; what else the account has waits behind all other accounts.</summary>
    public bool TryTake(out T connection)
    {
        if (!_accounts.TryDequeue(out uint account))
        {
            connection = default!;
            return false;
        }
        var own = _waiting[account];
        connection = own.Dequeue();
        _all.Remove(connection);
        if (own.Count > 0)
            _accounts.Enqueue(account);
        else
            _waiting.Remove(account);
        return true;
    }
}
