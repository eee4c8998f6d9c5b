using System.Text;
using Sereno.Linux;

namespace Sereno.Sysusers;

/// <summary>Adds the users and groups that are missing (systemd-sysusers(8)): the same numbers, in the same order.</summary>
public sealed class SysusersRun
{
    private const uint SystemMin = 100, SystemMax = 999;
    private const string NoLogin = "/usr/sbin/nologin";
    private readonly string _root;
    private readonly SysusersReader _lines;
    private readonly Action<string> _say;
    private readonly AccountFile _passwd, _group, _shadow, _gshadow;
    private readonly Dictionary<string, (uint Uid, uint Gid)> _users = [];
    private readonly Dictionary<string, uint> _groups = [];
    private readonly Dictionary<uint, string> _uids = [], _gids = [];
    private readonly OrderedDictionary<uint, SysusersItem> _newUsers = [], _newGroups = [];
    private readonly List<uint> _free;
    private int _nextFree;

    private SysusersRun(string root, SysusersReader lines, Action<string> say)
    {
        (_root, _lines, _say) = (root, lines, say);
        _passwd = new($"{root}/etc/passwd", 0x1A4);
        _group = new($"{root}/etc/group", 0x1A4);
        _shadow = new($"{root}/etc/shadow", 0);
        _gshadow = new($"{root}/etc/gshadow", 0);
        foreach (var f in _passwd.Entries)
            if (f.Length >= 4 && uint.TryParse(f[2], out uint uid) && uint.TryParse(f[3], out uint gid))
            {
                _users.TryAdd(f[0], (uid, gid));
                _uids.TryAdd(uid, f[0]);
            }
        foreach (var f in _group.Entries)
            if (f.Length >= 3 && uint.TryParse(f[2], out uint gid))
            {
                _groups.TryAdd(f[0], gid);
                _gids.TryAdd(gid, f[0]);
            }
        var ranges = lines.Ranges.Count > 0 ? lines.Ranges : [(LoginDefs("SYS_UID_MIN", SystemMin), Math.Min(LoginDefs("SYS_UID_MAX", SystemMax), LoginDefs("SYS_GID_MAX", SystemMax)))];
        // From the highest down, the same walk for users and groups.
        _free = [.. ranges.SelectMany(r => Enumerable.Range(0, (int)Math.Min(r.Last - r.First + 1L, 1 << 20)).Select(i => r.Last - (uint)i)).Distinct().OrderDescending()];
    }

    /// <param name="root">Empty: the machine's own.</param>
    /// <param name="dryRun">Only says what it would do.</param>
    public static void Run(string root, SysusersReader lines, bool dryRun, Action<string> say)
    {
        lines.AddImplicit();
        using var theLock = dryRun ? null : new PasswordLock(root);
        var run = new SysusersRun(root, lines, say);
        foreach (var item in lines.Groups.Values)
            run.AddGroup(item);
        foreach (var item in lines.Users.Values)
            run.AddUserAndGroup(item);
        if (!dryRun)
            run.Write();
    }

    private void AddUserAndGroup(SysusersItem item)
    {
        var queued = item.Gid is null ? _lines.Groups.GetValueOrDefault(item.GroupName ?? item.Name) ?? (item.GroupName is { } g ? _lines.Users.GetValueOrDefault(g) : null) : null;
        if (queued is not null && _newGroups.ContainsValue(queued))
            (item.Gid, item.IsStrict) = (queued.Gid, true);
        else if (item.GroupName is { } name)
        {
            if (!_groups.TryGetValue(name, out uint gid))
            {
                _say($"Group {name} not found.");
                return;
            }
            (item.Gid, item.IsStrict) = (gid, true);
        }
        else if (!AddGroup(item))
            return;
        AddUser(item);
    }

    private bool AddGroup(SysusersItem item)
    {
        if (_groups.TryGetValue(item.Name, out uint existing))
        {
            item.Gid = existing;
            return true;
        }
        if (item.Gid is { } wanted)
        {
            bool isFree = IsGidFree(wanted, withUsers: false);
            if (item.IsStrict)
            {
                if (isFree)
                    _say($"Failed to create {item.Name}: please create GID {wanted}");
                return !isFree;
            }
            if (!isFree)
            {
                _say($"Suggested group ID {wanted} for {item.Name} already used.");
                item.Gid = null;
            }
        }
        if (item.Gid is null && item.Uid is { } uid && IsGidFree(uid, withUsers: true))
            item.Gid = uid;
        if (item.Gid is null && OwnerOf(item) is { } owner && InRange(owner.Gid) && IsGidFree(owner.Gid, withUsers: true))
            item.Gid = owner.Gid;
        item.Gid ??= Next(id => IsGidFree(id, withUsers: true));
        if (item.Gid is not { } gid)
        {
            _say($"No free group ID available for {item.Name}.");
            return false;
        }
        if (!_newGroups.TryAdd(gid, item))
        {
            _say($"Requested group {item.Name} with GID {gid} to be created is duplicated or conflicts with another user.");
            return false;
        }
        _say($"Creating group '{item.Name}' with GID {gid}.");
        return true;
    }

