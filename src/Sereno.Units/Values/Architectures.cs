namespace Sereno.Units.Values;

/// <summary>The names that SystemCallArchitectures= takes: processors, and the conventions by which they take system calls.</summary>
public static class Architectures
{
    private static readonly string[] s_names =
    [
        "native", "x86", "x86-64", "x32", "arm", "arm64", "mips", "mips64", "mips64-n32", "mips-le", "mips64-le", "mips64-le-n32",
        "parisc", "parisc64", "ppc", "ppc64", "ppc64-le", "riscv64", "s390", "s390x",
    ];

    public static bool IsKnown(string name) => Array.IndexOf(s_names, name) >= 0;

    /// <summary>The conventions that processes of a processor can use, its own last; none for one that we have no numbers for.</summary>
    public static ReadOnlySpan<SystemCallAbi> Local(string native) => native switch
    {
        "x86-64" => [SystemCallAbi.X86, SystemCallAbi.X32, SystemCallAbi.X86_64],
        "arm64" => [SystemCallAbi.Arm, SystemCallAbi.Arm64],
        _ => [],
    };

    public static string Name(SystemCallAbi abi) => abi switch
    {
        SystemCallAbi.X86_64 => "x86-64",
        SystemCallAbi.X86 => "x86",
        SystemCallAbi.X32 => "x32",
        SystemCallAbi.Arm64 => "arm64",
        SystemCallAbi.Arm => "arm",
    };
}
