using System.Collections.Immutable;

namespace Sereno.Units.Model;

/// <summary>A set of processors or memory nodes, 64 to a word.</summary>
public sealed record IndexSet(ImmutableArray<ulong> Words)
{
    /// <summary>The most that a kernel is built for.</summary>
    public const int Max = 8192;

    public int Count => Words.Sum(System.Numerics.BitOperations.PopCount);

    public bool Contains(int index) => index / 64 < Words.Length && (Words[index / 64] >> index % 64 & 1) != 0;

    public IndexSet Union(IndexSet other) => new([.. Enumerable.Range(0, Math.Max(Words.Length, other.Words.Length)).Select(i => Words.ElementAtOrDefault(i) | other.Words.ElementAtOrDefault(i))]);

    public static IndexSet Of(IEnumerable<int> indexes)
    {
        var words = new ulong[Max / 64];
        int length = 0;
        foreach (int index in indexes)
        {
            words[index / 64] |= 1ul << index % 64;
            length = Math.Max(length, index / 64 + 1);
        }
        return new([.. words.AsSpan(0, length)]);
    }

    /// <summary>As the kernel reads and writes lists: <c>0-3,5</c>.</summary>
    public override string ToString()
    {
        var ranges = new List<string>();
        for (int i = 0; i < Words.Length * 64; i++)
            if (Contains(i))
            {
                int first = i;
                while (Contains(i + 1))
                    i++;
                ranges.Add(first == i ? $"{i}" : $"{first}-{i}");
            }
        return string.Join(',', ranges);
    }

    public bool Equals(IndexSet? other) => other is not null && Words.AsSpan().SequenceEqual(other.Words.AsSpan());

    public override int GetHashCode() => Words.IsEmpty ? 0 : Words[0].GetHashCode();
}

/// <summary>SCHED_*, by the kernel's numbers (sched(7)).</summary>
public enum CpuPolicy { Other, Fifo, RoundRobin, Batch, Idle = 5 }

/// <summary>MPOL_* (set_mempolicy(2)).</summary>
public enum NumaPolicy { Default, Preferred, Bind, Interleave, Local }

public enum KeyringMode { Inherit, Private, Shared }

/// <summary>How the kernel runs a unit's processes (systemd.exec(5), "Scheduling" and "Process Properties"); null is as the manager is run.</summary>
public sealed record SchedulingContext
{
    public static readonly SchedulingContext None = new();

    public bool HasCpuScheduling { get; init; }
    public int CpuPolicy { get; init; }
    public int CpuPriority { get; init; }
    public bool ResetOnFork { get; init; }
    public IndexSet? Affinity { get; init; }

    /// <summary>CPUAffinity=numa: the processors of <see cref="NumaMask"/>'s nodes.</summary>
    public bool AffinityFromNuma { get; init; }
    public NumaPolicy? NumaPolicy { get; init; }
    public IndexSet? NumaMask { get; init; }

    /// <summary>NUMAMask=all.</summary>
    public bool AllNodes { get; init; }

    /// <summary>Class and level as ioprio_set(2) takes them.</summary>
    public int? IoPriority { get; init; }
    public ulong? TimerSlackNsec { get; init; }
    public ulong? CoredumpFilter { get; init; }

    /// <summary>PER_* (personality(2)).</summary>
    public uint? Personality { get; init; }
}
