namespace Sereno.Manager.Spawn.Seccomp;

/// <summary>One instruction of a classic BPF program (linux/filter.h, struct sock_filter); both jumps count from the next one.</summary>
public readonly record struct BpfInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint K)
{
    public const ushort Load = 0x20, And = 0x54, Jump = 0x05, JumpEqual = 0x15, JumpGreater = 0x25, JumpGreaterEqual = 0x35, Return = 0x06;

    public override string ToString() => Code switch
    {
        Load => $"ld [{K}]",
        And => $"and 0x{K:x}",
        Jump => $"ja +{K}",
        JumpEqual => $"jeq 0x{K:x} +{JumpTrue} +{JumpFalse}",
        JumpGreater => $"jgt 0x{K:x} +{JumpTrue} +{JumpFalse}",
        JumpGreaterEqual => $"jge 0x{K:x} +{JumpTrue} +{JumpFalse}",
        Return => $"ret 0x{K:x}",
        _ => $"0x{Code:x} {JumpTrue} {JumpFalse} 0x{K:x}",
    };
}
