using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Sereno.Linux;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>What the machine is, or pretends to be.</summary>
public sealed partial class Conditions
{
    private static readonly Lazy<string> s_virtualization = new(() => DetectContainer() ?? DetectMachine() ?? "none");

    /// <summary>As systemd-detect-virt(1) names it.</summary>
    public static string Detect() => s_virtualization.Value;

    private static readonly string[] s_machines =
        ["kvm", "amazon", "qemu", "bochs", "xen", "uml", "vmware", "oracle", "microsoft", "zvm", "parallels", "bhyve", "qnx", "acrn", "powervm", "apple", "sre", "google", "vm-other"];

    public static bool IsMachine(string virtualization) => s_machines.Contains(virtualization);

    private static bool? IsVirtualization(string argument)
    {
        string found = Detect();
        return argument == "private-users" ? RunsInUserNamespace()
            : Booleans.Parse(argument) is { } any ? any == (found != "none")
            : argument switch { "vm" => IsMachine(found), "container" => found != "none" && !IsMachine(found), _ => found != "none" && found == argument };
    }

    private static bool RunsInUserNamespace() => File.Exists("/proc/self/uid_map")
        && File.ReadAllText("/proc/self/uid_map").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is not ["0", "0", "4294967295"];

    private static string? DetectContainer()
    {
        if (Directory.Exists("/proc/vz") && !Directory.Exists("/proc/bc"))
            return "openvz";
        if (Text("/proc/sys/kernel/osrelease") is { } release && (release.Contains("Microsoft") || release.Contains("WSL")))
            return "wsl";
        string? name = Text("/run/host/container-manager") ?? (Self.Pid == 1 ? Environment.GetEnvironmentVariable("container") : null) ?? Text("/run/systemd/container")
            ?? Text("/proc/1/environ")?.Split('\0').FirstOrDefault(v => v.StartsWith("container=", StringComparison.Ordinal))?["container=".Length..]
            ?? (Environment.GetEnvironmentVariable("container") is { Length: > 0 } own ? own : null);
        if (name is { Length: > 0 } and not "oci")
            return name is "lxc" or "lxc-libvirt" or "systemd-nspawn" or "docker" or "podman" or "rkt" or "wsl" or "proot" or "pouch" or "openvz" ? name : "container-other";
        if (File.Exists("/run/.containerenv"))
            return "podman";
        if (File.Exists("/.dockerenv"))
            return "docker";
        // Pid 1 of a namespace without more to go by is a container of some kind.
        return name is not null || Self.Pid == 1 || ProcessTable.Stat(2)?.Comm != "kthreadd" ? "container-other" : null;
    }

    /// <summary>The hypervisor says who it is by CPUID, or the firmware does (DMI).</summary>
    private static string? DetectMachine()
    {
        string? byName = null;
        foreach (string file in (string[])["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"])
            if (byName is null && Text($"/sys/class/dmi/id/{file}") is { } vendor)
                byName = s_vendors.FirstOrDefault(v => vendor.StartsWith(v.Vendor, StringComparison.Ordinal)).Name;
        if (byName is "oracle" or "xen" or "amazon" or "parallels" or "google")
            return byName;
        return ByCpuid() ?? byName ?? (File.Exists("/proc/xen/capabilities") ? "xen" : null);
    }

    private static readonly (string Vendor, string Name)[] s_vendors =
    [
        ("KVM", "kvm"), ("OpenStack", "kvm"), ("KubeVirt", "kvm"), ("Amazon EC2", "amazon"), ("QEMU", "qemu"), ("VMware", "vmware"), ("VMW", "vmware"),
        ("innotek GmbH", "oracle"), ("VirtualBox", "oracle"), ("Oracle Corporation", "oracle"), ("Xen", "xen"), ("Bochs", "bochs"), ("Parallels", "parallels"),
        ("BHYVE", "bhyve"), ("Hyper-V", "microsoft"), ("Apple Virtualization", "apple"), ("Google Compute Engine", "google"),
    ];

    private static string? ByCpuid()
    {
        if (!X86Base.IsSupported || (X86Base.CpuId(1, 0).Ecx & 1 << 31) == 0)
            return null;
        var (_, b, c, d) = X86Base.CpuId(0x40000000, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes((ReadOnlySpan<int>)[b, c, d])).TrimEnd('\0') switch
        {
            "XenVMMXenVMM" => "xen",
            "KVMKVMKVM" or "Linux KVM Hv" => "kvm",
            "TCGTCGTCGTCG" => "qemu",
            "VMwareVMware" => "vmware",
            "Microsoft Hv" => "microsoft",
            "bhyve bhyve " => "bhyve",
            "QNXQVMBSQG" => "qnx",
            "ACRNACRNACRN" => "acrn",
            _ => "vm-other",
        };
    }

