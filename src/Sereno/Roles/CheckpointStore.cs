using Sereno.Keeper;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Checkpoint;
using Sereno.Manager.Units;

namespace Sereno.Roles;

/// <summary>The checkpoint log in a memfd that the keeper holds: appended before the effects it describes are carried out.</summary>
public sealed class CheckpointStore(KeeperClient keeper) : IDisposable
{
    public const string Name = "checkpoint";

    /// <summary>Past this size, and twice what the units need, the log is written anew.</summary>
    private const int CompactAbove = 4 << 20;
    private Fd? _log;
    private int _size, _compactSize;

    public static IReadOnlyList<UnitCheckpoint> Read(Fd held) => CheckpointLog.Read(Memfd.ReadAll(held));

    public void Append(ManagerCore core, IReadOnlyCollection<Unit> changed)
    {
        if (_log is null || (_size > CompactAbove && _size > 2 * _compactSize))
        {
            Rewrite(core);
            return;
        }
        Write(_log, CheckpointLog.Frame([.. changed.Select(core.Save)]));
    }

    /// <summary>A new log takes the old one's place in the keeper in one step: there is always a whole one.</summary>
    public void Rewrite(ManagerCore core)
    {
        var fresh = Memfd.Create("checkpoint");
        _size = 0;
        foreach (var unit in core.Graph.All)
            if (unit is not InertUnit)
                Write(fresh, CheckpointLog.Frame(core.Save(unit)));
        _compactSize = _size;
        keeper.Hold(Name, [fresh]);
        _log?.Dispose();
        _log = fresh;
    }

    public void Dispose() => _log?.Dispose();

    private void Write(Fd log, byte[] frame)
    {
        log.WriteAll(frame);
        _size += frame.Length;
    }
}
