using Sereno.Linux.Headers;

namespace Sereno.Sockets.Owners;

/// <summary>The few BPF instructions that we need, one method each (Documentation/bpf/standardization/instruction-set.rst).</summary>
/// <remarks>Registers: R0 results, R1 to R5 arguments (a call destroys them), R6 to R9 ours, R10 the top of the stack.</remarks>
internal static class BpfAssembler
{
    /// <summary>dst = *(u64 *)(src + offset)</summary>
    public static libc.bpf_insn Load64(int dst, int src, int offset) => Make(libc.BPF_LDX | libc.BPF_MEM | libc.BPF_DW, dst, src, offset);

    /// <summary>dst = *(u32 *)(src + offset)</summary>
    public static libc.bpf_insn Load32(int dst, int src, int offset) => Make(libc.BPF_LDX | libc.BPF_MEM | libc.BPF_W, dst, src, offset);

    /// <summary>*(u32 *)(dst + offset) = src</summary>
    public static libc.bpf_insn Store32(int dst, int offset, int src) => Make(libc.BPF_STX | libc.BPF_MEM | libc.BPF_W, dst, src, offset);

    public static libc.bpf_insn Move(int dst, int src) => Make(libc.BPF_ALU64 | libc.BPF_MOV | libc.BPF_X, dst, src);

    public static libc.bpf_insn Set(int dst, int value) => Make(libc.BPF_ALU64 | libc.BPF_MOV | libc.BPF_K, dst, imm: value);

    public static libc.bpf_insn Add(int dst, int src) => Make(libc.BPF_ALU64 | libc.BPF_ADD | libc.BPF_X, dst, src);

    public static libc.bpf_insn AddValue(int dst, int value) => Make(libc.BPF_ALU64 | libc.BPF_ADD | libc.BPF_K, dst, imm: value);

    public static libc.bpf_insn MultiplyValue(int dst, int value) => Make(libc.BPF_ALU64 | libc.BPF_MUL | libc.BPF_K, dst, imm: value);

    /// <summary>Where to is filled in by <see cref="Link"/>: the end.</summary>
    public static libc.bpf_insn EndIfZero(int register) => Make(libc.BPF_JMP | libc.BPF_JEQ | libc.BPF_K, register);

    public static libc.bpf_insn EndUnlessEqual(int left, int right) => Make(libc.BPF_JMP | libc.BPF_JNE | libc.BPF_X, left, right);

    public static libc.bpf_insn Call(int helper) => Make(libc.BPF_JMP | libc.BPF_CALL, imm: helper);

    /// <summary>Adds the end, "return 0", and lets every jump lead to it.</summary>
    public static libc.bpf_insn[] Link(params ReadOnlySpan<libc.bpf_insn> body)
    {
        libc.bpf_insn[] program = [.. body, Set(0, 0), Make(libc.BPF_JMP | libc.BPF_EXIT)];
        for (int i = 0; i < body.Length; i++)
            if ((program[i].code & 7) == libc.BPF_JMP && program[i].code != (libc.BPF_JMP | libc.BPF_CALL))
                program[i].off = (short)(body.Length - i - 1);
        return program;
    }

    private static libc.bpf_insn Make(int code, int dst = 0, int src = 0, int offset = 0, int imm = 0) =>
        new() { code = (byte)code, _registers = (byte)(dst | src << 4), off = (short)offset, imm = imm };
}
