using System.Numerics;

namespace Sereno.Journal.Intake;

/// <summary>How many entries a unit may write in an interval, counted apart for errors, warnings, and so on, as journald does (journald.conf(5)).</summary>
public sealed class RateLimit
{
    private static ReadOnlySpan<byte> PoolOf => [0, 0, 0, 1, 2, 3, 3, 4];

    private readonly (ulong Begin, uint Passed, uint Suppressed)[] _pools = new (ulong, uint, uint)[5];

    /// <summary>Whether an entry passes.</summary>
    /// <param name="now">Microseconds.</param>
    /// <param name="interval">Microseconds; 0 for no limit.</param>
    /// <param name="free">Bytes that may still be written: the more, the more may pass.</param>
    /// <param name="suppressed">How many didn't before this one, which is to be told.</param>
    public bool Passes(int level, ulong now, ulong interval, uint burst, ulong free, out uint suppressed)
    {
        suppressed = 0;
        if (interval == 0 || burst == 0)
            return true;
        ref var pool = ref _pools[PoolOf[level]];
        if (pool.Begin == 0 || (now > pool.Begin && now - pool.Begin > interval))
        {
            suppressed = pool.Suppressed;
            pool = (Math.Max(now, 1), 1, 0);
            return true;
        }
        if (pool.Passed < Scale(burst, free))
        {
            pool.Passed++;
            return true;
        }
        pool.Suppressed++;
        return false;
    }

    /// <summary>What was suppressed and nobody has been told of, at the end of a stream.</summary>
    public uint TakeSuppressed()
    {
        uint all = 0;
        for (int i = 0; i < _pools.Length; i++)
        {
            all += _pools[i].Suppressed;
            _pools[i].Suppressed = 0;
        }
        return all;
    }

    /// <summary>Once up to 1 MB, twice from 16 MB, thrice from 256 MB, ... six times from 1 TB.</summary>
    private static ulong Scale(uint burst, ulong free)
    {
        int log = BitOperations.Log2(Math.Max(free, 1));
        return log <= 20 ? burst : (ulong)burst * (ulong)(log - 16) / 4;
    }
}
