using Sereno.Journal.Format;
using Sereno.Linux;

namespace Sereno.Journal.Keep;

/// <summary>Machine and boot (machine-id(5), random(4)), as their 16 bytes lie in memory; 0 where there is none.</summary>
public static class HostIds
{
    public static UInt128 Boot { get; } = Read("/proc/sys/kernel/random/boot_id");

    public static UInt128 Machine { get; } = Read("/etc/machine-id");

    private static UInt128 Read(string path) => Id128.TryParse((Files.TryReadText(path) ?? "").Trim(), out var id) ? id : 0;
}
