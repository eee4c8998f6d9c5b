using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>How the kernel runs the process, in systemd's order.</summary>
public static partial class PlanBuilder
{
    private static void AddScheduling(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, IMachine machine)
    {
        if (context.OomScoreAdjust is { } score)
            steps.Add(new SetOomScoreAdjust(score));
        var scheduling = context.Scheduling;
        if (scheduling.CoredumpFilter is { } filter)
            steps.Add(new SetCoredumpFilter(filter));
        if (scheduling.HasCpuScheduling)
            steps.Add(new SetScheduler(scheduling.CpuPolicy, scheduling.CpuPriority, scheduling.ResetOnFork));
        if (context.Nice is { } nice)
            steps.Add(new SetNice(nice));
        if ((scheduling.AffinityFromNuma ? ProcessorsOf(scheduling, machine) : scheduling.Affinity) is { } processors)
            steps.Add(new SetAffinity(processors));
        if (scheduling.NumaPolicy is { } policy)
            steps.Add(NumaStep(policy, NodesOf(scheduling, machine)));
        if (scheduling.IoPriority is { } priority)
            steps.Add(new SetIoPriority(priority));
        if (scheduling.TimerSlackNsec is { } slack)
            steps.Add(new SetTimerSlack(slack));
        if (scheduling.Personality is { } personality)
            steps.Add(new SetPersonality(personality));
    }

    private static void AddKeyring(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, uint uid, uint gid, string? invocation)
    {
        var mode = context.KeyringMode ?? (facts.IsSystem ? KeyringMode.Private : KeyringMode.Inherit);
        if (mode != KeyringMode.Inherit && invocation is { Length: 32 })
            steps.Add(new JoinKeyring(mode == KeyringMode.Shared, uid, gid, invocation));
    }

    private static SetNumaPolicy NumaStep(NumaPolicy policy, IndexSet? nodes) => (policy, nodes) switch
    {
        (NumaPolicy.Default or NumaPolicy.Local, _) or (NumaPolicy.Preferred, null) => new(policy, null),
        (NumaPolicy.Preferred, { Count: not 1 }) or (_, null) => throw new PlanException(242, $"cannot set the NUMA policy {policy}: it doesn't go with its NUMAMask="),
        _ => new(policy, nodes),
    };

    private static IndexSet? NodesOf(SchedulingContext scheduling, IMachine machine) => !scheduling.AllNodes ? scheduling.NumaMask
        : Merge(scheduling.NumaMask, IndexList(machine.ReadFile("/sys/devices/system/node/possible", out _)));

    private static IndexSet? ProcessorsOf(SchedulingContext scheduling, IMachine machine)
    {
        if (NodesOf(scheduling, machine) is not { } nodes)
            return null; // as systemd: without a mask nothing is set
        IndexSet? all = null;
        foreach (int node in Enumerable.Range(0, IndexSet.Max).Where(nodes.Contains))
        {
            string? list = machine.ReadFile($"/sys/devices/system/node/node{node}/cpulist", out string? error);
            all = Merge(all, IndexList(list ?? throw new PlanException(215, $"cannot find the processors of memory node {node}: {error}")));
        }
        return all;
    }

    private static IndexSet Merge(IndexSet? one, IndexSet other) => one?.Union(other) ?? other;

    /// <summary>The kernel's lists: <c>0-3,8</c>.</summary>
    private static IndexSet IndexList(string? text) => IndexSet.Of((text ?? "0").Trim().Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(range =>
    {
        string[] ends = range.Split('-');
        int first = int.Parse(ends[0]);
        return Enumerable.Range(first, int.Parse(ends[^1]) - first + 1);
    }));
}
