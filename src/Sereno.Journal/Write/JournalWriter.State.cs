using Sereno.Journal.Format;
using Sereno.Linux;

namespace Sereno.Journal.Write;

// Online while entries may come, offline when all of it is on disk, archived at the end.
public sealed partial class JournalWriter
{
    /// <summary>Waits until what was committed is on disk; the next entry sets the file online again.</summary>
    /// <exception cref="LinuxException">EIO and its like: what was written may be lost.</exception>
    public void SetOffline() => Leave(FileState.Offline);

    /// <summary>Ends the file for good: cut to what is used, on disk, never appended to again.</summary>
    /// <exception cref="LinuxException">As <see cref="SetOffline"/>.</exception>
    public void Archive()
    {
        Flush();
        Commit();
        // The arena's size first: a file that has more than it says is right, one that has less isn't.
        _header.ArenaSize = _end - FileHeader.Size;
        Flush();
        Commit();
        if (_file.Shorten(_end) is var errno && errno != 0)
            throw new LinuxException(errno, "shorten a journal file");
        Leave(FileState.Archived);
    }

    private void Leave(FileState state)
    {
        Flush();
        Commit();
        ClearRest();
        Sync();
        _header.State = state;
        Flush();
        Commit();
        Sync();
        _undo?.Begin(0);
    }

    /// <summary>What was put beyond the end and not kept: who goes on with the file, journald for one, takes it for zero.</summary>
    private void ClearRest()
    {
        for (ulong at = _end; at < Math.Min(_dirtyEnd, _file.Length); at += Step)
            _file.Slice(at, (int)Math.Min(Step, Math.Min(_dirtyEnd, _file.Length) - at)).Clear();
        _dirtyEnd = 0;
    }

    /// <summary>On disk before the entry is, so that whoever finds the file after a crash of the machine knows.</summary>
    private void GoOnline()
    {
        _undo?.Begin(_header.FileId); // first: killed while it syncs, who comes next must know that the file is ours
        _header.State = FileState.Online;
        _file.Slice(FileHeader.StateAt, 1)[0] = (byte)FileState.Online;
        Sync();
    }

    private void Sync()
    {
        if (_file.Sync() is var errno && errno != 0)
            throw new LinuxException(errno, "write a journal file to disk");
    }
}
