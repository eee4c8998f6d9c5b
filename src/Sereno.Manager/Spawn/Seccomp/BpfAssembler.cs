using System.Collections.Immutable;

namespace Sereno.Manager.Spawn.Seccomp;

/// <summary>
/// Writes a program from its end to its start: BPF jumps only forward, so every target is known when it is jumped to. A label
/// is the number of instructions behind the one it names.
/// </summary>
internal sealed class BpfAssembler
{
    /// <summary>A conditional jump has 8 bits; the few below are for the detours of its other branch.</summary>
    private const int Reach = 250;

    private readonly List<BpfInstruction> _backwards = [];
    private readonly Dictionary<uint, int> _returns = [];

    public ImmutableArray<BpfInstruction> ToProgram()
    {
        var program = _backwards.ToArray();
        Array.Reverse(program);
        return [.. program];
    }

    public int Return(uint action)
    {
        if (_returns.TryGetValue(action, out int label) && Distance(label) <= Reach)
            return label;
        return _returns[action] = Emit(new(BpfInstruction.Return, 0, 0, action));
    }

    /// <summary>A load or an operation, and then what is at <paramref name="next"/>.</summary>
    public int Then(ushort code, uint k, int next)
    {
        if (Distance(next) > 0)
            Emit(Detour(next));
        return Emit(new(code, 0, 0, k));
    }

    public int Branch(ushort code, uint k, int whenTrue, int whenFalse)
    {
        if (Same(whenTrue, whenFalse))
            return whenTrue;
        whenTrue = Near(whenTrue);
        whenFalse = Near(whenFalse);
        return Emit(new(code, (byte)Distance(whenTrue), (byte)Distance(whenFalse), k));
    }

    /// <summary>Both lead to the same answer.</summary>
    public bool Same(int label, int other) => label == other || (_backwards[label] == _backwards[other] && _backwards[label].Code == BpfInstruction.Return);

    private int Near(int label) => Distance(label) <= Reach ? label : Emit(Detour(label));

    /// <summary>To return from where we are takes no more than to jump to the return.</summary>
    private BpfInstruction Detour(int label) => _backwards[label] is { Code: BpfInstruction.Return } here
        ? here : new(BpfInstruction.Jump, 0, 0, (uint)Distance(label));

    /// <summary>Instructions between the next one that is written and the label.</summary>
    private int Distance(int label) => _backwards.Count - 1 - label;

    private int Emit(BpfInstruction instruction)
    {
        _backwards.Add(instruction);
        return _backwards.Count - 1;
    }
}
