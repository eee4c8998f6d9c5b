using Sereno.Linux;

namespace Sereno.Journal.Intake;

// When nothing can be written: pipes are left to fill up, so that their services wait, or are emptied and counted (LogFull=), and both are said.
public sealed partial class JournalLoop
{
    /// <summary>Its presence in the runtime folder says that entries can't be written, and its text why.</summary>
    public const string NoticeName = "journal-full";

    private const int TryAgainAfter = 500;

    /// <summary>The keeper, and those whose lines are dropped meanwhile.</summary>
    private readonly Epoll _full = new();
    private string _stuck = "";
    private bool _isFull;
    private long _stuckAt, _triedAt;

    private bool Stick(string why)
    {
        if (!_isFull)
        {
            _isFull = true;
            _stuckAt = Environment.TickCount64;
            Files.Complain($"cannot write to the journal: {why}; services wait where LogFull=drop doesn't say otherwise");
            Notice(why);
        }
        _stuck = why;
        _triedAt = Environment.TickCount64;
        return false;
    }

    private void WaitForSpace(Span<(ulong Token, Readiness Ready)> ready)
    {
        long wait = Math.Clamp(_triedAt + TryAgainAfter - Environment.TickCount64, 0, TryAgainAfter);
        int n = _full.Wait(ready, (int)wait);
        foreach (var (token, _) in ready[..n])
            if (token == KeeperToken)
                _open &= Listen();
            else if (_streams.TryGetValue(token, out var stream))
                Empty(stream);
        if (Environment.TickCount64 - _triedAt >= TryAgainAfter)
            TryAgain();
        TellKeeper();
    }

    private void TryAgain()
    {
        string why = _stuck;
        _stuck = "";
        _triedAt = Environment.TickCount64;
        _store.Vacuum();
        BeginBatch(null, 0, 0);
        double seconds = (Environment.TickCount64 - _stuckAt) / 1000.0;
        if (_memory.State.Source != 0 ? !Resume() : _store.Of(0) is null && !Stick(_store.Problem))
            return;
        BeginBatch(null, 0, 0);
        bool told = AppendOwn(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The journal could not be written for {seconds:0.0} s: {why}"), 4, 0);
        foreach (var stream in _streams.Values)
            if (told && stream.Dropped > 0)
            {
                string unit = MetadataOf(stream).Unit;
                told = AppendOwn($"Dropped {stream.Dropped} lines of {unit} while the journal could not be written", 4, 0, $"MESSAGE_ID={DroppedId}",
                    $"N_DROPPED={stream.Dropped}", $"{(Self.Uid == 0 ? "OBJECT_SYSTEMD_UNIT" : "OBJECT_SYSTEMD_USER_UNIT")}={unit}");
                if (told)
                    stream.Dropped = 0;
            }
        CommitSoFar();
        if (!told)
            return;
        _isFull = false;
        Notice(null);
    }

    /// <summary>A piece of a stream that doesn't wait is counted and forgotten; its end waits for better times.</summary>
    private void Empty(LineStream stream)
    {
        int n = stream.Fd.TryRead(_buffer);
        if (n > 0)
            stream.Dropped += (ulong)_buffer.AsSpan(0, n).Count((byte)'\n');
        else if (n == 0)
            StopEmptying(stream);
    }

    private void StopEmptying(LineStream stream)
    {
        if (stream.IsEmptied)
            _full.Remove(stream.Fd);
        stream.IsEmptied = false;
    }

    private void Notice(string? why)
    {
        if (_options.RuntimeFolder.Length == 0)
            return;
        try
        {
            if (why is null)
                File.Delete($"{_options.RuntimeFolder}/{NoticeName}");
            else
            {
                File.WriteAllText($"{_options.RuntimeFolder}/.{NoticeName}", why + "\n");
                File.Move($"{_options.RuntimeFolder}/.{NoticeName}", $"{_options.RuntimeFolder}/{NoticeName}", overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Files.Complain($"cannot say that the journal is full: {e.Message}");
        }
    }
}
