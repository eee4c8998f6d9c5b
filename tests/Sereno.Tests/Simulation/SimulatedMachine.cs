using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Tests.Simulation;

/// <summary>A machine that is a table: users, files, and how conditions come out.</summary>
public sealed class SimulatedMachine : IMachine
{
    private int _lastId;

    public Dictionary<string, UserEntry> Users { get; } = [];
    public Dictionary<string, uint> Groups { get; } = [];
    public Dictionary<string, ImmutableArray<uint>> Memberships { get; } = [];
    public Dictionary<string, string> Files { get; } = [];
    public HashSet<string> Executables { get; } = [];
    public Dictionary<string, string> Links { get; } = [];

    /// <summary>By kind; a kind that isn't here can't be told.</summary>
    public Dictionary<string, bool> Conditions { get; } = [];

    public UserEntry? FindUser(string nameOrId) => Users.GetValueOrDefault(nameOrId);

    public uint? FindGroup(string nameOrId) => Groups.TryGetValue(nameOrId, out uint gid) ? gid : null;

    public ImmutableArray<uint> GroupsOf(string user) => Memberships.GetValueOrDefault(user, []);

    public string? ReadFile(string path, out string? error)
    {
        error = Files.ContainsKey(path) ? null : "No such file or directory";
        return Files.GetValueOrDefault(path);
    }

    public ImmutableArray<string> Glob(string pattern) => pattern.Contains('*')
        ? [.. Files.Keys.Where(f => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, f, false)).Order(StringComparer.Ordinal)]
        : [pattern];

    public bool IsExecutable(string path) => Executables.Contains(path);

    public string? ReadLink(string path) => Links.GetValueOrDefault(path);

    public bool? Test(Condition condition) => Conditions.TryGetValue(condition.Kind, out bool holds) ? holds : null;

    /// <summary>What chance gives next.</summary>
    public ulong Chance { get; set; }
    public Dictionary<string, ulong> FileTimes { get; } = [];

    public ulong Random() => Chance;

    public ulong? ModifiedAt(string path) => FileTimes.TryGetValue(path, out ulong time) ? time : null;

    public Zone LocalZone { get; set; } = Zone.Utc;

    public string MachineId => "0123456789abcdef0123456789abcdef";

    /// <summary>Ids in order, so that a schedule is the same each time it runs.</summary>
    public string NewId() => (++_lastId).ToString("x32");

    public static InstanceFacts Facts { get; } = new()
    {
        IsSystem = true,
        Uid = 0,
        Roots = new Dictionary<DirectoryKind, string>
        {
            [DirectoryKind.Runtime] = "/run", [DirectoryKind.State] = "/var/lib", [DirectoryKind.Cache] = "/var/cache",
            [DirectoryKind.Logs] = "/var/log", [DirectoryKind.Configuration] = "/etc",
        }.ToImmutableDictionary(),
        NotifySocket = "/run/systemd/notify",
        Environment = ImmutableDictionary<string, string>.Empty.Add("PATH", "/usr/bin:/bin").Add("LANG", "C.UTF-8"),
    };
}
