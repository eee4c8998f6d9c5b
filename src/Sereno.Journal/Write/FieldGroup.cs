namespace Sereno.Journal.Write;

/// <summary>Known fields that many entries of one file have together: put in order, and summed up, once.</summary>
public sealed class FieldGroup
{
    internal FieldGroup(int[] known, uint[] offsets, ulong xorHash) => (Known, Offsets, XorHash) = (known, offsets, xorHash);

    /// <summary>Each once.</summary>
    internal int[] Known { get; }

    /// <summary>As an entry of a compact file has them: ascending.</summary>
    internal uint[] Offsets { get; }

    internal ulong XorHash { get; }
}
