using System.Text;
using Sereno.Journal.Keep;
using Sereno.Journal.Write;
using Sereno.Linux;

namespace Sereno.Journal.Intake;

// Entries: which pass, and how they get into a file.
public sealed partial class JournalLoop
{
    private const string DroppedId = "a596d6fe7bfa4994828e72309e95d61e"; // SD_MESSAGE_JOURNAL_DROPPED (sd-messages(3))
    private const int MaxTries = 4, SpaceCheckMilliseconds = 30_000;

    private readonly FieldBuffer _extra = new();
    private readonly Queue<string> _notices = [];
    private readonly Dictionary<string, RateLimit> _limits = [];
    private readonly HashSet<ActiveFile> _touched = [];
    private Origin? _own;
    private ulong _available;
    private long _availableAt = -SpaceCheckMilliseconds;

    private void SetLimits(Origin origin, ProcessFields process, StreamMetadata? metadata)
    {
        origin.Unit = process.Unit;
        origin.JournalUid = _options.Split switch
        {
            JournalSplit.Uid when process.Uid is { } uid && IsPersons(uid) => uid,
            JournalSplit.Login when process is { Uid: > 0, OwnerUid: { } owner } && IsPersons(owner) => owner,
            _ => 0,
        };
        origin.LevelMax = metadata?.LevelMax ?? 7;
        origin.Filter ??= LineFilter.Of(metadata?.FilterPatterns ?? []);
        (origin.LimitInterval, origin.LimitBurst) = (metadata?.RateLimitInterval ?? _options.RateLimitInterval, metadata?.RateLimitBurst ?? _options.RateLimitBurst);
        if (process.Unit.Length == 0 || metadata is { ManagerStream: true })
            return;
        if (!_limits.TryGetValue(process.Unit, out var limit))
            _limits[process.Unit] = limit = new();
        origin.Limit = limit;
    }

    /// <summary>Accounts of the system, dynamic ones and nobody have no file of their own (journald.conf(5), SplitMode=; systemd's "Users, Groups, UIDs and GIDs").</summary>
    private static bool IsPersons(uint uid) => uid is not (< 1000 or >= 61184 and <= 65519 or 65534);

    /// <summary>Whether an entry is wanted; if some before it weren't, that is told first.</summary>
    /// <param name="stuck">That couldn't be written.</param>
    private bool Passes(Origin? origin, int priority, ReadOnlySpan<byte> message, out bool stuck)
    {
        stuck = false;
        int level = priority & SyslogPriority.LevelMask;
        if (level > _options.MaxLevelStore || _store.KeepsNothing)
            return false;
        if (origin is null)
            return true;
        if (level > origin.LevelMax || origin.Filter is { } filter && !filter.Passes(message))
            return false;
        if (origin.Limit is not { } limit)
            return true;
        if (!limit.Passes(level, _monotonic, origin.LimitInterval, origin.LimitBurst, Available, out uint suppressed))
            return false;
        stuck = suppressed > 0 && !AppendSuppressed(origin, suppressed);
        return !stuck;
    }

    private ulong Available
    {
        get
        {
            if (Environment.TickCount64 - _availableAt < SpaceCheckMilliseconds)
                return _available;
            _availableAt = Environment.TickCount64;
            return _available = _store.Available;
        }
    }

    private bool AppendSuppressed(Origin origin, uint count)
    {
        var kept = new FieldBuffer();
        for (int i = 0; i < _extra.Count; i++)
            kept.Add(_extra[i]);
        bool done = AppendOwn($"Suppressed {count} messages from {origin.Unit}", 6, origin.JournalUid,
            $"MESSAGE_ID={DroppedId}", $"N_DROPPED={count}", $"{(Self.Uid == 0 ? "OBJECT_SYSTEMD_UNIT" : "OBJECT_SYSTEMD_USER_UNIT")}={origin.Unit}");
        _extra.Clear();
        for (int i = 0; i < kept.Count; i++)
            _extra.Add(kept[i]);
        return done;
    }

    /// <summary>journald tells it with the next entry only, which may never come.</summary>
    private void TellSuppressed(LineStream stream)
    {
        if (stream.Origin is not { Limit: { } limit } origin || limit.TakeSuppressed() is not (> 0 and var count))
            return;
        BeginBatch(null, 0, 0);
        if (AppendSuppressed(origin, count))
            CommitMessages();
    }

