using System.Collections.Immutable;
using Sereno.Manager.Spawn.Seccomp;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn;

/// <summary>Capabilities outside of <c>Keep</c> can't come back, not by any program that is run.</summary>
public sealed record KeepCapabilities(ulong Keep) : SpawnStep(218)
{
    public override string ToString() => $"KeepCapabilities {CapabilityText.Of(Keep)}";
}

/// <summary>Capabilities that a program without privileges of its own still has; changing the user clears them, so that they are raised twice.</summary>
public sealed record RaiseAmbient(ulong Set, bool AlsoInheritable) : SpawnStep(218)
{
    public override string ToString() => $"RaiseAmbient {(AlsoInheritable ? "and inheritable " : "")}{CapabilityText.Of(Set)}";
}

/// <summary>The permitted capabilities stay when the user changes.</summary>
public sealed record KeepPermitted() : SpawnStep(217);

public sealed record SetSecureBits(SecureBits Bits) : SpawnStep(213);

/// <summary>The filter is asked about every system call from here on.</summary>
public sealed record InstallFilter(ImmutableArray<BpfInstruction> Program) : SpawnStep(228)
{
    /// <summary>Programs are long; what they answer is what other tests are about.</summary>
    public override string ToString() => $"InstallFilter ({Program.Length} instructions)";
}

public sealed record SetCoredumpFilter(ulong Filter) : SpawnStep(205);

public sealed record SetScheduler(int Policy, int Priority, bool ResetOnFork) : SpawnStep(214);

public sealed record SetAffinity(IndexSet Processors) : SpawnStep(215)
{
    public override string ToString() => $"SetAffinity {string.Join(' ', Enumerable.Range(0, IndexSet.Max).Where(Processors.Contains))}";
}

public sealed record SetNumaPolicy(NumaPolicy Policy, IndexSet? Nodes) : SpawnStep(242)
{
    public override string ToString() => $"SetNumaPolicy {Policy} {(Nodes is null ? "" : string.Join(' ', Enumerable.Range(0, IndexSet.Max).Where(Nodes.Contains)))}";
}

public sealed record SetIoPriority(int Value) : SpawnStep(211);

public sealed record SetTimerSlack(ulong Nsec) : SpawnStep(212);

public sealed record SetPersonality(uint Value) : SpawnStep(230);

/// <summary>Keys of the service are its own; its invocation id is among them.</summary>
public sealed record JoinKeyring(bool Shared, uint Uid, uint Gid, string InvocationId) : SpawnStep(237);

/// <summary>Bytes to read from a descriptor.</summary>
public sealed record ProvideData(int Stage, int Target, ImmutableArray<byte> Data) : SpawnStep(Stage)
{
    public override string ToString() => $"ProvideData {Target} ({Data.Length} bytes)";
}

/// <summary>Best effort: who was on it loses it, its settings are made usual, its screen is cleared.</summary>
public sealed record ResetTerminal(string Path, bool HangUp, bool Settings, bool Clear) : SpawnStep(208);

/// <summary>It becomes the session's, and standard input.</summary>
/// <param name="Force">Take it from another session.</param>
public sealed record TakeTerminal(string Path, bool Force, uint? Owner, uint? Rows, uint? Columns) : SpawnStep(208);

internal static class CapabilityText
{
    public static string Of(ulong set) => set.CountBits() > 32 ? "~" + string.Join(' ', Capabilities.Names(~set)) : string.Join(' ', Capabilities.Names(set));

    private static int CountBits(this ulong set) => System.Numerics.BitOperations.PopCount(set);
}