    private void AddUser(SysusersItem item)
    {
        if (_users.TryGetValue(item.Name, out var existing))
        {
            item.Uid = existing.Uid;
            return;
        }
        if (item.Uid is { } wanted && !IsUidFree(wanted, item.Name, withGroups: !item.IsStrict))
        {
            _say($"Suggested user ID {wanted} for {item.Name} already used.");
            item.Uid = null;
        }
        if (item.Uid is null && OwnerOf(item) is { } owner && InRange(owner.Uid) && IsUidFree(owner.Uid, item.Name, withGroups: true))
            item.Uid = owner.Uid;
        if (item.Uid is null && item.Gid is { } gid && IsUidFree(gid, item.Name, withGroups: true))
            item.Uid = gid;
        item.Uid ??= Next(id => IsUidFree(id, item.Name, withGroups: true));
        if (item.Uid is not { } uid)
            _say($"No free user ID available for {item.Name}.");
        else if (!_newUsers.TryAdd(uid, item))
            _say($"Requested user {item.Name} with UID {uid} and gid{item.Gid} to be created is duplicated or conflicts with another user.");
        else
            _say($"Creating user '{item.Name}' ({item.Description ?? "n/a"}) with UID {uid} and GID {item.Gid}.");
    }

    private bool IsUidFree(uint uid, string name, bool withGroups) => !_newUsers.ContainsKey(uid) && !_uids.ContainsKey(uid)
        && (!withGroups || ((!_newGroups.TryGetValue(uid, out var group) || group.Name == name) && (!_gids.TryGetValue(uid, out string? other) || other == name)));

    private bool IsGidFree(uint gid, bool withUsers) => !_newGroups.ContainsKey(gid) && !_gids.ContainsKey(gid)
        && (!withUsers || (!_newUsers.ContainsKey(gid) && !_uids.ContainsKey(gid)));

    private uint? Next(Func<uint, bool> isFree)
    {
        while (_nextFree < _free.Count)
            if (_free[_nextFree++] is var id && isFree(id))
                return id;
        return null;
    }

    private bool InRange(uint id) => id > 0 && _free.Contains(id);

    private (uint Uid, uint Gid)? OwnerOf(SysusersItem item)
    {
        if (item.IdPath is not { } path)
            return null;
        using var file = SafeWalk.Open(_root, path, safe: false).Fd;
        if (file is null)
            return null;
        var status = FileStatus.Of(file);
        return (item.Type == 'g' ? status.Gid : status.Uid, status.Gid);
    }

    private void Write()
    {
        foreach (var (gid, item) in _newGroups)
        {
            _group.Add($"{item.Name}:x:{gid}:");
            _gshadow.Add($"{item.Name}:!*::");
        }
        foreach (var (group, users) in _lines.Members)
        {
            _group.Change(group, 3, old => Merge(old, users));
            _gshadow.Change(group, 3, old => Merge(old, users));
        }
        long today = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400;
        foreach (var (uid, item) in _newUsers)
        {
            _passwd.Add($"{item.Name}:x:{uid}:{item.Gid}:{Latin1(item.Description ?? "")}:{item.Home ?? "/"}:{item.Shell ?? (uid == 0 ? RootShell : NoLogin)}");
            if (!_shadow.Change(item.Name, 2, _ => today.ToString()))
                _shadow.Add($"{item.Name}:!*:{today}::::::");
        }
        foreach (var file in (AccountFile[])[_group, _gshadow, _passwd, _shadow])
            if (file.IsChanged)
                file.Save();
    }

    /// <summary>The files are bytes to us.</summary>
    private static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Merge(string old, List<string> users)
    {
        var members = old.Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        return users.All(members.Contains) ? old : string.Join(',', members.Union(users).Order(StringComparer.Ordinal));
    }

    private string RootShell => File.Exists($"{_root}/bin/bash") ? "/bin/bash" : "/bin/sh";

    /// <summary>login.defs(5).</summary>
    private uint LoginDefs(string key, uint otherwise)
    {
        foreach (string line in (Files.TryReadText($"{_root}/etc/login.defs") ?? "").Split('\n'))
            if (line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var name, var value, ..] && name == key && uint.TryParse(value, out uint number))
                return number;
        return otherwise;
    }
}
