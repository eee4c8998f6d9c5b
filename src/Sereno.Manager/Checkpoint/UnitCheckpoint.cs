using System.Text.Json;
using System.Text.Json.Serialization;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;

namespace Sereno.Manager.Checkpoint;

/// <summary>All that a new manager needs to know of one unit: the files say the rest.</summary>
public sealed record UnitCheckpoint
{
    public required string Name { get; init; }

    /// <summary>The unit has no state worth keeping any more.</summary>
    public bool Gone { get; init; }
    public ulong NextSpawn { get; init; }
    public uint NextJob { get; init; }
    public JobCheckpoint? Job { get; init; }
    public bool TargetIsUp { get; init; }
    public Timestamp[] Times { get; init; } = [];
    public bool ConditionsMet { get; init; }
    public string InvocationId { get; init; } = "";
    public ServiceCheckpoint? Service { get; init; }

    /// <summary>What the service said before it was known who spoke; null where nothing waits, which is nearly always.</summary>
    public EarlyCheckpoint[]? Early { get; init; }
    public TimerCheckpoint? Timer { get; init; }
    public PathCheckpoint? Path { get; init; }
    public SocketCheckpoint? Socket { get; init; }
    public ScopeCheckpoint? Scope { get; init; }

    /// <summary>What the keeper holds for the unit.</summary>
    [JsonIgnore]
    public IEnumerable<StoredDescriptor> Descriptors => Service is { } service
        ? [.. service.Stored, .. service.Streams, .. service.Connection is { Descriptor: not 0 and var id } ? [new(id, "", Polls: false)] : (StoredDescriptor[])[]]
        : Socket?.Open ?? [];
}

public sealed record JobCheckpoint(uint Id, JobType Type, JobState State, bool Irreversible, bool IgnoresOrder = false, ulong Deadline = 0);

public sealed record EarlyCheckpoint(int Sender, string[] Lines);

public sealed record ScopeCheckpoint(ScopeState State, string Result, ulong? Deadline);

public sealed record TimerCheckpoint(TriggerState State, TriggerResult Result, Timestamp LastTrigger);

public sealed record SocketCheckpoint(TriggerState State, TriggerResult Result, StoredDescriptor[] Open, SocketPhase Phase, uint Accepted, uint Refused, string? LastRefusal = null);

public sealed record PathCheckpoint(TriggerState State, TriggerResult Result, bool[] Existed);

public sealed record ServiceCheckpoint
{
    public ServiceState State { get; init; }
    public ServiceResult Result { get; init; }
    public ServiceResult ReloadResult { get; init; }
    public SlotCheckpoint Main { get; init; }
    public SlotCheckpoint Control { get; init; }
    public ProcessExit? MainExit { get; init; }
    public CommandStatus? MainStatus { get; init; }
    public CommandCheckpoint[] Commands { get; init; } = [];
    public string? StatusText { get; init; }
    public int StatusErrno { get; init; }
    public uint Restarts { get; init; }
    public ulong[] Starts { get; init; } = [];
    public bool ForbidRestart { get; init; }
    public bool IsAutoRestart { get; init; }
    public bool AwaitsMainPid { get; init; }
    public bool GroupHasProcesses { get; init; }
    public bool AwaitsListener { get; init; }
    public bool HoldsBack { get; init; }
    public ulong? WatchdogUsec { get; init; }
    public bool NeedsRelease { get; init; }
    public NotifyState Said { get; init; }
    public ulong ReloadBegan { get; init; }
    public bool AwaitsIdle { get; init; }
    public ProcessExit? PendingExit { get; init; }
    public StoredDescriptor[] Stored { get; init; } = [];
    public Connection? Connection { get; init; }
    public StoredDescriptor[] Streams { get; init; } = [];
    public Spawn.SharedSandbox? Shared { get; init; }
    public bool SharedIsOver { get; init; }

    /// <summary>Monotonic microseconds; null when the state has no limit.</summary>
    public ulong? Deadline { get; init; }
}

public readonly record struct SlotCheckpoint(ulong SpawnId, int Pid, ExecSection Section, int Index);

public sealed record CommandCheckpoint(ExecSection Section, int Index, CommandStatus Status);

[JsonSerializable(typeof(UnitCheckpoint[]))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class CheckpointJson : JsonSerializerContext;

/// <summary>
/// The checkpoint is a log of unit records, the last one of a unit counting: each turn costs one small append.
/// What changed together is one frame, by length and CRC-32C: a frame cut short by a crash ends the log instead of
/// spoiling it, and no turn is ever half there.
/// </summary>
public static class CheckpointLog
{
    private const int Header = 8;

    public static byte[] Frame(params UnitCheckpoint[] records)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(records, CheckpointJson.Default.UnitCheckpointArray);
        byte[] frame = new byte[Header + body.Length];
        BitConverter.TryWriteBytes(frame, body.Length);
        BitConverter.TryWriteBytes(frame.AsSpan(4), Crc(body));
        body.CopyTo(frame, Header);
        return frame;
    }

    /// <summary>The latest record of each unit that still has state, in the order of their first appearance.</summary>
    public static IReadOnlyList<UnitCheckpoint> Read(ReadOnlySpan<byte> log)
    {
        var latest = new OrderedDictionary<string, UnitCheckpoint>();
        while (log.Length >= Header)
        {
            int length = BitConverter.ToInt32(log);
            if (length <= 0 || length > log.Length - Header)
                break;
            var body = log.Slice(Header, length);
            if (Crc(body) != BitConverter.ToUInt32(log[4..]))
                break;
            foreach (var record in JsonSerializer.Deserialize(body, CheckpointJson.Default.UnitCheckpointArray) ?? [])
                latest[record.Name] = record;
            log = log[(Header + length)..];
        }
        return [.. latest.Values];
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = System.Numerics.BitOperations.Crc32C(crc, BitConverter.ToUInt64(bytes));
        foreach (byte b in bytes)
            crc = System.Numerics.BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
