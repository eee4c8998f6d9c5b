using Sereno.Journal.Format;
using Sereno.Linux;

namespace Sereno.Journalctl;

/// <summary>The ids of what we run on.</summary>
internal static class Machine
{
    public static UInt128 BootId => Read("/proc/sys/kernel/random/boot_id") ?? 0;

    public static UInt128? Id => Read("/etc/machine-id");

    private static UInt128? Read(string path) => Id128.TryParse((Files.TryReadText(path) ?? "").Trim(), out var id) ? id : null;
}
