namespace Sereno.Connect;

/// <summary>How times of many connections are spread: the least time within which so many percent were done.</summary>
public sealed class Percentiles
{
    private readonly List<long> _samples = [];
    private bool _sorted = true;

    public int Count => _samples.Count;

    public long Max => Of(100);

    public void Add(long microseconds)
    {
        _samples.Add(microseconds);
        _sorted = false;
    }

    /// <summary>By nearest rank; 0 where there is nothing.</summary>
    public long Of(double percent)
    {
        if (_samples.Count == 0)
            return 0;
        if (!_sorted)
            _samples.Sort();
        _sorted = true;
        return _samples[Math.Clamp((int)Math.Ceiling(percent / 100 * _samples.Count) - 1, 0, _samples.Count - 1)];
    }
}
