namespace Sereno.Linux;

/// <summary>A file's bytes as memory that outlives the process.</summary>
public abstract class FileMemory : IDisposable
{
    /// <summary>How much there is; what is beyond can't be touched.</summary>
    public abstract ulong Length { get; }

    /// <summary>Whether the file still is as long as we know it, and has a name.</summary>
    public abstract bool IsWhole { get; }

    /// <summary>Valid until the memory grows or is disposed of.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It isn't all there.</exception>
    public abstract Span<byte> Slice(ulong offset, int length);

    /// <summary>Makes it this long; the disk space is taken now, so that no later store can fail for want of it.</summary>
    /// <returns>0 or an errno: ENOSPC, EFBIG, ...</returns>
    public abstract int Grow(ulong length);

    /// <summary>Cuts it.</summary>
    /// <returns>0 or an errno.</returns>
    public abstract int Shorten(ulong length);

    /// <summary>Waits until all of it is on disk; 0 or an errno.</summary>
    public abstract int Sync();

    /// <summary>Whether the file system would have so much left, this taken.</summary>
    public abstract bool HasFree(ulong bytes, ulong left);

    /// <summary>Tells who watches the file (inotify(7)) that it changed, which stores to memory don't.</summary>
    public abstract void Touch();

    /// <summary>All of it will be stored to: its pages can be had at once, which is cheaper than one by one.</summary>
    public virtual void Prepare(ulong offset, ulong length)
    {
    }

    /// <summary>What is there will be looked at soon: it is fetched from memory meanwhile.</summary>
    public virtual void Prefetch(ulong offset)
    {
    }

    /// <summary>Gives the pages back to the page cache, where they stay: they no longer count as this process's.</summary>
    public abstract void ReleasePages();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