    private static string? Text(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadAllText(path).Trim('\n', ' ') is { Length: > 0 } text ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool? IsFirmware(string argument)
    {
        const string tree = "/proc/device-tree";
        return argument switch
        {
            "device-tree" => Directory.Exists("/sys/firmware/devicetree") || Directory.Exists(tree),
            "uefi" => Directory.Exists("/sys/firmware/efi"),
            _ when Inside("device-tree-compatible") is { } name => File.Exists(tree + "/compatible") && File.ReadAllText(tree + "/compatible").Split('\0').Contains(name),
            _ when Inside("smbios-field") is { } field => SmbiosField(field),
            _ => false,
        };

        string? Inside(string word) => argument.StartsWith(word + "(", StringComparison.Ordinal) && argument.EndsWith(')') ? argument[(word.Length + 1)..^1] : null;
    }

    private static bool? SmbiosField(string expression)
    {
        int at = expression.AsSpan().IndexOfAny("!<=>$");
        if (at <= 0)
            return null;
        string field = expression[..at].TrimEnd(), rest = expression[at..];
        if (Comparisons.Take(ref rest, texts: true) is not { } comparison || WordReader.Split(rest, WordFlags.Unquote) is not [var expected] || field.Contains('/'))
            return null;
        string path = $"/sys/class/dmi/id/{field}";
        return File.Exists(path) && Comparisons.Holds(comparison, File.ReadAllText(path).Trim(), expected);
    }

    /// <summary>systemd's names; the kernel calls some otherwise.</summary>
    private static readonly string[] s_cpuFeatures =
    [
        "fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", "sep", "mtrr", "pge", "mca", "cmov", "pat", "pse36", "clflush", "mmx", "fxsr", "sse", "sse2",
        "ht", "pni", "pclmul", "monitor", "ssse3", "fma3", "cx16", "sse4_1", "sse4_2", "movbe", "popcnt", "aes", "xsave", "osxsave", "avx", "f16c", "rdrand", "bmi1", "avx2",
        "bmi2", "rdseed", "adx", "sha_ni", "syscall", "rdtscp", "lm", "lahf_lm", "abm", "constant_tsc",
    ];

    private static bool? HasCpuFeature(string name)
    {
        name = name.ToLowerInvariant();
        if (!s_cpuFeatures.Contains(name) || !X86Base.IsSupported)
            return false;
        string kernel = name switch { "fma3" => "fma", "osxsave" => "xsave", "pclmul" => "pclmulqdq", _ => name };
        return File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal))?.Split(' ').Contains(kernel) == true;
    }

    /// <summary><c>[SLICE:]PERCENT[/TIMESPAN]</c>; where the kernel doesn't tell, there is no pressure.</summary>
    private static bool? IsPressureBelow(string resource, string argument)
    {
        string file = $"/proc/pressure/{resource}";
        if (!File.Exists(file))
            return true;
        string[] parts = argument.Split(':', 2);
        if (parts.Length == 2)
        {
            if (!Sereno.Units.Model.UnitName.TryParse(parts[0], out var slice) || slice.Type != Sereno.Units.Model.UnitType.Slice)
                return null;
            if (Cgroup.Mount != "/sys/fs/cgroup")
                return true;
            file = $"/sys/fs/cgroup/{SlicePath(slice)}/{resource}.pressure";
        }
        string[] limit = parts[^1].Trim().Split('/', 2);
        string? column = limit.Length < 2 ? "avg300=" : limit[1].Trim() switch { "10sec" => "avg10=", "1min" => "avg60=", "5min" => "avg300=", _ => null };
        if (column is null || !limit[0].Trim().EndsWith('%') || !double.TryParse(limit[0].Trim()[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) || percent > 100)
            return null;
        if (!File.Exists(file))
            return true;
        string wanted = resource == "cpu" ? "some" : "full";
        string? line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(wanted, StringComparison.Ordinal)) ?? File.ReadLines(file).FirstOrDefault();
        string? value = line?.Split(' ').FirstOrDefault(w => w.StartsWith(column, StringComparison.Ordinal))?[column.Length..];
        return value is null ? null : double.Parse(value, CultureInfo.InvariantCulture) <= percent;
    }

    /// <summary>a-b.slice lies in a.slice.</summary>
    private static string SlicePath(Sereno.Units.Model.UnitName slice)
    {
        var words = slice.Stem.Split('-');
        return slice.Full == "-.slice" ? "" : string.Join('/', words.Select((_, i) => string.Join('-', words.Take(i + 1)) + ".slice"));
    }

    private static bool? HasCapability(string name)
    {
        // capability(7)'s order is the kernel's numbering.
        string[] names =
        [
            "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
            "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
            "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
            "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
            "perfmon", "bpf", "checkpoint_restore",
        ];
        int bit = name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? Array.IndexOf(names, name[4..].ToLowerInvariant()) : int.TryParse(name, out int number) ? number : -1;
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapBnd:", StringComparison.Ordinal));
        return bit is < 0 or > 63 || line is null ? null : (Convert.ToUInt64(line[7..].Trim(), 16) >> bit & 1) == 1;
    }

    private static bool? HasSecurity(string argument) => argument switch
    {
        "selinux" => File.Exists("/sys/fs/selinux/enforce"),
        "smack" => Directory.Exists("/sys/fs/smackfs"),
        "apparmor" => Text("/sys/module/apparmor/parameters/enabled")?.StartsWith('Y') == true,
        "audit" => File.Exists("/proc/self/sessionid"), // which only a kernel with audit has
        "ima" => Directory.Exists("/sys/kernel/security/ima"),
        "tomoyo" => Directory.Exists("/sys/kernel/security/tomoyo"),
        "uefi-secureboot" => SecureBoot(),
        "tpm2" => Directory.Exists("/sys/class/tpmrm") && Directory.EnumerateFileSystemEntries("/sys/class/tpmrm").Any(),
        _ => false,
    };

    private static bool SecureBoot()
    {
        const string variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
        return File.Exists(variable) && File.ReadAllBytes(variable) is [_, _, _, _, 1, ..];
    }

    /// <summary>A mains adapter is online, or no battery is being emptied.</summary>
    private static bool OnAcPower()
    {
        bool offline = false, discharging = false;
        foreach (string supply in Directory.Exists("/sys/class/power_supply") ? Directory.EnumerateFileSystemEntries("/sys/class/power_supply") : [])
            if (Text(supply + "/type") == "Mains")
            {
                if (Text(supply + "/online") == "1")
                    return true;
                offline = true;
            }
            else if (Text(supply + "/type") == "Battery" && Text(supply + "/scope") != "Device" && Text(supply + "/status") == "Discharging")
                discharging = true;
        return !discharging && !offline;
    }
}
