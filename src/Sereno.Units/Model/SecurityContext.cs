using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Model;

/// <summary>One call of a filter, by its index in <see cref="SystemCalls"/>.</summary>
/// <param name="Errno">What the call returns instead of running; <see cref="SystemCallFilter.Kill"/>; or negative, for what the filter does in general.</param>
public readonly record struct FilteredCall(ushort Call, short Errno);

/// <summary>SystemCallFilter= and SystemCallLog=.</summary>
/// <param name="AllowList">Whether the calls are the allowed (or logged) ones, or all but those.</param>
public sealed record SystemCallFilter(bool AllowList, ImmutableArray<FilteredCall> Calls)
{
    public const short Kill = short.MaxValue, Default = -1;
}

/// <summary>RestrictAddressFamilies=; a bit per family.</summary>
public sealed record AddressFamilyFilter(bool AllowList, ulong Families);

/// <summary>The secure bits that a unit can ask for (capabilities(7)).</summary>
[Flags]
public enum SecureBits { None = 0, NoRoot = 1, NoRootLocked = 2, NoSetuidFixup = 4, NoSetuidFixupLocked = 8, KeepCaps = 16, KeepCapsLocked = 32 }

/// <summary>Capabilities and system call filters (systemd.exec(5), "Capabilities" and "System Call Filtering").</summary>
public sealed record SecurityContext
{
    public static readonly SecurityContext None = new();

    public ulong BoundingSet { get; init; } = Capabilities.All;
    public ulong AmbientSet { get; init; }
    public SecureBits SecureBits { get; init; }
    public SystemCallFilter? SystemCalls { get; init; }

    /// <summary>What a forbidden call returns, or <see cref="SystemCallFilter.Kill"/>.</summary>
    public short ErrorNumber { get; init; } = SystemCallFilter.Kill;
    public SystemCallFilter? LoggedCalls { get; init; }

    /// <summary>By systemd's names; empty is any.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];
    public AddressFamilyFilter? AddressFamilies { get; init; }

    /// <summary>CLONE_NEW* of the namespaces that may still be made; null where nothing was said.</summary>
    public uint? PermittedNamespaces { get; init; }
    public bool RestrictRealtime { get; init; }
    public bool RestrictSuidSgid { get; init; }
    public bool DenyWriteExecute { get; init; }
    public bool LockPersonality { get; init; }
}
