using System.Runtime.InteropServices;
using Sereno.Linux;

namespace Sereno.Journal.Keep;

/// <summary>Machine and boot (machine-id(5), random(4)), as their 16 bytes lie in memory; 0 where there is none.</summary>
public static class HostIds
{
    public static UInt128 Boot { get; } = Read("/proc/sys/kernel/random/boot_id");

    public static UInt128 Machine { get; } = Read("/etc/machine-id");

    private static UInt128 Read(string path)
    {
        string digits = (Files.TryReadText(path) ?? "").Trim().Replace("-", "", StringComparison.Ordinal);
        return digits.Length == 32 && digits.All(char.IsAsciiHexDigit)
            ? MemoryMarshal.Read<UInt128>(Convert.FromHexString(digits)) : 0;
    }
}
