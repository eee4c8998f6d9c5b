using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager.Machine;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;
using UserEntry = Sereno.Manager.Machine.UserEntry;

namespace Sereno.Roles;

/// <summary>This machine, as plans and conditions ask for it.</summary>
public sealed class HostMachine : IMachine
{
    private const int MaxEnvironmentFile = 1 << 20;
    private readonly UserDatabase _users = new();
    private readonly Conditions _conditions = new();
    private Zone? _zone;

    public UserEntry? FindUser(string nameOrId) =>
        _users.User(nameOrId) is { } user ? new(user.Name.Length > 0 ? user.Name : nameOrId, user.Uid, user.Gid, user.Home, user.Shell) : null;

    public uint? FindGroup(string nameOrId) => _users.Group(nameOrId)?.Gid;

    public ImmutableArray<uint> GroupsOf(string user) =>
        _users.User(user) is { } entry ? [.. _users.SupplementaryGroups(user, entry.Gid)] : [];

    public string? ReadFile(string path, out string? error)
    {
        error = null;
        // Neither a FIFO without a writer nor an endless device may stop the manager.
        using var file = Files.TryOpen(path, libc.O_RDONLY | libc.O_NONBLOCK | libc.O_NOCTTY, out int errno);
        if (file is null)
        {
            error = Errno.Text(errno);
            return null;
        }
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int n; (n = file.TryRead(buffer)) != 0; content.Write(buffer, 0, n))
            if (n < 0 || content.Length + n > MaxEnvironmentFile)
            {
                error = n < 0 ? "not a file that can be read" : "File too large";
                return null;
            }
        return RawText.Decode(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    public ImmutableArray<string> Glob(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny("*?[") < 0)
            return [pattern];
        string folder = Path.GetDirectoryName(pattern)!;
        try
        {
            return [.. Directory.EnumerateFiles(folder)
                .Where(f => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), Path.GetFileName(f), ignoreCase: false))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // as glob(3): what can't be read has no matches
        }
    }

    public bool IsExecutable(string path) => File.Exists(path) && Try(path);

    private static bool Try(string path)
    {
        try
        {
            return (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public string? ReadLink(string path)
    {
        Span<byte> target = stackalloc byte[4096];
        int length = Files.ReadLink(path, target);
        return length > 0 && length < target.Length ? RawText.Decode(target[..length]) : null;
    }

    public bool? Test(Condition condition) => _conditions.Test(condition.Kind, condition.Argument);

    public ulong Random() => (ulong)System.Random.Shared.NextInt64(long.MinValue, long.MaxValue);

    public ulong? ModifiedAt(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (ulong)((file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks / 10) : null;
    }

    public Zone LocalZone => _zone ??= Zones.Local();

    /// <summary>It is another one now.</summary>
    public void ForgetZone() => _zone = null;

    public string MachineId => ReadFile("/etc/machine-id", out _)?.Trim() ?? "";

    public string NewId() => Guid.NewGuid().ToString("N");
}
