namespace Sereno.Journal.Read;

/// <summary>A file's bytes, of which nothing is believed: what is beyond the end, or can't be read, isn't there.</summary>
public interface IJournalBytes
{
    ulong Size { get; }

    /// <summary>Good until the next call.</summary>
    bool TryGet(ulong offset, int length, out ReadOnlySpan<byte> bytes);
}
