using System.Collections.Immutable;
using Sereno.Manager.Spawn.Seccomp;

namespace Sereno.Tests.Manager.Seccomp;

/// <summary>Runs filters as the kernel would (kernel/seccomp.c, seccomp_check_filter lists what a filter may contain).</summary>
internal static class Interpreter
{
    public const uint Bit32 = 0x40000000;

    /// <summary>What the kernel makes of several filters: all are asked, the newest first; the strictest answer counts, of equal ones the newest filter's.</summary>
    public static uint Ask(IEnumerable<ImmutableArray<BpfInstruction>> newestFirst, uint architecture, uint number, ReadOnlySpan<ulong> arguments)
    {
        uint result = SeccompAction.Allow;
        foreach (var program in newestFirst)
        {
            uint answer = Run(program, architecture, number, arguments, out _);
            if ((int)(answer & 0xffff0000) < (int)(result & 0xffff0000))
                result = answer;
        }
        return result;
    }

    public static uint Run(ImmutableArray<BpfInstruction> program, uint architecture, uint number, ReadOnlySpan<ulong> arguments, out int steps)
    {
        uint a = 0;
        steps = 0;
        for (int at = 0; ; at++)
        {
            var i = program[at];
            steps++;
            switch (i.Code)
            {
                case 0x20: a = Word(i.K, architecture, number, arguments); break;
                case 0x54: a &= i.K; break;
                case 0x05: at += (int)i.K; break;
                case 0x15: at += a == i.K ? i.JumpTrue : i.JumpFalse; break;
                case 0x25: at += a > i.K ? i.JumpTrue : i.JumpFalse; break;
                case 0x35: at += a >= i.K ? i.JumpTrue : i.JumpFalse; break;
                case 0x06: return i.K;
                default: throw new InvalidOperationException($"no such instruction: {i}");
            }
        }
    }

    /// <summary>struct seccomp_data: number, architecture, instruction pointer, six arguments.</summary>
    private static uint Word(uint offset, uint architecture, uint number, ReadOnlySpan<ulong> arguments) => offset switch
    {
        0 => number,
        4 => architecture,
        8 or 12 => 0,
        _ => (uint)(arguments[(int)(offset - 16) / 8] >> (offset % 8 == 4 ? 32 : 0)),
    };
}
