using System.Collections.Immutable;
using Sereno.Units.Model;
using Sereno.Units.Values;

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

    /// <summary>Where a symbolic link leads, as it stands in it; null when there is no such link.</summary>
    string? ReadLink(string path);

    /// <summary>Does this condition's test hold, negation aside? Null when this machine can't tell.</summary>
    bool? Test(Condition condition);

    /// <summary>The invocation ids' source; 128 random bits in hex.</summary>
    string NewId();

    /// <summary>64 random bits.</summary>
    ulong Random();

    /// <summary>When a file was changed last, in microseconds since the epoch; null when there is none.</summary>
    ulong? ModifiedAt(string path);

    /// <summary>By which calendar events are counted that name no zone.</summary>
    Zone LocalZone { get; }

    /// <summary>machine-id(5); empty without one.</summary>
    string MachineId { get; }
}

/// <summary>The kinds of namespaces(7) that a unit can have of its own.</summary>
[Flags]
public enum NamespaceKinds { None = 0, Mount = 1, Network = 2, Ipc = 4, Uts = 8, User = 16 }

/// <summary>What an instance is: set once at start.</summary>
public sealed record InstanceFacts
{
    /// <summary>Root, or an account's own.</summary>
    public required bool IsSystem { get; init; }
    public required uint Uid { get; init; }
    public required ImmutableDictionary<DirectoryKind, string> Roots { get; init; }
    public required string NotifySocket { get; init; }

    /// <summary>A folder of the instance's own that services can't write to: what their namespaces are made with.</summary>
    public string SandboxFolder { get; init; } = "/run/systemd";

    /// <summary>What this machine refuses; a unit that wants it goes on without in the cases in which systemd does.</summary>
    public NamespaceKinds Refused { get; init; }

    /// <summary>Part of the names of private folders, so that those of an earlier boot can be told.</summary>
    public string BootId { get; init; } = "";

    /// <summary>The environment that services start from: PATH, LANG and, for an account's instance, its own.</summary>
    public required ImmutableDictionary<string, string> Environment { get; init; }

    /// <summary>The manager's own environment, for PassEnvironment=.</summary>
    public ImmutableDictionary<string, string> ManagerEnvironment { get; init; } = ImmutableDictionary<string, string>.Empty;
    public string DefaultTarget { get; init; } = "default.target";

    /// <summary>Where timers leave their stamps (systemd.timer(5), Persistent=).</summary>
    public string TimerFolder { get; init; } = "/var/lib/systemd/timers";

    /// <summary>When the instance began, whichever manager it has now; monotonic microseconds.</summary>
    public ulong BeganAt { get; init; }
    public bool IsContainer { get; init; }

    /// <summary>Our journal answers where programs look for systemd's.</summary>
    public bool HasSystemJournal { get; init; }

    /// <summary>The processor by systemd's name (ConditionArchitecture=), for which system calls are numbered.</summary>
    public string Architecture { get; init; } = "x86-64";

    /// <summary>What the instance itself may do, a bit per capability (capabilities(7)).</summary>
    public ulong EffectiveCapabilities { get; init; } = ulong.MaxValue;
}
