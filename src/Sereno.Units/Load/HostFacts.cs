using System.Runtime.InteropServices;

namespace Sereno.Units.Load;

/// <summary>Reads a <see cref="SpecifierContext"/> off this machine, from files alone; what is missing keeps its default.</summary>
public static class HostFacts
{
    /// <param name="user">A user's instance takes its roots from the XDG variables, as systemd --user does.</param>
    /// <param name="root">Another root, whose machine-id and os-release count.</param>
    public static SpecifierContext Read(bool user = false, string? root = null)
    {
        string release = $"{root}/etc/os-release" is var own && File.Exists(own) ? own : $"{root}/usr/lib/os-release";
        var (uid, gid) = (Id("Uid:"), Id("Gid:"));
        var account = Account(uid);
        string home = Variable("HOME") ?? (account?[5] ?? "/");
        var context = new SpecifierContext
        {
            UserId = uid,
            GroupId = gid,
            UserName = uid == 0 ? "root" : account?[0] ?? uid.ToString(),
            GroupName = gid == 0 ? "root" : Lines("/etc/group").Select(l => l.Split(':')).FirstOrDefault(f => f.Length >= 3 && f[2] == gid.ToString())?[0] ?? gid.ToString(),
            HomeDirectory = uid == 0 && !user ? "/root" : home,
            Shell = uid == 0 && !user ? "/bin/sh" : Variable("SHELL") ?? (account?[6] is { Length: > 0 } shell ? shell : "/bin/sh"),
            HostName = First("/proc/sys/kernel/hostname") ?? Environment.MachineName,
            PrettyHostName = KeyValues("/etc/machine-info").GetValueOrDefault("PRETTY_HOSTNAME"),
            MachineId = First($"{root}/etc/machine-id") is { Length: 32 } machine ? machine : null,
            BootId = First("/proc/sys/kernel/random/boot_id")?.Replace("-", ""),
            KernelRelease = First("/proc/sys/kernel/osrelease") ?? Environment.OSVersion.Version.ToString(),
            Architecture = ArchitectureName(),
            TemporaryDirectory = Variable("TMPDIR") ?? Variable("TEMP") ?? Variable("TMP") ?? "/tmp",
            PersistentTemporaryDirectory = Variable("TMPDIR") ?? Variable("TEMP") ?? Variable("TMP") ?? "/var/tmp",
            OsRelease = File.Exists(release) ? KeyValues(release) : null,
        };
        if (!user)
            return context;
        string config = Variable("XDG_CONFIG_HOME") ?? home + "/.config";
        return context with
        {
            RuntimeRoot = Variable("XDG_RUNTIME_DIR") ?? $"/run/user/{uid}",
            ConfigurationRoot = config,
            StateRoot = config,
            CacheRoot = Variable("XDG_CACHE_HOME") ?? home + "/.cache",
            LogsRoot = config + "/log",
        };
    }

    /// <summary>The home that passwd(5) gives us; "/" when it knows none.</summary>
    internal static string PasswdHome() => Account(Id("Uid:"))?[5] ?? "/";

    private static string[]? Account(uint uid) =>
        Lines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f.Length >= 7 && f[2] == uid.ToString());

    /// <summary>systemd's name of this architecture (systemd.unit(5), ConditionArchitecture=).</summary>
    public static string ArchitectureName() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86-64",
        System.Runtime.InteropServices.Architecture.X86 => "x86",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.Arm or System.Runtime.InteropServices.Architecture.Armv6 => "arm",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && value.StartsWith('/') ? value : null;

    private static uint Id(string field) =>
        Lines("/proc/self/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal)) is { } line
        && uint.TryParse(line.Split('\t', StringSplitOptions.RemoveEmptyEntries)[2], out uint id) ? id : 0;

    private static string? First(string path) => Lines(path).FirstOrDefault() is { Length: > 0 } line ? line.Trim() : null;

    private static Dictionary<string, string> KeyValues(string path)
    {
        var result = new Dictionary<string, string>();
        foreach (string line in Lines(path))
            if (line.IndexOf('=') is > 0 and var equals && line[0] != '#')
                result[line[..equals]] = string.Concat(Text.WordReader.Split(line[(equals + 1)..], Text.WordFlags.Unquote | Text.WordFlags.Relax, "\n") ?? []);
        return result;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
