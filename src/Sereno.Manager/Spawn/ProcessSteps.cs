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

internal static class CapabilityText
{
    public static string Of(ulong set) => set.CountBits() > 32 ? "~" + string.Join(' ', Capabilities.Names(~set)) : string.Join(' ', Capabilities.Names(set));

    private static int CountBits(this ulong set) => System.Numerics.BitOperations.PopCount(set);
}
