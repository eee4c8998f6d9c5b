using Sereno.Linux;
using Sereno.Units.Load;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>The tests behind Condition*= and Assert*= (systemd.unit(5), "Conditions and Asserts"); negation is the caller's.</summary>
public sealed partial class Conditions
{
    private readonly UserDatabase _users = new();

    /// <returns>Null for an argument that makes no sense, or a fact that can't be had: systemd takes neither as met.</returns>
    public bool? Test(string kind, string argument)
    {
        try
        {
            return Ask(kind, argument);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private bool? Ask(string kind, string argument) => kind switch
    {
        "PathExists" => Path.Exists(argument),
        "PathExistsGlob" => FileGlob.Expand(argument).Count > 0,
        "PathIsDirectory" => Directory.Exists(argument),
        "PathIsSymbolicLink" => new FileInfo(argument.Length > 1 ? argument.TrimEnd('/') : argument).LinkTarget is not null,
        "PathIsMountPoint" => MountOf(argument) is { } mount && Path.Exists(argument) && mount[4] == Real(argument),
        "PathIsReadWrite" => Path.Exists(argument) && !IsReadOnly(argument),
        "PathIsEncrypted" => Path.Exists(argument) ? IsEncrypted(argument) : null,
        "DirectoryNotEmpty" => Directory.Exists(argument) && Directory.EnumerateFileSystemEntries(argument).Any(e => !HiddenFiles.Contains(Path.GetFileName(e))),
        "FileNotEmpty" => new FileInfo(argument) is { Exists: true, Length: > 0 },
        "FileIsExecutable" => new FileInfo(argument) is { Exists: true } file
            && (file.UnixFileMode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0,
        "User" => IsUser(argument),
        "Group" => IsGroup(argument),
        "Host" => IsHost(argument),
        "Architecture" => argument is "native" || argument == HostFacts.ArchitectureName(),
        "Virtualization" => IsVirtualization(argument),
        "Firmware" => IsFirmware(argument),
        "KernelCommandLine" => KernelCommandLine(argument),
        "KernelVersion" => KernelVersion(argument),
        "OSRelease" => OsRelease(argument),
        "Memory" => Amount(argument, PhysicalMemory(), text => Sizes.Read(text, out ulong bytes) == ParseError.None ? bytes : null),
        "CPUs" => Amount(argument, (ulong)Environment.ProcessorCount, text => Integers.ReadUnsigned(text, uint.MaxValue, out ulong count) == ParseError.None ? count : null),
        "CPUFeature" => HasCpuFeature(argument),
        "MemoryPressure" or "CPUPressure" or "IOPressure" => IsPressureBelow(kind[..^"Pressure".Length].ToLowerInvariant(), argument),
        "Environment" => argument.Split('=', 2) is [var name, var value]
            ? Environment.GetEnvironmentVariable(name) == value : Environment.GetEnvironmentVariable(argument) is not null,
        "Capability" => HasCapability(argument),
        "Security" => HasSecurity(argument),
        "ACPower" => Booleans.Parse(argument) is { } wanted ? OnAcPower() == wanted : null,
        "FirstBoot" => Booleans.Parse(argument) is { } wanted ? File.Exists("/run/systemd/first-boot") == wanted : null,
        "NeedsUpdate" => NeedsUpdate(argument),
        "Credential" => Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { } folder && argument.Length > 0 && File.Exists($"{folder}/{argument}"),
        "ControlGroupController" => HasController(argument),
        _ => null,
    };

    private static string Real(string path) => Path.GetFullPath(path) is "/" ? "/" : Path.GetFullPath(path).TrimEnd('/');

    private static IEnumerable<string[]> Mounts() =>
        File.Exists("/proc/self/mountinfo") ? File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')).Where(m => m.Length > 5) : [];

    /// <summary>The last mount on the way to a path: later ones cover earlier ones.</summary>
    private static string[]? MountOf(string path)
    {
        path = Real(path);
        return Mounts().Where(m => Paths.Below(path, m[4]) is not null).Aggregate((string[]?)null, (best, m) => best is null || m[4].Length >= best[4].Length ? m : best);
    }

    private static bool IsReadOnly(string path) =>
        MountOf(path) is { } mount && (mount[5].Split(',').Contains("ro") || mount[^1].Split(',').Contains("ro"));

    /// <summary>The file system's device is of dm-crypt.</summary>
    private static bool IsEncrypted(string path) => MountOf(path) is { } mount && $"/sys/dev/block/{mount[2]}/dm/uuid" is var uuid
        && File.Exists(uuid) && File.ReadAllText(uuid).StartsWith("CRYPT-", StringComparison.Ordinal);

    private bool? IsUser(string argument)
    {
        if (argument == "@system")
            return Self.Uid is < 1000 or 65534;
        return uint.TryParse(argument, out uint uid) ? uid == Self.Uid : argument == (Self.Uid == 0 ? "root" : _users.User(Self.Uid.ToString())?.Name);
    }

    private bool? IsGroup(string argument)
    {
        var own = File.ReadLines("/proc/self/status").First(l => l.StartsWith("Groups:", StringComparison.Ordinal))[7..]
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse).Append(Self.Gid);
        return uint.TryParse(argument, out uint gid) || _users.Group(argument)?.Gid is { } found && (gid = found) == found ? own.Contains(gid) : null;
    }

    private static bool? IsHost(string argument)
    {
        string id = argument.Replace("-", "");
        if (id.Length == 32 && id.All(char.IsAsciiHexDigit))
            return File.Exists("/etc/machine-id") ? string.Equals(File.ReadAllText("/etc/machine-id").Trim(), id, StringComparison.OrdinalIgnoreCase) : null;
        return Glob.Matches(argument.ToLowerInvariant(), File.ReadAllText("/proc/sys/kernel/hostname").Trim().ToLowerInvariant());
    }

    private static bool? KernelCommandLine(string argument)
    {
        // A container's command line is that of its first process.
        string text = Detect() != "none" && File.Exists("/proc/1/cmdline") ? File.ReadAllText("/proc/1/cmdline").Replace('\0', ' ') : File.ReadAllText("/proc/cmdline");
        var words = WordReader.Split(text, WordFlags.Unquote | WordFlags.Relax) ?? [];
        return argument.Contains('=') ? words.Contains(argument) : words.Any(w => w == argument || w.StartsWith(argument + "=", StringComparison.Ordinal));
    }

    private static bool? KernelVersion(string argument)
    {
        string release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var words = new WordReader(argument);
        for (bool first = true; ; first = false)
        {
            switch (words.Next(WordFlags.Unquote, out string word))
            {
                case WordResult.End:
                    return true;
                case WordResult.Invalid:
                    return null;
            }
            string value = word.Trim();
            var comparison = Comparisons.Take(ref value, texts: true) ?? Comparison.Matches;
            value = value.TrimStart();
            // ">= 5.4": a blank is allowed, behind the first operator only.
            if (value.Length == 0 && (!first || words.Next(WordFlags.None, out value) != WordResult.Word))
                return null;
            if (!Comparisons.Holds(comparison, release, value))
                return false;
        }
    }

    private static bool? OsRelease(string argument)
    {
        var release = HostFacts.Read().OsRelease;
        if (WordReader.Split(argument, WordFlags.Unquote) is not { } words || release is null)
            return null;
        foreach (string word in words)
        {
            int at = word.AsSpan().IndexOfAny("!<=>$");
            string rest = at > 0 ? word[at..] : "";
            if (at <= 0 || !Validity.IsEnvironmentName(word[..at]) || Comparisons.Take(ref rest, texts: true) is not { } comparison || rest.Length == 0 || char.IsWhiteSpace(rest[0]))
                return null;
            if (!Comparisons.Holds(comparison, release.GetValueOrDefault(word[..at], ""), rest))
                return false;
        }
        return true;
    }

    private static bool? Amount(string argument, ulong actual, Func<string, ulong?> parse) =>
        Comparisons.Take(ref argument, texts: false) is var comparison && parse(argument) is { } wanted
            ? Comparisons.Holds(comparison ?? Comparison.GreaterOrEqual, actual.CompareTo(wanted)) : null;

    private static ulong PhysicalMemory()
    {
        string line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        return ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    /// <summary>/etc or /var hasn't followed an update of /usr yet (systemd-update-done.service(8)).</summary>
    private static bool? NeedsUpdate(string argument)
    {
        if (!Paths.IsAbsolute(argument) || IsReadOnly(argument))
            return false;
        string stamp = Paths.Join(argument, ".updated");
        if (!File.Exists(stamp))
            return true;
        var usr = Directory.GetLastWriteTimeUtc("/usr");
        if (usr <= File.GetLastWriteTimeUtc(stamp))
            return false;
        string? noted = File.ReadLines(stamp).FirstOrDefault(l => l.StartsWith("TIMESTAMP_NSEC=", StringComparison.Ordinal))?["TIMESTAMP_NSEC=".Length..];
        return !ulong.TryParse(noted, out ulong nanoseconds) || (ulong)(usr - DateTime.UnixEpoch).Ticks * 100 > nanoseconds;
    }

    private static bool? HasController(string argument)
    {
        bool unified = Cgroup.Mount == "/sys/fs/cgroup";
        if (argument is "v2" or "v1")
            return unified == (argument == "v2");
        string[] known = ["cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids", "bpf-firewall", "bpf-devices"];
        string[] wanted = [.. argument.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(known.Contains)];
        if (wanted.Length == 0)
            return true; // systemd asks no more of names that it doesn't know
        var there = unified && File.Exists("/sys/fs/cgroup/cgroup.controllers")
            ? File.ReadAllText("/sys/fs/cgroup/cgroup.controllers").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            : Mounts().Where(m => m.Contains("cgroup")).SelectMany(m => m[^1].Split(','));
        return wanted.All(there.Contains);
    }
}
