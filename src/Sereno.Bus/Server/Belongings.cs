namespace Sereno.Bus.Server;

/// <summary>What a peer keeps for itself while it is connected: given back by name, or all at once when it goes.</summary>
public sealed class Belongings
{
    private readonly List<(string Name, Action Release)> _kept = [];

    public void Keep(string name, Action release) => _kept.Add((name, release));

    /// <summary>Gives one of that name back.</summary>
    /// <returns>Whether there was one.</returns>
    public bool GiveBack(string name)
    {
        int at = _kept.FindLastIndex(k => k.Name == name);
        if (at < 0)
            return false;
        var release = _kept[at].Release;
        _kept.RemoveAt(at);
        release();
        return true;
    }

    internal void GiveAllBack()
    {
        var kept = _kept.ToArray();
        _kept.Clear();
        foreach (var (_, release) in kept)
            release();
    }
}
