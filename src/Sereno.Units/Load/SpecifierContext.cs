namespace Sereno.Units.Load;

/// <summary>The facts about machine, account and instance that specifiers stand for (systemd.unit(5), "Specifiers").</summary>
public sealed record SpecifierContext
{
    /// <summary><c>%t %S %C %L %E</c>: the roots of RuntimeDirectory= and its four siblings.</summary>
    public string RuntimeRoot { get; init; } = "/run";
    public string StateRoot { get; init; } = "/var/lib";
    public string CacheRoot { get; init; } = "/var/cache";
    public string LogsRoot { get; init; } = "/var/log";
    public string ConfigurationRoot { get; init; } = "/etc";

    /// <summary><c>%T %V</c></summary>
    public string TemporaryDirectory { get; init; } = "/tmp";
    public string PersistentTemporaryDirectory { get; init; } = "/var/tmp";

    /// <summary><c>%u %U %g %G %h %s</c>: the manager's account, whatever User= says.</summary>
    public string UserName { get; init; } = "root";
    public uint UserId { get; init; }
    public string GroupName { get; init; } = "root";
    public uint GroupId { get; init; }
    public string HomeDirectory { get; init; } = "/root";
    public string Shell { get; init; } = "/bin/sh";

    /// <summary><c>%H</c>; <c>%l</c> is its part before the first dot.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary><c>%q</c>: PRETTY_HOSTNAME= of machine-info(5), or the host name.</summary>
    public string? PrettyHostName { get; init; }

    /// <summary><c>%m %b</c>: 32 hexadecimal digits; null where the machine has none, which makes the specifier an error.</summary>
    public string? MachineId { get; init; }
    public string? BootId { get; init; }

    /// <summary><c>%v</c> as uname -r; <c>%a</c> as ConditionArchitecture= names it.</summary>
    public string KernelRelease { get; init; } = "";
    public string Architecture { get; init; } = "";

    /// <summary><c>%o %w %W %M %A %B</c>: ID, VERSION_ID, VARIANT_ID, IMAGE_ID, IMAGE_VERSION and BUILD_ID of os-release(5); null where there is no such file.</summary>
    public IReadOnlyDictionary<string, string>? OsRelease { get; init; } = new Dictionary<string, string>();
}
