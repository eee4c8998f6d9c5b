using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn.Seccomp;

/// <summary>
/// From filters to one program that answers as all of them would together. A call's number is found by binary search among
/// ranges of numbers with the same answer, so a filter of hundreds of names costs about ten steps a call.
/// </summary>
public static class SeccompCompiler
{
    /// <summary>What the kernel takes (BPF_MAXINSNS).</summary>
    public const int MaxLength = 4096;

    /// <summary>Where seccomp(2)'s struct seccomp_data has number, architecture and arguments; the low half of an argument comes first.</summary>
    private const uint NumberAt = 0, ArchitectureAt = 4, ArgumentsAt = 16;

    /// <summary>x32 calls have this bit, and x86-64's architecture.</summary>
    private const uint X32Bit = 0x40000000;

    private readonly record struct Range(uint First, int Label);

    /// <param name="filters">The newest first, as the kernel asks them.</param>
    /// <param name="abis">The conventions that the filters are for.</param>
    /// <param name="blocked">Conventions that may not be used at all.</param>
    /// <param name="foreign">The answer to a convention that isn't among <paramref name="abis"/>.</param>
    /// <returns>One program, or one per convention if one were too long for the kernel.</returns>
    public static ImmutableArray<ImmutableArray<BpfInstruction>> Compile(IReadOnlyList<CallFilter> filters, ImmutableArray<SystemCallAbi> abis,
        ImmutableArray<SystemCallAbi> blocked, uint foreign = SeccompAction.Allow)
    {
        var whole = Program(filters, abis, blocked, foreign);
        if (whole.Length <= MaxLength)
            return [whole];
        return [.. abis.Except(blocked).Select(abi => Program(filters, [abi], [], SeccompAction.Allow)), Program([], abis, blocked, foreign)];
    }

    private static ImmutableArray<BpfInstruction> Program(IReadOnlyList<CallFilter> filters, ImmutableArray<SystemCallAbi> abis,
        ImmutableArray<SystemCallAbi> blocked, uint foreign)
    {
        var assembler = new BpfAssembler();
        int next = assembler.Return(foreign);
        foreach (var family in abis.GroupBy(Architecture).Reverse())
        {
            int label = family.Key != Architecture(SystemCallAbi.X86_64) ? Search(family.Single())
                : assembler.Branch(BpfInstruction.JumpGreaterEqual, X32Bit, Search(SystemCallAbi.X32), Search(SystemCallAbi.X86_64));
            int numbered = assembler.Then(BpfInstruction.Load, NumberAt, label);
            next = assembler.Branch(BpfInstruction.JumpEqual, family.Key, numbered, next);
        }
        assembler.Then(BpfInstruction.Load, ArchitectureAt, next);
        return assembler.ToProgram();

        int Search(SystemCallAbi abi) => !abis.Contains(abi) ? assembler.Return(foreign)
            : blocked.Contains(abi) ? assembler.Return(SeccompAction.KillThread)
            : Tree(assembler, Ranges(assembler, [.. filters.Where(f => f.Abi == abi)], abi == SystemCallAbi.X32 ? X32Bit : 0));
    }

    /// <summary>AUDIT_ARCH_* (linux/audit.h).</summary>
    public static uint Architecture(SystemCallAbi abi) => abi switch
    {
        SystemCallAbi.X86_64 or SystemCallAbi.X32 => 0xc000003e,
        SystemCallAbi.X86 => 0x40000003,
        SystemCallAbi.Arm64 => 0xc00000b7,
        SystemCallAbi.Arm => 0x40000028,
    };

    /// <summary>Ranges of numbers that have one answer, in order; the first begins at 0.</summary>
    private static List<Range> Ranges(BpfAssembler assembler, CallFilter[] filters, uint offset)
    {
        int other = Answer(assembler, filters, -1, SeccompAction.Allow);
        var ranges = new List<Range> { new(0, other) };
        foreach (int number in filters.SelectMany(f => f.Numbers).Distinct().Order())
        {
            Begin((uint)number + offset, Answer(assembler, filters, number, SeccompAction.Allow));
            Begin((uint)number + offset + 1, other);
        }
        return ranges;

        void Begin(uint first, int label)
        {
            if (ranges[^1].First == first)
                ranges.RemoveAt(ranges.Count - 1);
            if (ranges.Count == 0 || !assembler.Same(ranges[^1].Label, label))
                ranges.Add(new(first, label));
        }
    }

    private static int Tree(BpfAssembler assembler, ReadOnlySpan<Range> ranges)
    {
        if (ranges.Length == 1)
            return ranges[0].Label;
        int middle = ranges.Length / 2;
        int above = Tree(assembler, ranges[middle..]), below = Tree(assembler, ranges[..middle]);
        return assembler.Branch(BpfInstruction.JumpGreaterEqual, ranges[middle].First, above, below);
    }

    private static int Tree(BpfAssembler assembler, List<Range> ranges) => Tree(assembler, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ranges));

    /// <summary>The code that asks the filters in turn and answers with the strictest.</summary>
    /// <param name="strictest">So far.</param>
    private static int Answer(BpfAssembler assembler, ReadOnlySpan<CallFilter> filters, int number, uint strictest)
    {
        if (filters.IsEmpty)
            return assembler.Return(strictest);
        var filter = filters[0];
        var rest = filters[1..];
        int label = Answer(assembler, rest, number, SeccompAction.Stricter(strictest, filter.Otherwise(number)));
        foreach (var rule in filter.Rules(number).Reverse())
        {
            int fits = Answer(assembler, rest, number, SeccompAction.Stricter(strictest, rule.Action)), otherwise = label;
            label = fits;
            foreach (var test in rule.Tests.Reverse())
                label = Test(assembler, test, label, otherwise);
        }
        return label;
    }

    private static int Test(BpfAssembler assembler, ArgumentTest test, int fits, int otherwise)
    {
        int label = test.Kind switch
        {
            TestKind.Equal => assembler.Branch(BpfInstruction.JumpEqual, test.Value, fits, otherwise),
            TestKind.NotEqual => assembler.Branch(BpfInstruction.JumpEqual, test.Value, otherwise, fits),
            TestKind.Less => assembler.Branch(BpfInstruction.JumpGreaterEqual, test.Value, otherwise, fits),
            TestKind.Greater => assembler.Branch(BpfInstruction.JumpGreater, test.Value, fits, otherwise),
        };
        if (fits == otherwise)
            return fits;
        if (test.Mask != uint.MaxValue)
            label = assembler.Then(BpfInstruction.And, test.Mask, label);
        return assembler.Then(BpfInstruction.Load, ArgumentsAt + 8 * (uint)test.Argument, label);
    }
}