    /// <summary>An entry of the journal's own.</summary>
    private bool AppendOwn(string text, int level, uint uid, params ReadOnlySpan<string> fields)
    {
        if (_own is null)
        {
            var process = new ProcessFields(Self.Pid);
            process.Refresh(null, [], "", "", "", Self.Uid != 0);
            _own = new() { Fields = ["_TRANSPORT=driver"u8.ToArray(), "SYSLOG_FACILITY=3"u8.ToArray(), "SYSLOG_IDENTIFIER=sereno-journal"u8.ToArray(), .. process.Fields, .. _common] };
        }
        _own.JournalUid = uid;
        _extra.Clear();
        foreach (string field in fields)
            _extra.Add(Encoding.UTF8.GetBytes(field));
        return Append(_own, level, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>An entry of an origin's fields, what is in <see cref="_extra"/>, and a message.</summary>
    /// <returns>False when it can't be written now; what came before it in the batch is kept.</returns>
    private bool Append(Origin origin, int priority, ReadOnlySpan<byte> message, bool hasMessage = true)
    {
        if (_store.KeepsNothing)
            return true;
        ulong size = (ulong)(message.Length + _extra.Length);
        if (size >= _store.LargestEntry)
        {
            // Not by trying: a file would be rotated for it.
            Say($"an entry of {size} bytes is too large for a journal file, ignoring.");
            return true;
        }
        for (int tries = 0; tries < MaxTries; tries++)
        {
            var file = _file;
            uint uid = _store.FileOf(origin.JournalUid);
            if (file is not null && file.Uid != uid)
            {
                CommitSoFar();
                file = null;
            }
            file ??= _store.Of(uid);
            if (file is null)
                break;
            _file = file;
            AppendResult result;
            try
            {
                result = TryAppend(file, origin, priority & SyslogPriority.LevelMask, message, hasMessage);
            }
            catch (LinuxException e)
            {
                Say($"{file.Path}: {e.Message}");
                result = AppendResult.Damaged;
            }
            switch (result)
            {
                case AppendResult.Appended:
                    _seqnum = file.Writer.TailSeqnum;
                    return true;
                case AppendResult.Invalid:
                    return true; // no file could have it
                case AppendResult.CommitFirst:
                    CommitSoFar();
                    break;
                default:
                    CommitSoFar();
                    if (tries > 0 && file.Writer.EntryCount == 0)
                    {
                        Say($"an entry of {message.Length} bytes is too large for a journal file, ignoring.");
                        return result == AppendResult.Full || Stick(result.ToString());
                    }
                    _store.Rotate(file);
                    break;
            }
        }
        CommitSoFar();
        return Stick(_store.Problem.Length > 0 ? _store.Problem : "no space left");
    }

    private AppendResult TryAppend(ActiveFile file, Origin origin, int level, ReadOnlySpan<byte> message, bool hasMessage)
    {
        AppendResult result;
        if (hasMessage && _extra.Count == 0)
        {
            if ((result = origin.Group(file, level, out var group)) != AppendResult.Appended)
                return result;
            _step?.Invoke();
            return file.Writer.Append(group!, message, new(_realtime, _monotonic, HostIds.Boot, _seqnum), HashOf(file, message));
        }
        if ((result = origin.Handles(file, out var handles)) != AppendResult.Appended)
            return result;
        var writer = file.Writer;
        DataHandle priority = default;
        if (hasMessage && (result = file.Priority(level, out priority)) != AppendResult.Appended)
            return result;
        _step?.Invoke();
        writer.Begin();
        foreach (var handle in handles)
            writer.Add(handle);
        for (int i = 0; i < _extra.Count; i++)
            writer.Add(_extra[i]);
        if (hasMessage)
        {
            writer.Add(priority);
            writer.Add("MESSAGE"u8, message);
        }
        return writer.End(new(_realtime, _monotonic, HostIds.Boot, _seqnum));
    }

    /// <summary>After each round of events: what the journal has to say itself, and who follows the files is woken.</summary>
    private void EndTurn()
    {
        while (_stuck.Length == 0 && _notices.TryDequeue(out string? notice))
        {
            BeginBatch(null, 0, 0);
            if (AppendOwn(notice, 4, 0))
                CommitMessages();
        }
        foreach (var file in _touched)
            if (!file.IsClosed)
                file.Writer.Touch();
        _touched.Clear();
    }
}
