namespace Sereno.Journal.Write;

// What the file's owner asks of its memory.
public sealed partial class JournalWriter
{
    /// <summary>Whether the file is as long as we know it, and still has a name.</summary>
    public bool IsWhole => _file.IsWhole;

    /// <summary>Wakes who follows the file.</summary>
    public void Touch() => _file.Touch();

    /// <summary>The pages no longer count as this process's.</summary>
    public void ReleasePages() => _file.ReleasePages();
}
