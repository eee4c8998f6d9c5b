namespace Sereno.Journal.Write;

/// <summary>Why a file should be followed by a new one, although it could take more.</summary>
public enum RotationReason
{
    None,
    /// <summary>A hash table is filled to 75 %: looking things up takes longer from here on.</summary>
    TableFull,
    /// <summary>A hash chain of more than 100: somebody plays games with us.</summary>
    DeepChain,
    /// <summary>Its first entry is older than files may be.</summary>
    Old,
}

// When it is time for a new file, by journald's own measures.
public sealed partial class JournalWriter
{
    private const ulong MaxChainDepth = 100;

    /// <summary>How full the table of data is; 0.75 is enough.</summary>
    public double DataFill => (double)_header.DataCount / (_header.DataHashTableSize / Format.HashItem.Size);

    /// <param name="maxAge">Microseconds; 0: any.</param>
    public RotationReason RotationSuggested(ulong now = 0, ulong maxAge = 0)
    {
        if (IsFilled(_header.DataCount, _header.DataHashTableSize) || IsFilled(_header.FieldCount, _header.FieldHashTableSize))
            return RotationReason.TableFull;
        if (Math.Max(_header.DataHashChainDepth, _header.FieldHashChainDepth) > MaxChainDepth)
            return RotationReason.DeepChain;
        return maxAge > 0 && maxAge < now && _header.HeadEntryRealtime > 0 && _header.HeadEntryRealtime < now - maxAge ? RotationReason.Old : RotationReason.None;
    }

    private static bool IsFilled(ulong count, ulong size) => count * 4 > size / Format.HashItem.Size * 3;
}
