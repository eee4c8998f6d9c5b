using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Manager.Machine;
using Sereno.Units.Model;
using Sereno.Units.Text;
using UserEntry = Sereno.Manager.Machine.UserEntry;

namespace Sereno.Roles;

/// <summary>This machine, as plans and conditions ask for it.</summary>
public sealed class HostMachine : IMachine
{
    private const int MaxEnvironmentFile = 1 << 20;
    private readonly UserDatabase _users = new();
    private readonly Conditions _conditions = new();

    public UserEntry? FindUser(string nameOrId) =>
        _users.User(nameOrId) is { } user ? new(user.Name.Length > 0 ? user.Name : nameOrId, user.Uid, user.Gid, user.Home, user.Shell) : null;

    public uint? FindGroup(string nameOrId) => _users.Group(nameOrId)?.Gid;

    public ImmutableArray<uint> GroupsOf(string user) =>
        _users.User(user) is { } entry ? [.. _users.SupplementaryGroups(user, entry.Gid)] : [];

    public string? ReadFile(string path, out string? error)
    {
        error = null;
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > MaxEnvironmentFile)
                error = "File too large";
            else
                return RawText.Decode(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = e is FileNotFoundException or DirectoryNotFoundException ? "No such file or directory"
                : e is UnauthorizedAccessException ? "Permission denied" : e.Message;
        }
        return null;
    }

    public ImmutableArray<string> Glob(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny("*?[") < 0)
            return [pattern];
        string folder = Path.GetDirectoryName(pattern)!;
        if (!Directory.Exists(folder))
            return [];
        return [.. Directory.EnumerateFiles(folder)
            .Where(f => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), Path.GetFileName(f), ignoreCase: false))
            .Order(StringComparer.Ordinal)];
    }

    public bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    public bool? Test(Condition condition) => _conditions.Test(condition.Kind, condition.Argument);

    public string NewId() => Guid.NewGuid().ToString("N");
}
