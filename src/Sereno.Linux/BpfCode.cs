using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A BPF program in the making, with jumps to places that are named (Documentation/bpf/standardization/instruction-set.rst).</summary>
/// <remarks>Registers: R0 results, R1 to R5 arguments (a call destroys them), R6 to R9 ours, R10 the top of the stack.</remarks>
public sealed class BpfCode
{
    private readonly List<libc.bpf_insn> _code = [];
    private readonly List<(int At, string Place)> _jumps = [];
    private readonly Dictionary<string, int> _places = [];

    /// <summary>dst = *(u32 *)(src + offset)</summary>
    public BpfCode Load(int dst, int src, int offset) => Add(libc.BPF_LDX | libc.BPF_MEM | libc.BPF_W, dst, src, offset);

    /// <summary>dst = *(u64 *)(src + offset)</summary>
    public BpfCode Load64(int dst, int src, int offset) => Add(libc.BPF_LDX | libc.BPF_MEM | libc.BPF_DW, dst, src, offset);

    /// <summary>*(u32 *)(dst + offset) = src</summary>
    public BpfCode Store(int dst, int offset, int src) => Add(libc.BPF_STX | libc.BPF_MEM | libc.BPF_W, dst, src, offset);

    /// <summary>*(u64 *)(dst + offset) = src</summary>
    public BpfCode Store64(int dst, int offset, int src) => Add(libc.BPF_STX | libc.BPF_MEM | libc.BPF_DW, dst, src, offset);

    /// <summary>*(u32 *)(dst + offset) = value</summary>
    public BpfCode StoreValue(int dst, int offset, int value) => Add(libc.BPF_ST | libc.BPF_MEM | libc.BPF_W, dst, 0, offset, value);

    /// <summary>*(u64 *)dst += src, whoever else does the same.</summary>
    public BpfCode AddAtomically(int dst, int src) => Add(libc.BPF_STX | libc.BPF_ATOMIC | libc.BPF_DW, dst, src, 0, libc.BPF_ADD);

    public BpfCode Move(int dst, int src) => Add(libc.BPF_ALU64 | libc.BPF_MOV | libc.BPF_X, dst, src);

    public BpfCode Set(int dst, int value) => Add(libc.BPF_ALU64 | libc.BPF_MOV | libc.BPF_K, dst, imm: value);

    public BpfCode AddValue(int dst, int value) => Add(libc.BPF_ALU64 | libc.BPF_ADD | libc.BPF_K, dst, imm: value);

    /// <summary>dst -= src</summary>
    public BpfCode Subtract(int dst, int src) => Add(libc.BPF_ALU64 | libc.BPF_SUB | libc.BPF_X, dst, src);

    public BpfCode And(int dst, int value) => Add(libc.BPF_ALU64 | libc.BPF_AND | libc.BPF_K, dst, imm: value);

    public BpfCode Or(int dst, int value) => Add(libc.BPF_ALU64 | libc.BPF_OR | libc.BPF_K, dst, imm: value);

    public BpfCode ShiftRight(int dst, int bits) => Add(libc.BPF_ALU64 | libc.BPF_RSH | libc.BPF_K, dst, imm: bits);

    /// <summary>The lower 16 bits, from the network's order.</summary>
    public BpfCode FromNetwork16(int dst) => Add(libc.BPF_ALU | libc.BPF_END | libc.BPF_TO_BE, dst, imm: 16);

    /// <summary>dst = the map: an instruction of two words.</summary>
    public BpfCode LoadMap(int dst, Fd map) => Add(libc.BPF_LD | libc.BPF_IMM | libc.BPF_DW, dst, libc.BPF_PSEUDO_MAP_FD, imm: map.Number).Add(0, 0);

    public BpfCode Call(int helper) => Add(libc.BPF_JMP | libc.BPF_CALL, 0, imm: helper);

    public BpfCode Jump(string place) => Jump(libc.BPF_JA, 0, 0, place);

    public BpfCode JumpIfEqual(int register, int value, string place) => Jump(libc.BPF_JEQ, register, value, place);

    public BpfCode JumpUnlessEqual(int register, int value, string place) => Jump(libc.BPF_JNE, register, value, place);

    public BpfCode JumpIfLess(int register, int value, string place) => Jump(libc.BPF_JLT, register, value, place);

    public BpfCode JumpIfGreater(int register, int value, string place) => Jump(libc.BPF_JGT, register, value, place);

    public BpfCode Return(int value) => Set(0, value).Add(libc.BPF_JMP | libc.BPF_EXIT, 0);

    /// <summary>Jumps to this name lead here. Only forward: the verifier wants to see an end.</summary>
    public BpfCode Place(string name)
    {
        _places[name] = _code.Count;
        return this;
    }

    /// <summary>The program with its jumps filled in.</summary>
    public ReadOnlySpan<libc.bpf_insn> Link()
    {
        var program = _code.ToArray();
        foreach (var (at, place) in _jumps)
            program[at].off = checked((short)(_places[place] - at - 1));
        return program;
    }

    private BpfCode Jump(int condition, int register, int value, string place)
    {
        _jumps.Add((_code.Count, place));
        return Add(libc.BPF_JMP | condition | libc.BPF_K, register, imm: value);
    }

    private BpfCode Add(int code, int dst, int src = 0, int offset = 0, int imm = 0)
    {
        _code.Add(new() { code = (byte)code, _registers = (byte)(dst | src << 4), off = (short)offset, imm = imm });
        return this;
    }
}
