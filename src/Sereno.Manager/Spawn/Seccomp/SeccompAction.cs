namespace Sereno.Manager.Spawn.Seccomp;

/// <summary>What a filter answers to a system call (seccomp(2), SECCOMP_RET_*).</summary>
public static class SeccompAction
{
    public const uint Allow = 0x7fff0000, Log = 0x7ffc0000, KillThread = 0, KillProcess = 0x80000000;

    /// <summary>The call doesn't run and returns this error.</summary>
    public static uint Errno(int number) => 0x00050000 | (uint)number;

    /// <summary>Of two filters' answers the stricter one holds; of equally strict ones that of the filter that was installed later, here the first.</summary>
    public static uint Stricter(uint later, uint earlier) => Strictness(earlier) < Strictness(later) ? earlier : later;

    public static bool IsStricter(uint action, uint than) => Strictness(action) < Strictness(than);

    /// <summary>The kernel compares actions as signed numbers, without their data.</summary>
    private static int Strictness(uint action) => (int)(action & 0xffff0000);
}
