using System.Collections.Immutable;

namespace Sereno.Manager.Spawn.Seccomp;

public enum TestKind { Equal, NotEqual, Less, Greater }

/// <summary>
/// A comparison of an argument's low 32 bits: all that is filtered here are C ints, of which the kernel takes no more.
/// </summary>
public readonly record struct ArgumentTest(int Argument, TestKind Kind, uint Value, uint Mask = uint.MaxValue)
{
    /// <summary>All of these bits are set.</summary>
    public static ArgumentTest Has(int argument, uint bits) => new(argument, TestKind.Equal, bits, bits);

    public bool Holds(uint argument) => Kind switch
    {
        TestKind.Equal => (argument & Mask) == Value,
        TestKind.NotEqual => (argument & Mask) != Value,
        TestKind.Less => (argument & Mask) < Value,
        TestKind.Greater => (argument & Mask) > Value,
    };
}

/// <summary>The answer to a call whose arguments pass all tests.</summary>
public sealed record CallRule(ImmutableArray<ArgumentTest> Tests, uint Action);
