using System.Collections.Immutable;
using Sereno.Units.Model;

namespace Sereno.Manager.Machine;

public sealed record UserEntry(string Name, uint Uid, uint Gid, string Home, string Shell);

/// <summary>What plans and conditions may ask of the machine; a table in tests.</summary>
public interface IMachine
{
    /// <summary>By name or number (passwd(5)); null when there is no such user.</summary>
    UserEntry? FindUser(string nameOrId);

    /// <summary>The number that a dynamic user of this name has, or gets: the wanted one, or the next that is free; null where none can be given.</summary>
    uint? DynamicUser(string name, uint wanted);

    /// <summary>By name or number (group(5)).</summary>
    uint? FindGroup(string nameOrId);

    /// <summary>The groups that list the user as a member.</summary>
    ImmutableArray<uint> GroupsOf(string user);

    /// <summary>A file's text; the error's text in <paramref name="error"/> when it can't be read.</summary>
    string? ReadFile(string path, out string? error);

    /// <summary>Paths that match a pattern, sorted; the path itself when it has no wildcard.</summary>
    ImmutableArray<string> Glob(string pattern);

    bool IsExecutable(string path);

    /// <summary>Does this condition's test hold, negation aside? Null when this machine can't tell.</summary>
    bool? Test(Condition condition);

    /// <summary>The invocation ids' source; 128 random bits in hex.</summary>
    string NewId();
}

/// <summary>What an instance is: set once at start.</summary>
public sealed record InstanceFacts
{
    /// <summary>Root, or an account's own.</summary>
    public required bool IsSystem { get; init; }
    public required uint Uid { get; init; }
    public required ImmutableDictionary<DirectoryKind, string> Roots { get; init; }
    public required string NotifySocket { get; init; }

    /// <summary>The environment that services start from: PATH, LANG and, for an account's instance, its own.</summary>
    public required ImmutableDictionary<string, string> Environment { get; init; }

    /// <summary>The manager's own environment, for PassEnvironment=.</summary>
    public ImmutableDictionary<string, string> ManagerEnvironment { get; init; } = ImmutableDictionary<string, string>.Empty;
    public string DefaultTarget { get; init; } = "default.target";

    /// <summary>The processor by systemd's name (ConditionArchitecture=), for which system calls are numbered.</summary>
    public string Architecture { get; init; } = "x86-64";

    /// <summary>What the instance itself may do, a bit per capability (capabilities(7)).</summary>
    public ulong EffectiveCapabilities { get; init; } = ulong.MaxValue;
}
