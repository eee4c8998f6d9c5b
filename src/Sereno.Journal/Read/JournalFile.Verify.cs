namespace Sereno.Journal.Read;

public sealed partial class JournalFile
{
    /// <summary>How long the file is.</summary>
    public ulong Size => (ulong)_bytes.Length;

    /// <summary>Whether all in it is right, as <see cref="Verifier"/> sees it.</summary>
    public Verdict Verify(Action<string>? complain = null, Action<int>? progress = null)
    {
        using var verifier = new Verifier(_bytes, complain, progress);
        return verifier.Verify();
    }
}
